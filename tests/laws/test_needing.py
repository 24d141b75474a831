"""That each node of some kind comes after one of another, where what is grown may be wired freely:
drawings are exact wherever they say so, and say so from the beginning."""

from __future__ import annotations

import pytest

from foretell.promises.language import Each, Promise
from foretell.promises.selectors import NEW, AllOf, AnyOf, TaskIs
from foretell.promises.shapes import NOTHING, Free, Leaf, Many, Seq, Shape
from tests.laws.enumerator import Universe
from tests.laws.proof import Proof

pytestmark = pytest.mark.proof

C, D = TaskIs("c"), TaskIs("d")
NEEDS = Each(C, into=D, min=1)
ALONE = (("n0", "p"),)


def may(task: str, slot: str, most: int = 1) -> Shape:
    return Many(Leaf(task, slot), 0, most)


def universe(
    grows: tuple[Shape, ...],
    given: tuple[tuple[str, str], ...] = ALONE,
    promise: Promise = NEEDS,
    nested: Shape = NOTHING,
) -> Universe:
    tasks: dict[str, Shape | None] = dict.fromkeys("cde", NOTHING)
    tasks |= {"p": Free(grows), "q": nested}
    edges = tuple(("n0", node) for node, task in given if task == "c")
    return Universe("needing", tasks, given, edges, (promise,))


S, T = Leaf("c", "s"), Leaf("d", "t")

EXACT = {
    "one may need one that may come": universe((may("c", "s"), may("d", "t"))),
    "one that comes needs one that may": universe((S, may("d", "t"))),
    "one of two is needed": universe((may("c", "s"), may("d", "t", 2))),
    "two need one": universe((may("c", "s", 2), may("d", "t"))),
    "another stands between": universe((S, may("d", "t"), may("e", "x"))),
    "two places for what is needed": universe((may("c", "s"), may("d", "t"), may("d", "u"))),
    "one of either kind is needed": universe(
        (S, may("d", "t"), may("e", "x")), promise=Each(C, into=AnyOf((D, TaskIs("z"))), min=1)
    ),
}
WIDER = {
    "what is needed may be there already": universe((S, T), (*ALONE, ("n1", "d"))),
    "what needs is there already": universe((S, T), (*ALONE, ("n1", "c"))),
    "another may grow it": universe((S, may("d", "t")), (*ALONE, ("n1", "q")), nested=T),
    "what is needed is grown deeper": universe((S, Leaf("q", "r")), nested=may("d", "t")),
    "an order is given": universe((Seq((T, may("c", "s"))), may("e", "x"))),
    "one of two places must be filled": universe((S, may("d", "t"), may("d", "u"))),
    "it needs two": universe((may("c", "s"), may("d", "t", 2)), promise=Each(C, into=D, min=2)),
    "what is new needs what is new": universe(
        (S, T), promise=Each(AllOf((NEW, C)), into=AllOf((NEW, D)), min=1)
    ),
}


@pytest.mark.parametrize("name", [*EXACT, *WIDER])
def test_every_drawing_holds_all_futures_and_exact_ones_no_more(name: str) -> None:
    proof = Proof((EXACT | WIDER)[name], 1000).run()
    wrong = [*(fault for fault in proof.faults if fault.law != "T3"), *proof.lies]
    assert not wrong, "\n".join(map(str, wrong[:5]))
    assert proof.moments > 5
    if name in EXACT:
        assert not [fault for fault in proof.faults if fault.law == "T3"]
        assert not [fault for fault in proof.loose if not fault.path]
        assert proof.inexact < proof.moments / 3
