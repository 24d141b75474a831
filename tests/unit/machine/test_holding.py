"""Nodes that could start, but would then leave a promise about edges unkept, wait."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Json, Node
from foretell.promises.language import Edges, Vowed
from foretell.promises.selectors import IdIs
from foretell.promises.shapes import ANYTHING, NOTHING
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

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
