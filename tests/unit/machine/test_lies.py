"""What a task may gain by lying over the protocol: nothing.

Each task here has a right or two, and says whatever it likes. It is refused, or its run is broken,
and what it wanted is not in the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Feed, Json, Node
from foretell.promises.language import Vowed
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

TASKS: dict[str, Shape] = {"map": Many(Leaf("one", "one")), "one": NOTHING, "free": ANYTHING}


def running(
    tasks: Mapping[str, Shape] = TASKS,
    nodes: Iterable[Node] = (Node("liar", "map"), Node("b", "one"), Node("c", "one")),
    edges: Iterable[Edge] = (),
    promises: Iterable[Vowed] = (),
) -> State:
    """A run whose first node runs."""
    specs = {name: TaskSpec(f"m:{name}", grows) for name, grows in tasks.items()}
    graph = Graph("g", 1, specs, tuple(nodes), tuple(edges), tuple(promises))
    return register(graph, {}, "", 1)[0]


def answer(state: State, change: Change) -> ev.Fact:
    """The first fact that follows when the first node proposes `change`."""
    node = next(iter(state.running))
    return decide(state, ev.Heard(node, 1, msg.Propose(1, change))).facts[0]


def finish(state: State, output: Json, change: Change | None = None) -> ev.Decision:
    node = next(iter(state.running))
    return decide(state, ev.Heard(node, 1, msg.Finish(output, (), change)))


SPOOF = "\x1b[2Jliar.\x00"
LIES: dict[str, Change] = {
    "structural edges are not given": Change(edges=(Edge("b", "c", "structural"),)),
    "a name must not be empty": Change(nodes=(Node("", "one"),)),
    "holds characters that cannot be seen": Change(nodes=(Node(f"liar.{SPOOF}", "one"),)),
    "tags: the name": Change(nodes=(Node("liar.x", "one", tags=(SPOOF,)),)),
    "slot: the name": Change(nodes=(Node("liar.x", "one", slot=SPOOF),)),
    "is longer than 400": Change(nodes=(Node("liar." + "x" * 400, "one"),)),
    "source: the name": Change(edges=(Edge(SPOOF, "b"),)),
    "begins with 'liar.'": Change(nodes=(Node("b.x", "one"),)),
    "is to be born in scope 'b'": Change(nodes=(Node("liar.x", "one", "b"),)),
    "carries no value": Change((Node("liar.x", "one"),), (Edge("liar", "liar.x", output="/a"),)),
    "a value goes to one input": Change(
        (Node("liar.x", "one"),), (Edge("liar", "liar.x", "data", "", ""),)
    ),
    "is not a JSON Pointer": Change(nodes=(Node("liar.x", "one", feeds=(Feed("n", "x", "/y"),)),)),
}


@pytest.mark.parametrize("why", LIES)
def test_a_lie_is_refused_and_nothing_of_it_is_kept(why: str) -> None:
    state = running()
    before = list(state.judge.graph.nodes), list(state.judge.graph.pairs())
    said = answer(state, LIES[why])
    assert isinstance(said, ev.Refused)
    assert why in said.why
    assert said.why.isprintable()
    assert (list(state.judge.graph.nodes), list(state.judge.graph.pairs())) == before


def test_a_lie_about_the_last_change_fails_the_trial() -> None:
    facts = finish(running(), None, Change(edges=(Edge("b", "c", "structural"),))).facts
    assert isinstance(facts[0], ev.Failed)
    assert "structural" in facts[0].error
