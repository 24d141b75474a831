"""Promises about what nodes grow: which node they bind, what they must refine, who is to blame."""

from __future__ import annotations

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.promises.language import AllKept, Count, Grows, Promise, Shaped, Vowed
from foretell.promises.refining import refines
from foretell.promises.selectors import ANY, IdIs, TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Many, Par, Seq, Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, horizon_of, register
from foretell_runtime.machine import events as ev

A, B = Leaf("a", "a"), Leaf("b", "b")
PAIR = Alt((Seq((A, B)), Many(A, 0, 2)))


def running(shape: Shape, *promises: Promise) -> State:
    tasks = {"grower": TaskSpec("m:grower", shape, where="flow.py:3")}
    tasks |= {name: TaskSpec(f"m:{name}", NOTHING) for name in "ab"}
    nodes = (Node("grower", "grower"), Node("other", "grower"))
    vowed = tuple(Vowed(promise, "vow", "flow.py:9", "flow") for promise in promises)
    return register(Graph("flow", 1, tasks, nodes, (), vowed), {}, "", 9)[0]


def grow(state: State, maker: str, *names: str, wire: bool = False) -> ev.Fact:
    nodes = tuple(Node(f"{maker}.{name}", name[0]) for name in names)
    edges = (Edge(nodes[0].id, nodes[1].id),) if wire else ()
    return decide(state, ev.Heard(maker, 1, msg.Propose(1, Change(nodes, edges)))).facts[0]


def test_a_shape_binds_the_node_that_owns_the_scope_and_blames_who_promised() -> None:
    state = running(ANYTHING, Shaped("grower", Seq((A, B))))
    grow(state, "other", "b1", "b2")
    grow(state, "grower", "a1", "b1", wire=True)
    broken = grow(state, "grower", "a2")
    assert isinstance(broken, ev.Broken)
    assert broken.by == "flow" and broken.where == "flow.py:9"
    assert "at most 1 of 'a'" in broken.why


@pytest.mark.parametrize("of", [TaskIs("grower"), IdIs("grow*"), ANY])
def test_growth_binds_whatever_is_selected(of: TaskIs | IdIs) -> None:
    broken = grow(running(Many(A, 0, 5), Grows(of, Many(A, 0, 1))), "grower", "a1", "a2")
    assert isinstance(broken, ev.Broken)


def test_what_is_promised_is_drawn() -> None:
    state = running(ANYTHING, AllKept((Count(ANY), Shaped("grower", Seq((A, B))))))
    drawn = {c.id: (c.min, c.max) for c in horizon_of(state).classes if c.maker == "grower"}
    assert drawn == {"grower/a": (1, 1), "grower/b": (1, 1)}


def test_what_ends_without_the_promised_shape_breaks_it() -> None:
    state = running(ANYTHING, Shaped("grower", Seq((A, B))))
    facts = decide(state, ev.Heard("grower", 1, msg.Finish())).facts
    (broken,) = [fact for fact in facts if isinstance(fact, ev.Broken)]
    assert "1 more a and 1 more b had to come" in broken.why


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        (Shaped("", A), "no node of the workflow owns the scope ''"),
        (Shaped("growr", A), "did you mean 'grower'"),
        (Shaped("grower", Leaf("c", "c")), "unknown task 'c'"),
        (Shaped("grower", B), "no narrower form of many(a, at_most=2)"),
        (Grows(ANY, Leaf("b", "b")), "no narrower form"),
    ],
)
def test_what_cannot_be_promised_is_refused_at_registration(promise: Promise, why: str) -> None:
    with pytest.raises(LawBroken) as caught:
        running(Many(A, 0, 2), promise)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("new", "old", "narrower"),
    [
        (A, ANYTHING, True),
        (ANYTHING, A, False),
        (Many(A, 1, 2), Many(A, 0, 3), True),
        (Many(A, 0, 3), Many(A, 1, 2), False),
        (Many(A, 0, None), Many(A, 0, 3), False),
        (A, Many(A, 0, 3), True),
        (NOTHING, Many(A, 0, 3), True),
        (NOTHING, A, False),
        (Seq((A, B)), PAIR, True),
        (Alt((Seq((A, B)), Many(A, 1, 1))), PAIR, True),
        (Seq((B, A)), PAIR, False),
        (Seq((A, B)), Par((A, B)), False),
        (Par((A, Many(B, 0, 1))), Par((A, Many(B, 0, 2))), True),
    ],
)
def test_a_shape_refines_another_part_by_part(new: Shape, old: Shape, narrower: bool) -> None:
    assert refines(new, old) is narrower
