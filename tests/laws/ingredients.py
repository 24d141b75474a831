"""Of what universes are made: growths, given graphs and promises.

Task `p` grows, task `c` most often does not, and `d` never.
"""

from __future__ import annotations

from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    Grows,
    NotKept,
    OneKept,
    Pair,
    Promise,
    Shaped,
    Styled,
)
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    AnyOf,
    BornAfter,
    IdIs,
    InScope,
    MadeBy,
    NotSo,
    Selector,
    TaskIs,
    Under,
)
from foretell.promises.shapes import (
    ANYTHING,
    NOTHING,
    Alt,
    Free,
    Leaf,
    Let,
    Loop,
    Many,
    Par,
    Section,
    Seq,
    Shape,
    Use,
)

P, C, D = TaskIs("p"), TaskIs("c"), TaskIs("d")
LEAF, AGAIN = Leaf("c", "s"), Leaf("p", "r")
OTHER = Leaf("c", "t")


def both(*of: Selector) -> Selector:
    return AllOf(of)


GROWTHS: dict[str, Shape | None] = {
    "one": LEAF,
    "may": Many(LEAF, 0, 1),
    "many2": Many(LEAF, 0, 2),
    "some": Many(LEAF, 1, 2),
    "par": Par((LEAF, Many(OTHER, 0, 1))),
    "seq": Seq((LEAF, Many(OTHER, 0, 1))),
    "seq2": Seq((Many(LEAF, 0, 1), OTHER)),
    "alt": Alt((LEAF, Many(OTHER, 1, 2))),
    "opt": Alt((LEAF, NOTHING)),
    "altpar": Alt((LEAF, Par((OTHER, Leaf("c", "u"))))),
    "altalt": Alt((LEAF, Seq((OTHER, Alt((Leaf("c", "u"), Leaf("c", "v"))))))),
    "free": Free((Many(LEAF, 0, 1), OTHER)),
    "seq3": Seq((LEAF, Many(OTHER, 0, 1), Leaf("c", "u"))),
    "nothing": NOTHING,
}
"""Growths of a bounded number of leaves."""

GROUPS: dict[str, Shape | None] = {
    "map of seq": Many(Seq((LEAF, OTHER)), 0, 2),
    "map of par": Many(Par((LEAF, Many(OTHER, 0, 1))), 0, 2),
    "map of alt": Many(Alt((LEAF, OTHER)), 1, 2),
    "map of map": Many(Many(LEAF, 1, 2), 0, 2),
    "map of opt": Many(Par((Many(LEAF, 0, 1), Many(OTHER, 0, 1))), 1, 1),
    "some maps": Many(Seq((LEAF, OTHER)), 1, 1),
    "map, then one": Seq((Many(Par((LEAF, Many(OTHER, 0, 1))), 0, 1), Leaf("c", "u"))),
    "map or one": Alt((Many(Seq((LEAF, OTHER)), 1, 2), Leaf("c", "u"))),
}
"""Growths of instances of more than one leaf, side by side."""

LOOPS: dict[str, Shape | None] = {
    "loop": Loop(LEAF, 0, 2),
    "loop of two": Loop(LEAF, 2, 2),
    "loop of three": Loop(LEAF, 1, 3),
    "loop of par": Loop(Par((LEAF, Many(OTHER, 0, 1))), 0, 2),
    "loop of seq": Loop(Seq((LEAF, OTHER)), 1, 2),
    "loop of alt": Loop(Alt((LEAF, OTHER)), 0, 2),
    "loop, then one": Seq((Loop(LEAF, 0, 2), OTHER)),
    "map of loops": Many(Loop(LEAF, 1, 2), 0, 2),
    "loop or one": Alt((Loop(LEAF, 1, 2), OTHER)),
}
"""Growths of instances one after the other."""

