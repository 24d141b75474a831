"""The universes: every combination of small graphs, growths and promises, in a fixed order.

Task `p` grows, task `c` most often does not. A universe is in the *core* where every promise is
one that a drawing can and must follow exactly: at most one bound on all that is new, counts that
speak of a single place, bans of edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from foretell.promises.language import Count, Edges, Pair, Promise
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    AnyOf,
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
    Many,
    Par,
    Seq,
    Shape,
    leaves,
)
from tests.laws.enumerator import Universe

P, C = TaskIs("p"), TaskIs("c")
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

DEEP: dict[str, tuple[Shape | None, Shape | None]] = {
    "nested": (Many(LEAF, 1, 2), Many(Leaf("d", "s"), 0, 1)),
    "nestedalt": (LEAF, Alt((Leaf("d", "s"), Many(Leaf("d", "t"), 0, 2)))),
    "each": (Many(LEAF, 0, 2), Leaf("d", "s")),
    "eachalt": (Many(LEAF, 0, 2), Alt((Leaf("d", "s"), Leaf("d", "t")))),
    "seqnested": (Seq((LEAF, OTHER)), Many(Leaf("d", "s"), 0, 1)),
    "freenested": (Free((LEAF, OTHER)), Many(Leaf("d", "s"), 0, 1)),
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
    "nothing new into n1": (Edges(ANY, IdIs("n1"), new=True, max=0),),
    "nothing new from n0": (Edges(IdIs("n0"), ANY, new=True, max=0),),
    "no new edges": (Edges(new=True, max=0),),
    "only edges from n0": (Edges(besides=(Pair(IdIs("n0"), ANY),), new=True, max=0),),
}
"""Promises of the core, if the counts meet a single place."""

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

BOUND = Count(NEW, 0, 2)
"""What makes an endless growth end."""


@dataclass(frozen=True)
class Entry:
    """A universe, what kind of promise it is about, and whether it belongs to the core."""

    universe: Universe
    promise: str
    core: bool


def entry(
    growth: str,
    p: Shape | None,
    c: Shape | None,
    given: str,
    promise: str,
    promises: tuple[Promise, ...],
    *,
    core: bool = True,
) -> Entry:
    tasks, edges = GIVEN[given]
    grows: dict[str, Shape | None] = {"p": p, "c": c}
    if any(leaf.task == "d" for shape in (p, c) if shape for leaf in leaves(shape)):
        grows["d"] = NOTHING
    universe = Universe(
        f"{growth}/{given}/{promise or 'no promise'}",
        grows,
        tuple((f"n{i}", task) for i, task in enumerate(tasks)),
        tuple((f"n{a}", f"n{b}") for a, b in edges),
        promises,
    )
    return Entry(universe, kind_of(promises, grows), core and is_core(universe))


def kind_of(promises: tuple[Promise, ...], grows: dict[str, Shape | None]) -> str:
    if promises:
        return promises[-1].kind
    shape = grows["p"]
    return f"grows {shape.kind}" if shape is not None else "grows anything"


def is_core(universe: Universe) -> bool:
    """Whether all counts but one on everything new meet one place of one given node."""
    bounds = 0
    for promise in universe.promises:
        if isinstance(promise, Edges):
            if promise.max != 0:
                return False
        elif promise.of == NEW and not promise.min:
            bounds += 1
        elif not _meets_one_place(universe, promise.of):
            return False
    return bounds <= 1


def _meets_one_place(universe: Universe, selector: Selector) -> bool:
    """Of the selectors used here only that of the children of n0 that are c may meet one place."""
    if selector != both(C, MadeBy(IdIs("n0"))):
        return False
    shape = universe.grows["p"]
    return shape is not None and sum(leaf.task == "c" for leaf in leaves(shape)) == 1


def growths() -> Iterator[tuple[str, Shape | None, Shape | None, tuple[Promise, ...]]]:
    """All growths, with the bound that the endless ones need."""
    for name, shape in GROWTHS.items():
        yield name, shape, NOTHING, ()
    for name, (p, c) in DEEP.items():
        yield name, p, c, ()
    for name, (p, c) in (*ENDLESS.items(), *OPEN.items()):
        yield name, p, c, (BOUND,)


def everything() -> Iterator[Entry]:
    """Every growth in every given graph under every promise."""
    for name, p, c, bound in growths():
        for given in GIVEN:
            for promise, promises in (CORE | WIDER).items():
                if (
                    bound
                    and (promises or NO_PROMISE)
                    and any(isinstance(x, Count) and x.of == NEW and not x.min for x in promises)
                ):
                    yield entry(name, p, c, given, promise, promises)
                else:
                    words = promise + (" new<=2" if bound else "")
                    yield entry(name, p, c, given, words.strip(), (*bound, *promises))


def canonical(universe: Universe) -> object:
    """The same for two universes that differ only in the names of what is given."""
    names = [node for node, _ in universe.given]
    forms = []
    for order in permutations(range(len(names))):
        name = dict(zip(names, (f"n{i}" for i in order), strict=True))
        given = tuple(sorted((name[n], task) for n, task in universe.given))
        edges = tuple(sorted((name[a], name[b]) for a, b in universe.edges))
        text = repr(universe.promises)
        for old, new in name.items():
            text = text.replace(f"'{old}'", f"'={new}'")
        forms.append((given, edges, text.replace("'=", "'")))
    return repr(sorted(universe.grows.items(), key=str)), min(forms)
