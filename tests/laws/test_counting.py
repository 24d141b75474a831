"""Pairs of nodes are counted once, whoever joined them and however often."""

from __future__ import annotations

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.language import Edges, Vowed
from foretell.promises.selectors import IdIs
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

PAIR = Edge("a", "b")


def begun(most: int) -> State:
    promise = Edges(IdIs("a"), IdIs("b"), new=True, max=most)
    graph = Graph(
        "g",
        tasks={"open": TaskSpec("m:open")},
        nodes=(Node("grower", "open"), Node("a", "open"), Node("b", "open")),
        edges=(Edge("grower", "a"), Edge("grower", "b")),
        promises=(Vowed(promise, "OnlyEdges()"),),
    )
    return register(graph, {}, "", 1)[0]


@pytest.mark.parametrize("edges", [(PAIR,), (PAIR, PAIR), (PAIR, Edge("a", "b", "data", "", "/x"))])
@pytest.mark.parametrize("together", [True, False])
def test_parallel_edges_count_as_one_pair(edges: tuple[Edge, ...], together: bool) -> None:
    for most, status in ((0, "broken"), (1, "running")):
        state = begun(most)
        for part in [edges] if together else [(edge,) for edge in edges]:
            decide(state, ev.Heard("grower", 1, msg.Propose(1, Change((), part))))
        assert state.status == status