SECTIONS: dict[str, Shape | None] = {
    "section": Section("w", "w", (LEAF, OTHER), ((0, 1),)),
    "section side by side": Section("w", "w", (LEAF, OTHER)),
    "section fork": Section("w", "w", (LEAF, OTHER, Leaf("c", "u")), ((0, 1), (0, 2))),
    "section chain": Section("w", "w", (LEAF, OTHER, Leaf("c", "u")), ((0, 1), (1, 2))),
    "section or one": Alt((Section("w", "w", (LEAF, OTHER), ((0, 1),)), Leaf("c", "u"))),
    "one, then section": Seq((Leaf("c", "u"), Section("w", "w", (LEAF, OTHER), ((0, 1),)))),
    "one and section, freely": Free((Leaf("c", "u"), Section("w", "w", (LEAF, OTHER), ((0, 1),)))),
    "map of sections": Many(Section("w", "w", (LEAF, OTHER), ((0, 1),)), 0, 2),
    "loop of sections": Loop(Section("w", "w", (LEAF, OTHER)), 1, 2),
}
"""Growths of whole workflows."""

SELF = Use("x")


def perhaps(shape: Shape) -> Shape:
    return Alt((shape, NOTHING))


LETS: dict[str, Shape | None] = {
    "let rounds": Let("x", Seq((LEAF, perhaps(SELF))), deep=1),
    "let rounds, then one": Let("x", Alt((Seq((LEAF, SELF)), OTHER)), deep=2),
    "let rounds of two ways": Let(
        "x", Alt((Seq((LEAF, SELF)), Seq((OTHER, SELF)), NOTHING)), deep=2
    ),
    "let beside": Let("x", Par((LEAF, perhaps(SELF))), deep=2),
    "let beside of two": Let("x", Par((Par((LEAF, OTHER)), perhaps(SELF))), deep=1),
    "let beside one": Let("x", Alt((Par((LEAF, SELF)), OTHER)), deep=2),
    "let pairs": Let("x", perhaps(Seq((LEAF, SELF, OTHER))), deep=2),
    "let pairs around one": Let("x", Alt((Seq((LEAF, SELF, OTHER)), Leaf("c", "u"))), deep=1),
    "let tree": Let("x", Seq((LEAF, Many(SELF, 0, 2))), deep=1),
    "let tree of one a level": Let("x", Seq((LEAF, Many(SELF, 0, 1), perhaps(OTHER))), deep=1),
    "let fork": Let(
        "x", Seq((LEAF, Par((perhaps(Use("x", "l")), perhaps(Use("x", "r")))))), deep=1
    ),
    "let freely": Let("x", Free((LEAF, perhaps(SELF))), deep=2),
    "let shared": Let("x", perhaps(LEAF), Seq((Use("x", "l"), Use("x", "r")))),
    "let shared pairs": Let(
        "x", Seq((LEAF, perhaps(OTHER))), Par((Use("x", "l"), perhaps(Use("x", "r"))))
    ),
    "let in let": Let(
        "x", Alt((Seq((LEAF, Let("y", perhaps(Seq((OTHER, SELF)))))), NOTHING)), deep=1
    ),
}
"""Growths in which parts have names."""

ENDLESS_LETS: dict[str, Shape | None] = {
    "let endless rounds": Let("x", Alt((Seq((LEAF, SELF)), OTHER))),
    "let endless beside": Let("x", Par((LEAF, perhaps(SELF)))),
}
"""And those without an end of their own."""

DEEP: dict[str, tuple[Shape | None, Shape | None]] = {
    "nested": (Many(LEAF, 1, 2), Many(Leaf("d", "s"), 0, 1)),
    "nestedalt": (LEAF, Alt((Leaf("d", "s"), Many(Leaf("d", "t"), 0, 2)))),
    "each": (Many(LEAF, 0, 2), Leaf("d", "s")),
    "eachalt": (Many(LEAF, 0, 2), Alt((Leaf("d", "s"), Leaf("d", "t")))),
    "seqnested": (Seq((LEAF, OTHER)), Many(Leaf("d", "s"), 0, 1)),
    "freenested": (Free((LEAF, OTHER)), Many(Leaf("d", "s"), 0, 1)),
    "two tasks": (Par((Many(LEAF, 0, 2), Many(Leaf("d", "t"), 0, 2))), NOTHING),
    "alt of tasks": (Alt((Many(LEAF, 1, 2), Many(Leaf("d", "t"), 1, 2))), NOTHING),
    "seq of tasks": (Seq((Many(LEAF, 0, 2), Many(Leaf("d", "t"), 0, 2))), NOTHING),
    "altnested": (Alt((LEAF, Leaf("d", "t"))), Many(Leaf("d", "s"), 1, 2)),
}
"""Growths of `p` and of `c`; what `d` grows is nothing."""

