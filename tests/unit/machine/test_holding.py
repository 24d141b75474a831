"""Nodes that could start, but would then leave a promise about edges unkept, wait."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Json, Node
from foretell.promises.language import Edges, Vowed
from foretell.promises.selectors import AnyOf, IdIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev
from tests.unit.machine.test_scale import lines_of

TASKS = {"plain": TaskSpec("m:plain", NOTHING), "free": TaskSpec("m:free", ANYTHING)}


def registered(
    nodes: Iterable[Node], edges: Iterable[Edge], owed: int
) -> tuple[State, ev.Decision]:
    """A run that promises so many edges to `last`."""
    vowed = Vowed(Edges(target=IdIs("last"), min=owed), says="owed", by="flow")
    graph = Graph("flow", 1, TASKS, tuple(nodes), tuple(edges), (vowed,))
    return register(graph, {}, "", 2)


def finish(state: State, node: str, output: Json = None) -> ev.Decision:
    return decide(state, ev.Heard(node, 1, msg.Finish(output)))


def started(decision: ev.Decision) -> list[str]:
    return [fact.node for fact in decision.facts if isinstance(fact, ev.Started)]


def of_kind(decision: ev.Decision, kind: type[ev.Fact]) -> list[ev.Fact]:
    return [fact for fact in decision.facts if isinstance(fact, kind)]


def test_a_node_to_which_an_edge_is_owed_waits_for_it() -> None:
    state, begun = registered([Node("last", "plain"), Node("grower", "free")], [], owed=1)
    assert started(begun) == ["grower"]
    assert [fact.node for fact in begun.facts if isinstance(fact, ev.Held)] == ["last"]
    wired = decide(
        state, ev.Heard("grower", 1, msg.Propose(1, Change(edges=(Edge("grower", "last"),))))
    )
    assert not of_kind(wired, ev.Held), "it is told once"
    assert started(finish(state, "grower")) == ["last"]
    assert finish(state, "last").facts[-1] == ev.Ended("done")


def test_a_wait_that_nobody_can_end_breaks_the_promise() -> None:
    nodes = [Node("last", "plain"), Node("grower", "free")]
    _, begun = registered(nodes, [Edge("last", "grower")], owed=1)
    assert started(begun) == []
    broken, ended = begun.facts[-2:]
    assert isinstance(broken, ev.Broken) and broken.says == "owed" and broken.event == "the wait"
    assert isinstance(ended, ev.Ended) and ended.status == "broken"


def test_once_a_node_has_failed_nothing_is_owed_and_nobody_waits() -> None:
    nodes = [
        Node("first", "plain"), Node("last", "plain"), Node("second", "plain"),
        Node("grower", "free"),
    ]  # fmt: skip
    edges = [
        Edge("first", "last"),
        Edge("first", "second", "data", "/nowhere", "/n"),
        Edge("second", "grower"),
    ]
    state, _ = registered(nodes, edges, owed=2)
    failing = finish(state, "first", {})
    assert [fact.node for fact in failing.facts if isinstance(fact, ev.Failed)] == ["second"]
    assert not of_kind(failing, ev.Broken)
    assert "last" in started(failing)
    assert finish(state, "last").facts[-1] == ev.Ended("failed", None, state.error)


def test_what_is_held_costs_other_events_nothing_however_much_there_is() -> None:
    costs = []
    for n in (50, 2_000):
        many = [Node(f"n{i}", "plain") for i in range(n)]
        state, begun = registered([Node("last", "plain"), Node("grower", "free"), *many], [], 1)
        assert started(begun) == ["grower", "n0"]
        assert len(of_kind(begun, ev.Held)) == 1
        costs.append(lines_of(lambda state=state: finish(state, "n0")))  # type: ignore[misc]
        decide(
            state, ev.Heard("grower", 1, msg.Propose(1, Change(edges=(Edge("grower", "last"),))))
        )
        assert started(finish(state, "grower")) == ["last"]
    assert costs[1] <= costs[0] + 20


def test_a_trial_that_comes_again_lets_go_what_was_held_because_of_it() -> None:
    """Two nodes may still get the edge that is owed; the other one runs, is cut, and waits again."""
    vowed = Vowed(Edges(target=AnyOf((IdIs("first"), IdIs("second"))), min=1), "owed")
    nodes = (Node("first", "plain"), Node("second", "plain"), Node("grower", "free"))
    state, begun = register(Graph("flow", 1, TASKS, nodes, (), (vowed,)), {}, "", 3)
    assert started(begun) == ["first", "grower"]
    cut = decide(state, ev.Cut("first", 1, "stopped"))
    assert started(cut) == ["first"], "and not both: one of them must still wait"
    assert started(decide(state, ev.Heard("first", 2, msg.Finish()))) == []
    decide(state, ev.Heard("grower", 1, msg.Propose(1, Change(edges=(Edge("grower", "second"),)))))
    assert started(finish(state, "grower")) == ["second"]
    assert finish(state, "second").facts[-1] == ev.Ended("done")
