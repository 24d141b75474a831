"""Names in shapes: in which use of a name a new node lies, and what may be grown there."""

from __future__ import annotations

import pytest

from foretell.document.model import Change
from foretell.errors import LawBroken
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import NOTHING, Alt, Leaf, Let, Many, Par, Section, Seq, Shape, Use
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide
from foretell_runtime.machine import events as ev
from tests.unit.machine.test_instances import end, grow, running, slots

A, B = Leaf("a", "a"), Leaf("b", "b")


def perhaps(shape: Shape) -> Shape:
    return Alt((shape, NOTHING))


PAIRS = Let("x", perhaps(Seq((A, Use("x"), B))), deep=3)
TREE = Let("x", Seq((A, Many(Use("x")))), deep=2)
FORK = Let("x", Seq((A, Par((perhaps(Use("x", "l")), perhaps(Use("x", "r")))))), deep=2)
SHARED = Let("x", Seq((A, B)), Par((Use("x", "l"), Use("x", "r"))))


def test_a_node_lies_as_near_as_it_may_to_the_deepest_use_that_it_is_wired_to() -> None:
    state = running(PAIRS)
    chain = ("a1", "a2", "a3", "b3", "b2", "b1")
    for n, name in enumerate(chain):
        grow(state, name, edges=((chain[n - 1], name),) if n else ())
    wanted = {"a1": "a", "a2": "x.a", "a3": "x.x.a", "b3": "x.x.b", "b2": "x.b", "b1": "b"}
    assert slots(state) == wanted
    assert isinstance(end(state), ev.Finished)


def test_nodes_of_one_change_find_their_uses_in_whatever_order_they_come() -> None:
    state = running(PAIRS)
    wires = (("a1", "a2"), ("a2", "b2"), ("b2", "b1"))
    grow(state, "b1:*.b", "b2:*.b", "a2:*.a", "a1:*.a", edges=wires)
    assert slots(state) == {"a1": "a", "a2": "x.a", "b2": "x.b", "b1": "b"}


def test_what_is_not_wired_lies_in_the_outermost_use_with_a_free_place() -> None:
    state = running(PAIRS)
    grow(state, "a1:*.a")
    grow(state, "a2:*.a")
    grow(state, "b1")
    assert slots(state) == {"a1": "a", "a2": "x.a", "b1": "b"}


def test_each_pair_must_be_closed_after_the_pairs_in_it() -> None:
    state = running(PAIRS)
    grow(state, "a1")
    grow(state, "a2", "b2", edges=(("a1", "a2"), ("a2", "b2")))
    broken = grow(state, "b1:b", edges=(("a1", "b1"), ("b1", "b2")))
    assert isinstance(broken, ev.Broken)
    assert "puts 'b' before 'x.b'" in broken.why


def test_more_levels_than_were_promised_are_too_many() -> None:
    state = running(PAIRS)
    grow(state, "a1")
    grow(state, "a2")
    grow(state, "a3")
    broken = grow(state, "a4")
    assert isinstance(broken, ev.Broken)
    assert (
        "finds no place that is free and where its wires may lead, of a, x.a, x.x.a" in broken.why
    )
    assert "let('x', one_of(seq(a, use('x'), b), nothing), deep=3)" in broken.says


def test_what_is_opened_must_be_closed() -> None:
    state = running(PAIRS)
    grow(state, "a1")
    broken = end(state)
    assert isinstance(broken, ev.Broken)
    assert "1 more b had to come" in broken.why


def test_a_tree_grows_by_its_wires() -> None:
    state = running(TREE)
    grow(state, "a0")
    grow(state, "a1", "a2", edges=(("a0", "a1"), ("a0", "a2")))
    grow(state, "a3", edges=(("a2", "a3"),))
    grow(state, "a4", edges=(("a2", "a4"),))
    assert slots(state) == {
        "a0": "a", "a1": "x.a[0]", "a2": "x.a[1]", "a3": "x.x.a[1][0]", "a4": "x.x.a[1][1]",
    }  # fmt: skip
    assert isinstance(end(state), ev.Finished)


def test_where_nobody_can_tell_the_use_all_are_named() -> None:
    state = running(FORK)
    grow(state, "a0")
    refused = grow(state, "a1", edges=(("a0", "a1"),))
    assert isinstance(refused, ev.Refused)
    assert "fits more than one use of what its maker may grow (l.a, r.a)" in refused.why
    grow(state, "a1:r.a", edges=(("a0", "a1"),))
    grow(state, "a2:r.l.a", edges=(("a1", "a2"),))
    grow(state, "a3", edges=(("a1", "a3"),))
    assert slots(state) == {"a0": "a", "a1": "r.a", "a2": "r.l.a", "a3": "r.r.a"}


def test_each_use_of_what_is_shared_has_places_of_its_own() -> None:
    state = running(SHARED)
    refused = grow(state, "a1")
    assert isinstance(refused, ev.Refused)
    assert "(l.a, r.a)" in refused.why
    grow(state, "a1:r.a")
    grow(state, "b1", edges=(("a1", "b1"),))
    grow(state, "a2")
    grow(state, "b2", edges=(("a2", "b2"),))
    assert slots(state) == {"a1": "r.a", "b1": "r.b", "a2": "l.a", "b2": "l.b"}
    assert isinstance(end(state), ev.Finished)


def test_rounds_and_instances_need_no_depth() -> None:
    rounds = running(Let("x", Alt((Seq((A, Use("x"))), B))))
    grow(rounds, "a1")
    grow(rounds, "a2", edges=(("a1", "a2"),))
    grow(rounds, "b1", edges=(("a2", "b1"),))
    assert slots(rounds) == {"a1": "a[0]", "a2": "a[1]", "b1": "b"}
    beside = running(Let("x", Par((A, perhaps(Use("x"))))))
    grow(beside, "a1", "a2", "a3")
    assert slots(beside) == {"a1": "a", "a2": "a", "a3": "a"}


def test_the_nodes_of_a_workflow_lie_in_one_use() -> None:
    flow = Section("w", "w", (Leaf("a", "w.a"), Leaf("b", "w.b")), ((0, 1),))
    state = running(Let("x", Seq((flow, perhaps(Use("x")), Leaf("b", "b"))), deep=1))
    for scope in ("grower.v", "grower.w"):
        of = tuple(Node(f"{scope}.{n}", n, scope=scope, slot=f"*.w.{n}") for n in "ab")
        change = Change(of, (Edge(of[0].id, of[1].id),))
        decide(state, ev.Heard("grower", 1, msg.Propose(1, change)))
    assert slots(state) == {"v.a": "w.a", "v.b": "w.b", "w.a": "x.w.a", "w.b": "x.w.b"}


@pytest.mark.parametrize(
    ("shape", "why"),
    {
        "it never ends": (Let("x", Seq((A, Use("x")))), "'x' can never end"),
        "nothing says how deep": (Let("x", perhaps(Seq((A, Use("x"), B)))), "how deep at most"),
        "too large": (Let("x", Seq((A, Par((perhaps(Use("x", "l")), perhaps(Use("x", "r")))))),
                          deep=20), "more than 1,000 places"),
    }.values(),
)  # fmt: skip
def test_names_that_mean_nothing_are_refused(shape: Shape, why: str) -> None:
    with pytest.raises(LawBroken, match=why):
        running(shape)