ENDLESS: dict[str, tuple[Shape | None, Shape | None]] = {
    "recursion": (Many(AGAIN, 0, 1), NOTHING),
    "tree": (Many(AGAIN, 0, 2), NOTHING),
    "any": (Many(LEAF, 0, None), NOTHING),
    "least": (Many(LEAF, 1, None), NOTHING),
    "stop": (Alt((AGAIN, LEAF)), NOTHING),
    "step": (Seq((LEAF, Many(AGAIN, 0, 1))), NOTHING),
    "mutual": (Many(LEAF, 0, 1), Many(AGAIN, 0, 1)),
    "freely": (Free((Many(LEAF, 0, None), Many(AGAIN, 0, 1))), NOTHING),
}
"""Growths without an end of their own, of `p` and of `c`."""

OPEN: dict[str, tuple[Shape | None, Shape | None]] = {
    "open": (None, NOTHING),
    "anything": (ANYTHING, NOTHING),
    "openone": (None, Leaf("d", "s")),
}

GIVEN: dict[str, tuple[tuple[str, ...], tuple[tuple[int, int], ...]]] = {
    "p": (("p",), ()),
    "pp": (("p", "p"), ()),
    "pc": (("p", "c"), ()),
    "p>c": (("p", "c"), ((0, 1),)),
    "c>p": (("p", "c"), ((1, 0),)),
    "p>p": (("p", "p"), ((0, 1),)),
    "p>c>c": (("p", "c", "c"), ((0, 1), (1, 2))),
    "p>c c": (("p", "c", "c"), ((0, 1),)),
    "pc>c": (("p", "c", "c"), ((0, 2), (1, 2))),
    "p>cc": (("p", "c", "c"), ((0, 1), (0, 2))),
    "c>p>c": (("p", "c", "c"), ((1, 0), (0, 2))),
    "p>p>c": (("p", "p", "c"), ((0, 1), (1, 2))),
    "pp>c": (("p", "p", "c"), ((0, 2), (1, 2))),
    "p>p>c,": (("p", "p", "c"), ((0, 1), (1, 2), (0, 2))),
}

NO_PROMISE: tuple[Promise, ...] = ()

CORE: dict[str, tuple[Promise, ...]] = {
    "": NO_PROMISE,
    "new<=1": (Count(NEW, 0, 1),),
    "new<=2": (Count(NEW, 0, 2),),
    "new<=0": (Count(NEW, 0, 0),),
    "s of n0<=1": (Count(both(C, MadeBy(IdIs("n0"))), 0, 1),),
    "s of n0>=1": (Count(both(C, MadeBy(IdIs("n0"))), 1, None),),
    "s of n0>=2": (Count(both(C, MadeBy(IdIs("n0"))), 2, None),),
    "1<=s of n0<=1, new<=2": (
        Count(both(C, MadeBy(IdIs("n0"))), 1, 1),
        Count(NEW, 0, 2),
    ),
    "2<=s of n0<=2": (Count(both(C, MadeBy(IdIs("n0"))), 2, 2),),
    "t of n0>=1": (Count(both(D, MadeBy(IdIs("n0"))), 1, None),),
    "s of n0>=1, t of n0<=1": (
        Count(both(C, MadeBy(IdIs("n0"))), 1, None),
        Count(both(D, MadeBy(IdIs("n0"))), 0, 1),
    ),
    "s of n0>=1, t of n0>=1, new<=3": (
        Count(both(C, MadeBy(IdIs("n0"))), 1, None),
        Count(both(D, MadeBy(IdIs("n0"))), 1, None),
        Count(NEW, 0, 3),
    ),
    "r of n0>=1": (Count(both(P, MadeBy(IdIs("n0"))), 1, None),),
    "r of n0<=1, s of n0>=1": (
        Count(both(P, MadeBy(IdIs("n0"))), 0, 1),
        Count(both(C, MadeBy(IdIs("n0"))), 1, None),
    ),
    "s of n0>=1, nothing new into n1": (
        Count(both(C, MadeBy(IdIs("n0"))), 1, None),
        Edges(ANY, IdIs("n1"), new=True, max=0),
    ),
    "nothing new into n1": (Edges(ANY, IdIs("n1"), new=True, max=0),),
    "nothing new from n0": (Edges(IdIs("n0"), ANY, new=True, max=0),),
    "no new edges": (Edges(new=True, max=0),),
    "only edges from n0": (Edges(besides=(Pair(IdIs("n0"), ANY),), new=True, max=0),),
}
"""Promises of the core, if each count meets a single place."""

