"""What follows from a trial that fails or is cut off: another one, or an end, and to what it grew."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.live import Status
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev

TASKS = {"t": TaskSpec("m:t", NOTHING), "free": TaskSpec("m:free", ANYTHING)}


def running(nodes: Iterable[Node], edges: Iterable[Edge] = (), jobs: int = 1) -> State:
    return register(Graph("flow", 1, TASKS, tuple(nodes), tuple(edges)), {}, "", jobs)[0]


def fail(state: State, node: str, trial: int = 1) -> ev.Decision:
    return decide(state, ev.Heard(node, trial, msg.Fail("no")))


def kinds(decision: ev.Decision) -> list[str]:
    return [fact.kind for fact in decision.facts]


def test_a_node_is_tried_as_often_as_it_may_and_then_has_failed() -> None:
    state = running([Node("a", "t", options={"retries": 2})])
    for trial in (1, 2):
        again = fail(state, "a", trial)
        assert again.facts == [
            ev.Failed("a", trial, "no", final=False), ev.Started("a", trial + 1),
        ]  # fmt: skip
        assert [type(order) for order in again.instructions] == [ev.Launch]
    last = fail(state, "a", 3)
    assert last.facts == [
        ev.Failed("a", 3, "no", final=True),
        ev.Ended("failed", None, "node 'a' failed: no"),
    ]


def test_being_cut_off_uses_up_no_retry() -> None:
    state = running([Node("a", "t", options={"retries": 1})])
    for trial in (1, 2, 3):
        cut = decide(state, ev.Cut("a", trial, "stopped"))
        assert cut.facts == [ev.Interrupted("a", trial, "stopped"), ev.Started("a", trial + 1)]
    assert kinds(fail(state, "a", 4)) == ["failed", "started"]
    assert kinds(fail(state, "a", 5)) == ["failed", "ended"]


def test_what_waits_for_a_failed_node_is_ruled_out_and_other_branches_go_on() -> None:
    nodes = [Node(name, "t") for name in ("a", "b", "below", "deep", "beside")]
    edges = [Edge("a", "below"), Edge("below", "deep"), Edge("b", "deep"), Edge("b", "beside")]
    state = running(nodes, edges, jobs=2)
    failed = fail(state, "a")
    assert failed.facts[1:] == [ev.RuledOut(("below", "deep"), "a")]
    on = decide(state, ev.Heard("b", 1, msg.Finish()))
    assert on.facts[1:] == [ev.Started("beside", 1)]
    over = decide(state, ev.Heard("beside", 1, msg.Finish()))
    assert over.facts[-1] == ev.Ended("failed", None, "node 'a' failed: no")
    statuses = {name: live.status for name, live in state.judge.graph.nodes.items()}
    assert statuses == {
        "a": Status.FAILED, "b": Status.DONE, "below": Status.RULED_OUT,
        "deep": Status.RULED_OUT, "beside": Status.DONE,
    }  # fmt: skip


def test_what_a_failed_trial_added_is_taken_back_and_holds_nobody_up() -> None:
    nodes = [Node("a", "free", options={"retries": 1}), Node("b", "t"), Node("c", "t")]
    state = running(nodes, [Edge("b", "c")])
    change = Change((Node("a.x", "t"),), (Edge("a.x", "c"), Edge("a", "c")))
    assert kinds(decide(state, ev.Heard("a", 1, msg.Propose(1, change)))) == ["changed"]
    again = fail(state, "a")
    assert again.facts[:2] == [
        ev.Failed("a", 1, "no", final=False), ev.Retired(("a.x",), "a"),
    ]  # fmt: skip
    graph = state.judge.graph
    assert list(graph.nodes) == ["a", "b", "c"]
    assert [(pair.source.id, pair.target.id) for pair in graph.pairs()] == [("b", "c")]
    assert kinds(decide(state, ev.Heard("a", 2, msg.Propose(1, change)))) == ["changed"]


def test_the_words_of_a_trial_that_is_over_change_nothing() -> None:
    state = running([Node("a", "t", options={"retries": 1})])
    fail(state, "a")
    for late in (ev.Heard("a", 1, msg.Finish(7)), ev.Lost("a", 1, "gone"), ev.Cut("a", 1, "")):
        assert decide(state, late) == ev.Decision()
    assert decide(state, ev.Heard("a", 2, msg.Finish(7))).facts[-1] == ev.Ended("done")


def test_whoever_takes_a_run_up_begins_what_ran_anew() -> None:
    graph = Graph("flow", 1, TASKS, (Node("a", "t"), Node("b", "t")))
    _, begun = register(graph, {}, "", 2)
    state = replay(begun.facts)
    taken = decide(state, ev.TakenUp())
    assert kinds(taken) == ["resumed", "interrupted", "interrupted"]
    assert not taken.instructions, "nothing starts before it is known how many may"
    assert kinds(decide(state, ev.Slots(1))) == ["started"]
    assert state.running == {"a": 2}


def test_what_is_wired_behind_a_node_that_failed_or_never_starts_never_starts_either() -> None:
    names = ("a", "below", "late", "later", "last", "after")
    nodes = (Node("wire", "free"), *(Node(name, "t") for name in names))
    graph = Graph("flow", 1, TASKS, nodes, (Edge("a", "below"), Edge("late", "after")))
    state, _ = register(graph, {}, "", jobs=2)
    decide(state, ev.Slots(0))
    assert kinds(fail(state, "a")) == ["failed", "ruled_out"]
    wired = Change(edges=(Edge("below", "late"), Edge("a", "later")))
    changed = decide(state, ev.Heard("wire", 1, msg.Propose(1, wired)))
    assert changed.facts[1:] == [
        ev.RuledOut(("late", "after"), "below"), ev.RuledOut(("later",), "a"),
    ]  # fmt: skip
    last = Change(edges=(Edge("late", "last"),))
    over = decide(state, ev.Heard("wire", 1, msg.Finish(None, (), last)))
    assert over.facts[1:] == [
        ev.RuledOut(("last",), "late"), ev.Ended("failed", None, "node 'a' failed: no"),
    ]  # fmt: skip
