"""Promises about growth that a running node makes: what they do to nodes that are there, which of
them contradict what has happened, and how they are taken back."""

from __future__ import annotations

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.promises.language import Grows, Promise, Shaped, Vowed
from foretell.promises.selectors import ANY, IdIs, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Loop, Many, Par, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register
from foretell_runtime.machine import events as ev

A, B, A2 = Leaf("a", "a"), Leaf("b", "b"), Leaf("a", "a_2")


def running(shape: Shape | None, then: Shape = NOTHING) -> State:
    """`grower` and `other` run side by side; what they grow may grow what `then` says."""
    tasks = {"grower": TaskSpec("m:grower", shape, where="flow.py:3")}
    tasks |= {name: TaskSpec(f"m:{name}", then) for name in "ab"}
    nodes = (Node("grower", "grower"), Node("other", "grower"))
    return register(Graph("flow", 1, tasks, nodes), {}, "", 9)[0]


def grow(state: State, maker: str, *names: str, wires: tuple[str, ...] = ()) -> ev.Fact:
    nodes = tuple(Node(f"{maker}.{name}", name[0]) for name in names)
    edges = tuple(Edge(f"{maker}.{w.split('>')[0]}", f"{maker}.{w.split('>')[1]}") for w in wires)
    return decide(state, ev.Heard(maker, 1, msg.Propose(1, Change(nodes, edges)))).facts[0]


def vow(state: State, promise: Promise, by: str = "other") -> ev.Fact:
    change = Change(promises=(Vowed(promise, "my vow", "task.py:5"),))
    return decide(state, ev.Heard(by, 1, msg.Propose(1, change))).facts[0]


def would(state: State, promise: Promise) -> tuple[bool, str]:
    change = Change(promises=(Vowed(promise, "my vow", "task.py:5"),))
    told = decide(state, ev.Heard("other", 1, msg.Would(1, change))).instructions[0]
    assert isinstance(told, ev.Tell)
    return told.reply.ok, told.reply.why


def drawn(state: State, maker: str = "grower") -> dict[str, tuple[int, int | None]]:
    return {c.id: (c.min, c.max) for c in horizon_of(state).classes if c.maker == maker}


def test_what_has_grown_nothing_may_grow_less_from_now_on() -> None:
    state = running(Many(A, 0, 5))
    assert isinstance(vow(state, Grows(ANY, Many(A, 0, 1))), ev.Changed)
    assert drawn(state) == {"grower/a": (0, 1)}
    broken = grow(state, "grower", "a1", "a2")
    assert isinstance(broken, ev.Broken)
    assert broken.by == "other" and broken.where == "task.py:5"


def test_what_was_grown_freely_fills_the_places_of_the_shape() -> None:
    state = running(ANYTHING)
    grow(state, "grower", "a1")
    assert isinstance(vow(state, Shaped("grower", Seq((A, Many(B, 0, 2))))), ev.Changed)
    assert state.node("grower.a1").node.slot == "a"
    assert drawn(state) == {"grower/b": (0, 2)}


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (NOTHING, "has grown grower.a1, for which it has no place"),
        (Seq((A, B)), "puts 'b' before 'a'"),
        (Par((A, B)), "puts 'b' before 'a'"),
        (Alt((A, B)), "which excludes"),
        (Par((A, Many(B, 0, 0))), "at most 0 of 'b'"),
    ],
)
def test_a_promise_that_contradicts_what_has_grown_is_the_break_of_who_makes_it(
    shape: Shape, why: str
) -> None:
    state = running(ANYTHING)
    grow(state, "grower", "a1", "b1", wires=("b1>a1",))
    told = would(state, Shaped("grower", shape))
    assert not told[0] and why in told[1]
    assert state.node("grower.a1").node.slot is None
    broken = vow(state, Shaped("grower", shape))
    assert isinstance(broken, ev.Broken)
    assert broken.by == "other" and why in broken.why
    assert "promise it before that" in broken.advice


def test_who_has_ended_has_grown_enough_or_the_promise_is_broken() -> None:
    state = running(Many(A, 0, 2))
    decide(state, ev.Heard("grower", 1, msg.Finish()))
    assert would(state, Grows(IdIs("grower"), NOTHING))[0]
    broken = vow(state, Grows(IdIs("grower"), Many(A, 1, 2)))
    assert isinstance(broken, ev.Broken)
    assert "1 more a had to come" in broken.why