WIDER: dict[str, tuple[Promise, ...]] = {
    "c>=2": (Count(C, 2, None),),
    "c<=2": (Count(C, 0, 2),),
    "c=2": (Count(C, 2, 2),),
    "new c>=1": (Count(both(NEW, C), 1, None),),
    "under n0<=1": (Count(Under("n0"), 0, 1),),
    "in n0>=1": (Count(InScope("n0"), 1, None),),
    "by p<=1": (Count(MadeBy(P), 0, 1),),
    "not by n1<=1": (Count(both(NEW, NotSo(MadeBy(IdIs("n1")))), 0, 1),),
    "c<=3, new>=1": (Count(C, 0, 3), Count(NEW, 1, None)),
    "c or p<=3": (Count(AnyOf((C, P)), 0, 3),),
    "edges into n1>=1": (Edges(ANY, IdIs("n1"), new=True, min=1),),
    "edges into n1>=2": (Edges(ANY, IdIs("n1"), min=2),),
    "edges c to c<=1": (Edges(C, C, max=1),),
    "edges c to c>=1": (Edges(C, C, min=1),),
    "edges by n0<=2": (Edges(by=IdIs("n0"), max=2),),
    "new edges<=2": (Edges(new=True, max=2),),
    "edges p to new<=1": (Edges(P, NEW, max=1),),
}
"""Promises beyond the core."""

OUT_OF_N0 = both(C, MadeBy(IdIs("n0")))

