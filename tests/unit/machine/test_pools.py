"""Limits that several runs keep together, as one run sees them: it asks for a place before it starts
anything, uses what it is given, and keeps nothing that it does not use."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.limits import Limit
from foretell.promises.selectors import ANY, IdIs, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

TASKS = {
    "t": TaskSpec("m:t", NOTHING, options={"retries": 1}),
    "free": TaskSpec("m:free", ANYTHING),
}
GPU = Limit(ANY, 2, pool="gpu")


def registered(
    names: str, *limits: Limit, jobs: int = 9, edges: Iterable[Edge] = ()
) -> tuple[State, ev.Decision]:
    nodes = tuple(Node(name, "free" if name == "free" else "t") for name in names.split())
    graph = Graph("flow", 1, TASKS, nodes, tuple(edges), limits=limits)
    return register(graph, {}, "", jobs, 100.0)


def asked(decision: ev.Decision) -> list[str]:
    return [one.node for one in decision.instructions if isinstance(one, ev.Reserve)]


def given_back(decision: ev.Decision) -> list[int]:
    return [one.place for one in decision.instructions if isinstance(one, ev.GiveBack)]


def started(decision: ev.Decision) -> list[str]:
    return [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]


def tell(state: State, happening: ev.Happening, now: float = 100.0) -> ev.Decision:
    return decide(state, happening, now)


def test_a_place_is_asked_for_one_by_one_and_taken_with_the_start() -> None:
    state, begun = registered("a b", GPU)
    assert (asked(begun), started(begun)) == (["a"], [])
    granted = tell(state, ev.Granted("a", 7))
    assert (started(granted), granted.moves, asked(granted)) == (["a"], [ev.Taken(7, "a")], ["b"])
    over = tell(state, ev.Heard("a", 1, msg.Finish()))
    assert over.moves == [ev.Freed(7)]


def test_each_end_of_a_trial_frees_its_place() -> None:
    ends: list[ev.Happening] = [
        ev.Heard("a", 1, msg.Fail("no")),
        ev.Cut("a", 1, "stopped"),
        ev.Lost("a", 1, "gone"),
        ev.Cancel(),
    ]
    for end in ends:
        state, _ = registered("a", GPU)
        tell(state, ev.Granted("a", 7))
        assert ev.Freed(7) in tell(state, end).moves


def test_who_is_denied_waits_for_news_or_for_a_moment_and_others_go_past() -> None:
    state, _ = registered("a b", Limit(IdIs("a"), 1, pool="gpu"))
    assert state.running == {"b": 1}
    denied = tell(state, ev.Denied("a", 102.0))
    assert [fact.kind for fact in denied.facts] == ["held"]
    assert state.next_moment == 102 and asked(denied) == []
    tell(state, ev.Heard("b", 1, msg.Finish()))
    assert state.status == "running", "somebody still waits for a place"
    assert asked(tell(state, ev.News())) == ["a"]
    tell(state, ev.Denied("a", 102.0))
    assert asked(tell(state, ev.Rang(), 102.0)) == ["a"]
    assert "pool 'gpu'" in state.why_waits(state.node("a"))


def test_one_node_asks_for_all_its_pools_at_once_and_only_when_nothing_else_is_lacking() -> None:
    limits = [GPU, Limit(IdIs("b"), 1, pool="disk"), Limit(TaskIs("t"), 1)]
    state, begun = registered("a b", *limits)
    assert asked(begun) == ["a", "b"]
    assert [len(one.limits) for one in begun.instructions if isinstance(one, ev.Reserve)] == [1, 2]
    assert started(tell(state, ev.Granted("a", 1))) == ["a"]
    late = tell(state, ev.Granted("b", 2))
    assert (started(late), given_back(late)) == ([], [2]), "a has the only place here meanwhile"
    assert asked(tell(state, ev.Heard("a", 1, msg.Finish()))) == ["b"]


def test_a_place_that_is_of_no_use_is_given_back() -> None:
    state, _ = registered("a b", GPU)
    tell(state, ev.Pause())
    assert given_back(tell(state, ev.Granted("a", 3))) == [3], "the run is paused"
    assert asked(tell(state, ev.Unpause())) == ["a"]
    tell(state, ev.CancelNode("a"))
    tell(state, ev.CancelNode("b"))
    state, _ = registered("free x", Limit(IdIs("x"), 1, pool="gpu"), edges=[Edge("free", "x")])
    assert given_back(tell(state, ev.Granted("nobody", 4))) == [4]


def test_a_run_without_room_asks_for_nothing() -> None:
    state, begun = registered("a b", GPU, jobs=1)
    assert asked(begun) == ["a"]
    assert asked(tell(state, ev.Granted("a", 1))) == []
    assert asked(tell(state, ev.Heard("a", 1, msg.Finish()))) == ["b"]


def test_a_limit_made_while_it_runs_may_name_a_pool() -> None:
    state, _ = registered("free")
    change = Change((Node("free.x", "t"),), limits=(Limit(TaskIs("t"), 1, pool="gpu"),))
    tell(state, ev.Heard("free", 1, msg.Propose(1, change)))
    assert asked(tell(state, ev.Heard("free", 1, msg.Finish()))) == ["free.x"]