def test_nobody_guesses_which_place_a_node_fills() -> None:
    state = running(ANYTHING)
    grow(state, "grower", "a1")
    for shape in (Seq((A, Many(A2, 0, 1))), Loop(A, 0, 2)):
        refused = vow(state, Shaped("grower", shape))
        assert isinstance(refused, ev.Refused)
        assert "nobody can tell which place" in refused.why


def test_a_wider_shape_is_no_law_and_no_break() -> None:
    state = running(Many(A, 0, 1))
    refused = vow(state, Grows(ANY, Many(B, 0, 1)))
    assert isinstance(refused, ev.Refused)
    assert "no narrower form" in refused.why
    assert drawn(state) == {"grower/a": (0, 1)}


def test_asking_leaves_everything_as_it_was() -> None:
    state = running(ANYTHING)
    grow(state, "grower", "a1")
    before = horizon_of(state)
    assert would(state, Shaped("grower", Many(A, 0, 2)))[0]
    assert horizon_of(state) == before
    assert state.node("grower.a1").node.slot is None
    assert isinstance(grow(state, "grower", "b1"), ev.Changed)


def test_what_a_failed_trial_promised_binds_nobody() -> None:
    state = running(Many(A, 0, 5))
    vow(state, Grows(TaskIs("grower"), Many(A, 0, 1)))
    grow(state, "grower", "a1")
    decide(state, ev.Heard("other", 1, msg.Fail("bad")))
    assert isinstance(grow(state, "grower", "a2"), ev.Changed)
    assert state.judge.rest(state.node("grower")) == state.judge.forms["grower"].rest(
        state.judge.have[state.node("grower")]
    )


def test_a_promise_about_a_node_that_is_to_come_binds_it_when_it_comes() -> None:
    state = running(Many(A, 0, 2), then=ANYTHING)
    assert isinstance(vow(state, Shaped("grower.a1", NOTHING)), ev.Changed)
    grow(state, "grower", "a1", "a2")
    decide(state, ev.Heard("grower", 1, msg.Finish()))
    broken = grow(state, "grower.a1", "b1")
    assert isinstance(broken, ev.Broken)
    assert "grower.a1 may not grow 'grower.a1.b1'" in broken.why


def test_a_shape_of_a_node_that_is_to_come_is_also_promised_at_registration() -> None:
    tasks = {"p": TaskSpec("m:p", Many(A, 0, 2)), "a": TaskSpec("m:a", ANYTHING)}
    promised = (Vowed(Shaped("p.a1", NOTHING), "my vow", "flow.py:9", "flow"),)
    state = register(Graph("flow", 1, tasks, (Node("p", "p"),), (), promised), {}, "", 9)[0]
    nodes = (Node("p.a1", "a"), Node("p.a2", "a"))
    decide(state, ev.Heard("p", 1, msg.Propose(1, Change(nodes))))
    assert not drawn(state, "p.a1")
    assert drawn(state, "p.a2")
    decide(state, ev.Heard("p", 1, msg.Finish()))
    broken = grow(state, "p.a1", "a3")
    assert isinstance(broken, ev.Broken) and broken.by == "flow"


def test_a_scope_that_nobody_can_come_to_own_is_refused() -> None:
    refused = vow(running(Many(A, 0, 2)), Shaped("growr", NOTHING))
    assert isinstance(refused, ev.Refused)
    assert "did you mean 'grower'" in refused.why


def test_growth_that_could_never_end_is_refused_wherever_it_is_promised() -> None:
    again = Leaf("grower", "again")
    refused = vow(running(ANYTHING), Grows(TaskIs("grower"), Par((again, Many(A)))))
    assert isinstance(refused, ev.Refused)
    assert "can never end" in refused.why
    tasks = {"p": TaskSpec("m:p", ANYTHING)}
    promised = (Vowed(Grows(TaskIs("p"), Leaf("p", "p")), "my vow"),)
    with pytest.raises(LawBroken, match="can never end"):
        register(Graph("flow", 1, tasks, (Node("p", "p"),), (), promised), {}, "", 9)


def test_one_of_no_ways_is_refused_for_what_it_is() -> None:
    with pytest.raises(LawBroken, match=r"one_of\(\) of nothing"):
        running(Alt(()))