EACH: dict[str, tuple[Promise, ...]] = {
    "each new c to n1": (Each(both(NEW, C), out=IdIs("n1"), min=1, max=1),),
    "each new to c<=1": (Each(NEW, out=C, max=1),),
    "each c out<=1": (Each(C, out=ANY, max=1),),
    "each c out of p": (Each(C, into=P, min=1),),
    "each c into<=1": (Each(C, into=ANY, max=1),),
    "each p to c>=1": (Each(P, out=C, min=1),),
    "each p to new 1..2": (Each(P, out=NEW, min=1, max=2),),
    "n1 out of new>=2": (Each(IdIs("n1"), into=NEW, min=2),),
    "no new into n1": (Each(IdIs("n1"), into=NEW, max=0),),
    "each p to c=1, new<=2": (Count(NEW, 0, 2), Each(P, out=C, min=1, max=1)),
}
FORMULAS: dict[str, tuple[Promise, ...]] = {
    "all: c>=1 and new<=2": (AllKept((Count(C, 1, None), Count(NEW, 0, 2))),),
    "all: each and count": (AllKept((Each(P, out=C, min=1), Count(NEW, 0, 1))),),
    "all: all": (AllKept((AllKept((Count(NEW, 0, 2),)), Edges(ANY, IdIs("n0"), max=0))),),
    "any: c>=2 or no new": (AnyKept((Count(C, 2, None), Count(NEW, 0, 0))),),
    "any: few c or edges": (AnyKept((Count(C, 0, 1), Edges(C, C, min=1))),),
    "any: by n0 or by n1": (AnyKept((Count(MadeBy(IdIs("n0")), 1), Count(MadeBy(IdIs("n1")), 1))),),
    "any: each or count": (AnyKept((Each(P, out=C, min=1), Count(NEW, 0, 0))),),
    "any: of all": (AnyKept((AllKept((Count(NEW, 1, 1), Count(C, 1))), Count(NEW, 0, 0))),),
    "one: c<=1 or new>=1": (OneKept((Count(C, 0, 1), Count(NEW, 1, None))),),
    "one: of three": (OneKept((Count(NEW, 0, 0), Count(NEW, 2, None), Count(C, 2, None))),),
    "one: by n0 or by n1": (OneKept((Count(MadeBy(IdIs("n0")), 1), Count(MadeBy(IdIs("n1")), 1))),),
    "one: edges or nodes": (OneKept((Edges(C, C, min=1), Count(NEW, 0, 1))),),
    "not: c<=1": (NotKept(Count(C, 0, 1)),),
    "not: new=1": (NotKept(Count(NEW, 1, 1)),),
    "not: no new edges": (NotKept(Edges(new=True, max=0)),),
    "not: new edges>=3": (NotKept(Edges(new=True, min=3)),),
    "not: any": (NotKept(AnyKept((Count(NEW, 0, 0), Count(C, 3, None)))),),
    "not: each": (NotKept(Each(P, out=C, min=1)),),
    "not: not": (NotKept(NotKept(Count(NEW, 1, 1))),),
}
LATER: dict[str, tuple[Promise, ...]] = {
    "after n1<=0": (Count(BornAfter("n1"), 0, 0),),
    "after n1<=1": (Count(BornAfter("n1"), 0, 1),),
    "after n1>=1": (Count(BornAfter("n1"), 1, None),),
    "c not after n1<=1": (Count(both(NEW, NotSo(BornAfter("n1"))), 0, 1),),
    "after n1 out of n0": (Count(both(BornAfter("n1"), MadeBy(IdIs("n0"))), 1, 1),),
    "edges after n1<=1": (Edges(ANY, BornAfter("n1"), max=1),),
    "each after n1 out<=0": (Each(BornAfter("n1"), out=ANY, max=0),),
}
"""Promises that count what is born after a node is done."""

SHAPED: dict[str, tuple[Promise, ...]] = {
    "p grows may": (Grows(P, Many(LEAF, 0, 1)),),
    "n0 grows seq": (Grows(IdIs("n0"), Seq((LEAF, Many(OTHER, 0, 1)))),),
    "n0 grows nothing": (Grows(IdIs("n0"), NOTHING),),
    "p grows alt": (Grows(P, Alt((LEAF, Many(OTHER, 1, 2)))),),
    "new p grows nothing": (Grows(both(NEW, P), NOTHING),),
    "all: p grows some, new<=2": (AllKept((Grows(P, Many(LEAF, 1, 2)), Count(NEW, 0, 2))),),
    "scope n0 is seq": (Shaped("n0", Seq((LEAF, Many(OTHER, 0, 1)))),),
    "scope n0 is nothing": (Shaped("n0", NOTHING),),
    "scope n0 is one": (Shaped("n0", LEAF),),
    "scope n0 is par": (Shaped("n0", Par((LEAF, OTHER))),),
    "scope n0 is alt": (Shaped("n0", Alt((LEAF, Many(OTHER, 1, 2)))),),
    "scope n0 is some, new<=2": (Count(NEW, 0, 2), Shaped("n0", Many(LEAF, 1, 2))),
}
"""What promises say of the growth of tasks that say nothing themselves."""


