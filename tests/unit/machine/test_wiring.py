"""Which edges a growing node may add: among what it grew itself, and nowhere else."""

from __future__ import annotations

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import ANYTHING, NOTHING, Free, Leaf, Many, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide, register
from foretell_runtime.machine import events as ev

OWN = (Node("grower.a", "t"), Node("grower.b", "t"))
SHAPE = Free((Many(Leaf("t", "t")),))


def wired(shape: Shape, *edges: tuple[str, str]) -> ev.Decision:
    """What follows when `grower`, which runs, grows two nodes and these edges."""
    tasks = {"grower": TaskSpec("m:grower", shape), "t": TaskSpec("m:t", NOTHING)}
    nodes = (Node("grower", "grower"), Node("later", "t"), Node("last", "t"))
    graph = Graph("flow", 1, tasks, nodes, (Edge("grower", "last"),))
    state, _ = register(graph, {}, "", 1)
    change = Change(OWN, tuple(Edge(*ends) for ends in edges))
    return decide(state, ev.Heard("grower", 1, msg.Propose(1, change)))


def test_what_a_node_grew_it_may_order() -> None:
    decision = wired(SHAPE, ("grower.a", "grower.b"), ("grower", "grower.a"))
    assert [fact.kind for fact in decision.facts] == ["changed"]


@pytest.mark.parametrize(
    "ends",
    [
        ("grower", "later"),  # from itself to another's
        ("later", "grower.a"),  # from another's to its own
        ("grower.a", "later"),  # from its own to another's
        ("later", "last"),  # among others'
    ],
)
def test_nodes_of_others_are_not_its_to_wire(ends: tuple[str, str]) -> None:
    broken = wired(SHAPE, ends).facts[0]
    assert isinstance(broken, ev.Broken)
    assert f"wired {ends[0]} -> {ends[1]}" in broken.why
    assert [fact.kind for fact in wired(ANYTHING, ends).facts] == ["changed"]
