"""Groups that come many times: which instance a new node belongs to, and what each may have."""

from __future__ import annotations

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import NOTHING, Leaf, Many, Par, Section, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

A, B = Leaf("a", "a"), Leaf("b", "b")
PAIRS = Many(Seq((A, B)), 0, 3)


def running(shape: Shape) -> State:
    tasks = {"grower": TaskSpec("m:grower", shape), "a": TaskSpec("m:a", NOTHING)}
    tasks["b"] = TaskSpec("m:b", NOTHING)
    return register(Graph("flow", 1, tasks, (Node("grower", "grower"),)), {}, "", 9)[0]


def grow(state: State, *names: str, edges: tuple[tuple[str, str], ...] = ()) -> ev.Fact:
    """Each name is that of a task, a number, and perhaps `:slot`."""
    nodes = []
    for name in names:
        name, _, slot = name.partition(":")
        nodes.append(Node(f"grower.{name}", name[0], slot=slot or None))
    wires = tuple(Edge(f"grower.{a}", f"grower.{b}") for a, b in edges)
    change = Change(tuple(nodes), wires)
    return decide(state, ev.Heard("grower", 1, msg.Propose(1, change))).facts[0]


def end(state: State) -> ev.Fact:
    facts = decide(state, ev.Heard("grower", 1, msg.Finish())).facts
    return next((fact for fact in facts if isinstance(fact, ev.Broken)), facts[0])


def slots(state: State) -> dict[str, str | None]:
    nodes = state.judge.graph.nodes.values()
    return {live.id.removeprefix("grower."): live.node.slot for live in nodes if live.maker}


def test_a_first_node_begins_an_instance_and_a_wired_one_belongs_to_it() -> None:
    state = running(PAIRS)
    grow(state, "a1", "a2")
    grow(state, "b2", edges=(("a2", "b2"),))
    grow(state, "b1", edges=(("a1", "b1"),))
    assert slots(state) == {"a1": "a[0]", "a2": "a[1]", "b2": "b[1]", "b1": "b[0]"}
    assert isinstance(end(state), ev.Finished)


def test_the_wires_of_a_change_count_whichever_of_its_nodes_comes_first() -> None:
    state = running(PAIRS)
    grow(state, "a1")
    grow(state, "b2", "a2", edges=(("a2", "b2"),))
    assert slots(state) == {"a1": "a[0]", "b2": "b[1]", "a2": "a[1]"}


def test_where_nobody_can_tell_the_instance_all_are_named() -> None:
    state = running(PAIRS)
    grow(state, "a1", "a2")
    refused = grow(state, "b1")
    assert isinstance(refused, ev.Refused)
    assert "b[0], b[1], b[2] (a new one)" in refused.why
    assert slots(state) == {"a1": "a[0]", "a2": "a[1]"}


def test_the_only_instance_with_a_free_place_is_meant() -> None:
    state = running(Many(Par((A, B)), 0, 1))
    grow(state, "a1")
    grow(state, "b1")
    assert slots(state) == {"a1": "a[0]", "b1": "b[0]"}


def test_a_creator_may_name_any_instance() -> None:
    state = running(PAIRS)
    grow(state, "a1:a[7]", "b1:b[7]", "a2", edges=(("a1", "b1"),))
    assert slots(state) == {"a1": "a[7]", "b1": "b[7]", "a2": "a[8]"}


def test_what_was_refused_leaves_no_instance_behind() -> None:
    state = running(PAIRS)
    grow(state, "a1", "b9", edges=(("a1", "nobody"),))
    would = Change((Node("grower.a3", "a", slot="a[5]"),))
    decide(state, ev.Heard("grower", 1, msg.Would(1, would)))
    grow(state, "a1")
    assert slots(state) == {"a1": "a[0]"}


@pytest.mark.parametrize(
    ("names", "edges", "why"),
    [
        (("a1", "a2", "a3", "a4"), (), "at most 3 times"),
        (("a1:a[0]", "a2:a[0]"), (), "at most 1 of 'a[0]'"),
        (("a1:a[0]", "b1:b[0]", "a2:a[1]"), (("a2", "b1"),), "of two instances"),
        (("a1:a[0][1]",), (), "may not grow"),
    ],
)
def test_too_much_of_an_instance_is_a_break(
    names: tuple[str, ...], edges: tuple[tuple[str, str], ...], why: str
) -> None:
    broken = grow(running(PAIRS), *names, edges=edges)
    assert isinstance(broken, ev.Broken) and why in broken.why


def test_an_instance_that_lacks_a_node_or_an_edge_is_a_break_at_the_end() -> None:
    state = running(PAIRS)
    grow(state, "a1", "b1:b[0]", "a2")
    broken = end(state)
    assert isinstance(broken, ev.Broken) and "1 more b[1]" in broken.why
    state = running(PAIRS)
    grow(state, "a1", "b1:b[0]")
    broken = end(state)
    assert isinstance(broken, ev.Broken) and "grower.a1 must come before grower.b1" in broken.why


def test_a_section_has_all_its_nodes_in_the_order_of_its_workflow() -> None:
    section = Section("w", "w", (A, B, Leaf("b", "c")), ((0, 1), (0, 2)))
    state = running(section)
    grow(state, "a1", "b1:b", "b2:c", edges=(("a1", "b1"), ("a1", "b2")))
    assert isinstance(end(state), ev.Finished)
    state = running(section)
    broken = grow(state, "a1", "b1:b", "b2:c", edges=(("b1", "b2"),))
    assert isinstance(broken, ev.Broken) and "puts 'b' before 'c'" in broken.why


def test_a_slot_that_looks_like_an_instance_is_refused() -> None:
    with pytest.raises(LawBroken, match="looks as if an instance was meant"):
        running(Leaf("a", "a[0]"))