VOWS_OF_GROWTH: dict[str, tuple[Promise, ...]] = {
    "then p grows may": (Grows(P, Many(LEAF, 0, 1)),),
    "then n0 grows some": (Grows(IdIs("n0"), Many(LEAF, 1, 2)),),
    "then n0 grows nothing": (Grows(IdIs("n0"), NOTHING),),
    "then new p grows nothing": (Grows(both(NEW, P), NOTHING),),
    "then all: p grows may, new<=1": (AllKept((Grows(P, Many(LEAF, 0, 1)), Count(NEW, 0, 1))),),
    "then scope n0 is may": (Shaped("n0", Many(LEAF, 0, 1)),),
    "then scope n0 is some": (Shaped("n0", Many(LEAF, 1, 2)),),
    "then scope n0 is nothing": (Shaped("n0", NOTHING),),
}
"""What a running node may promise of growth that tasks declare as `many`, or not at all."""

VOWS_OF_FREE_GROWTH: dict[str, tuple[Promise, ...]] = {
    "then n0 grows seq": (Grows(IdIs("n0"), Seq((LEAF, Many(Leaf("d", "t"), 0, 1)))),),
    "then p grows alt": (Grows(P, Alt((LEAF, Leaf("d", "t")))),),
    "then scope n0 is seq": (Shaped("n0", Seq((LEAF, Leaf("d", "t")))),),
    "then scope n0 is seq of c": (Shaped("n0", Seq((LEAF, Many(OTHER, 0, 1)))),),
    "then scope n0 is a loop": (Shaped("n0", Loop(LEAF, 1, 2)),),
}
"""And what of growth of which tasks say nothing."""


class Keys(dict[str, tuple[str, ...]]):
    """What styles a promise allows, so that promises can be compared and looked up."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


COLOURS = (("color", "red"), ("color", "green"))
STYLED: dict[str, tuple[Promise, ...]] = {
    "c is red": (Styled(C, Keys({"color": ("red",)})),),
    "new is red or green": (Styled(NEW, Keys({"color": ("red", "green")})),),
    "n0 stays": (Styled(IdIs("n0"), Keys({"color": ()})),),
    "new stays": (Styled(NEW, Keys({"color": ()})),),
    "c is red, p stays": (
        AllKept((Styled(C, Keys({"color": ("red",)})), Styled(P, Keys({"color": ()})))),
    ),
    "by n0 is green": (Styled(MadeBy(IdIs("n0")), Keys({"color": ("green",)})),),
    "another key": (Styled(ANY, Keys({"shape": ()})),),
}
VOWS_OF_STYLES: dict[str, tuple[Promise, ...]] = {
    "then c is red": (Styled(C, Keys({"color": ("red",)})),),
    "then all stays": (Styled(ANY, Keys({"color": ()})),),
    "then new is green": (Styled(NEW, Keys({"color": ("green",)})),),
    "then nothing new, all red": (
        AllKept((Count(NEW, 0, 0), Styled(ANY, Keys({"color": ("red",)})))),
    ),
}

BOUND = Count(NEW, 0, 2)
"""What makes an endless growth end."""

VOWS: dict[str, tuple[Promise, ...]] = {
    "then new<=1": (Count(NEW, 0, 1),),
    "then nothing new": (Count(NEW, 0, 0),),
    "then c<=2": (Count(C, 0, 2),),
    "then c>=2": (Count(C, 2, None),),
    "then no new edges": (Edges(new=True, max=0),),
    "then edges into n1>=1": (Edges(ANY, IdIs("n1"), new=True, min=1),),
}
"""Promises that a running node may make."""

VOWS_OF_KINDS: dict[str, tuple[Promise, ...]] = {
    "then each new out<=1": (Each(NEW, out=ANY, max=1),),
    "then each p to c>=1": (Each(P, out=C, min=1),),
    "then all": (AllKept((Count(NEW, 0, 1), Edges(C, C, max=0))),),
    "then any": (AnyKept((Count(NEW, 1, None), Count(C, 0, 1))),),
    "then one": (OneKept((Count(NEW, 1, None), Count(C, 2, None))),),
    "then not": (NotKept(Count(NEW, 1, 1)),),
    "then after n1<=0": (Count(BornAfter("n1"), 0, 0),),
}
