"""What ends a run as broken: by which event, whose promise it was, and what it says to do."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import PromiseBroken
from foretell.graph.model import Edge, Node
from foretell.promises.language import Count, Edges, Promise, Vowed
from foretell.promises.selectors import NEW, IdIs, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Many, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

A, B = Leaf("a", "a"), Leaf("b", "b")


def running(shape: Shape, *promises: Promise, beside: Iterable[Node] = ()) -> State:
    """A run whose node `grower` runs, and may grow `shape`; so do the nodes `beside` it."""
    tasks = {
        "grower": TaskSpec("m:grower", shape, where="flow.py:3"),
        **{name: TaskSpec(f"m:{name}", NOTHING) for name in ("a", "b")},
    }
    vowed = tuple(Vowed(promise, "vow", "flow.py:9", "flow") for promise in promises)
    nodes = (Node("grower", "grower"), *beside)
    return register(Graph("flow", 1, tasks, nodes, (), vowed), {}, "", 9)[0]


def node(name: str) -> Node:
    return Node(f"grower.{name}", name.rstrip("123"))


def grow(state: State, *names: str, edges: Iterable[tuple[str, str]] = ()) -> ev.Decision:
    change = Change(
        tuple(map(node, names)), tuple(Edge(f"grower.{a}", f"grower.{b}") for a, b in edges)
    )
    return decide(state, ev.Heard("grower", 1, msg.Propose(1, change)))


def end(state: State) -> ev.Decision:
    return decide(state, ev.Heard("grower", 1, msg.Finish()))


def breach_in(decision: ev.Decision) -> ev.Broken:
    (found,) = [fact for fact in decision.facts if isinstance(fact, ev.Broken)]
    last = decision.facts[-1]
    assert isinstance(last, ev.Ended) and last.status == "broken"
    return found


def goes_on(decision: ev.Decision) -> bool:
    return not any(isinstance(fact, (ev.Broken, ev.Failed, ev.Refused)) for fact in decision.facts)


@pytest.mark.parametrize(
    ("shape", "grown", "lacking"),
    [
        (A, (), "1 more a"),
        (Seq((A, B)), ("a",), "1 more b"),
        (Many(A, 2), ("a1",), "1 more a"),
        (Alt((A, B)), (), "1 more a or 1 more b"),
        (Seq((Many(A, 1), Many(B, 2))), ("b1",), "1 more a and 1 more b"),
    ],
)
def test_ending_without_what_had_to_come_breaks_the_growth(
    shape: Shape, grown: tuple[str, ...], lacking: str
) -> None:
    state = running(shape)
    assert goes_on(grow(state, *grown))
    broken = breach_in(end(state))
    assert (broken.event, broken.node) == ("the end of 'grower'", "grower")
    assert (broken.by, broken.where) == ("task 'grower'", "flow.py:3")
    assert broken.why == f"grower ended, and {lacking} had to come"
    assert broken.advice == f"Grow {lacking} before 'grower' ends."


def test_ending_with_all_that_had_to_come_is_fine() -> None:
    state = running(Seq((A, B)))
    assert goes_on(grow(state, "a", "b", edges=[("a", "b")]))
    assert goes_on(end(state))


def test_what_grew_in_no_order_breaks_a_shape_that_has_one() -> None:
    state = running(Seq((A, B)))
    assert goes_on(grow(state, "a", "b"))
    broken = breach_in(end(state))
    assert broken.why == "grower.a must come before grower.b, and no edge says so"
    assert broken.advice == "Add grower.a -> grower.b (for example with .after)."


def test_a_break_says_from_which_line_the_change_came() -> None:
    state = running(Seq((A, B)))
    change = Change((node("a"), node("b")), (Edge("grower.b", "grower.a"),))
    asked = msg.Propose(1, change, where="flow.py:12" + "x" * 9_999)
    broken = breach_in(decide(state, ev.Heard("grower", 1, asked)))
    assert broken.event.startswith("the change of 'grower' at flow.py:12")
    assert len(broken.event) < 250, "a task has no say in how long our sentences are"


def test_growth_in_the_wrong_order_is_broken_when_it_is_wired() -> None:
    broken = breach_in(grow(running(Seq((A, B))), "a", "b", edges=[("b", "a")]))
    assert broken.event == "the change of 'grower'"
    assert "puts 'b' before 'a'" in broken.why


def test_one_more_than_a_right_allows_breaks_the_growth_at_that_change() -> None:
    state = running(Many(A, 0, 1))
    assert goes_on(grow(state, "a1"))
    broken = breach_in(grow(state, "a2", "a3"))
    assert "at most 1 of 'a'; this would be 3" in broken.why
    assert broken.advice == "Leave out grower.a2, grower.a3, or raise the bound."


def test_both_branches_of_a_choice_break_it() -> None:
    state = running(Alt((A, B)))
    assert goes_on(grow(state, "a"))
    broken = breach_in(grow(state, "b"))
    assert broken.advice == "Grow 'b' or 'a', not both."


@pytest.mark.parametrize(
    ("promise", "grown", "why"),
    [
        (Count(TaskIs("a"), max=1), ("a1", "a2"), "2 such nodes exist; it allows at most 1"),
        (Count(NEW, max=0), ("b",), "1 such node exists; it allows at most 0"),
        (Edges(source=IdIs("grower"), new=True, max=0), ("a",), "1 such edge exists"),
    ],
)
def test_too_much_breaks_a_promise_at_that_change(
    promise: Promise, grown: tuple[str, ...], why: str
) -> None:
    state = running(ANYTHING, promise)
    broken = breach_in(grow(state, *grown))
    assert (broken.says, broken.by, broken.where) == ("vow", "flow", "flow.py:9")
    assert broken.event == "the change of 'grower'"
    assert why in broken.why
    assert broken.advice.startswith("Leave out ")
    assert [n for n in state.judge.graph.nodes if n != "grower"] == [], "nothing of it is kept"


def test_too_little_breaks_a_promise_when_the_last_who_could_add_to_it_ends() -> None:
    other = Node("other", "grower")
    state = running(Many(A), Count(TaskIs("a"), min=2), beside=[other])
    assert goes_on(grow(state, "a1"))
    assert goes_on(end(state))
    broken = breach_in(decide(state, ev.Heard("other", 1, msg.Finish())))
    assert (broken.event, broken.node) == ("the end of 'other'", "other")
    assert "1 such node exists and none can come any more; it asks for at least 2" in broken.why


def test_a_bound_that_leaves_too_little_breaks_before_anybody_ends() -> None:
    state = running(Alt((Many(A, 2), B)), Count(TaskIs("a"), min=2))
    assert "none can come any more" in breach_in(grow(state, "b")).why


def test_a_promise_that_no_future_keeps_is_refused_at_registration() -> None:
    with pytest.raises(PromiseBroken, match="at least 1"):
        running(NOTHING, Count(TaskIs("a"), min=1))
    with pytest.raises(PromiseBroken, match="at most 1"):
        running(Many(A, 2), Count(TaskIs("a"), max=1))


def test_whoever_runs_beside_a_breach_is_cancelled_and_killed() -> None:
    state = running(A, beside=[Node("other", "b")])
    decision = end(state)
    assert ev.Cancelled(("other",), "a promise was broken") in decision.facts
    assert decision.instructions == [ev.Kill("other", 1, "a promise was broken")]
    late = decide(state, ev.Heard("other", 1, msg.Finish()))
    assert not late.facts and not late.instructions


def test_a_failed_run_owes_nothing_any_more_but_what_ends_well_owes_its_own_growth() -> None:
    state = running(Many(A, 0, 1), Count(TaskIs("a"), min=1), beside=[Node("other", "b")])
    decide(state, ev.Heard("other", 1, msg.Fail("no")))
    assert end(state).facts[-1] == ev.Ended("failed", None, state.error)
    state = running(A, beside=[Node("other", "b")])
    decide(state, ev.Heard("other", 1, msg.Fail("no")))
    assert "had to come" in breach_in(end(state)).why


def test_promises_that_exclude_each_other_leave_no_future_from_the_beginning() -> None:
    a = TaskIs("a")
    with pytest.raises(PromiseBroken, match="no number keeps both this and"):
        running(ANYTHING, Count(a, min=3), Count(a, max=2))
    with pytest.raises(PromiseBroken, match="Change one of the two"):
        running(ANYTHING, Count(a, max=2), Count(a, min=3))
    running(ANYTHING, Count(a, min=2), Count(a, max=2))
    running(ANYTHING, Count(a, min=3), Count(TaskIs("b"), max=2))
