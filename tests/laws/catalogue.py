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
    is_open,
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

VOWS: dict[str, tuple[Promise, ...]] = {
    "then new<=1": (Count(NEW, 0, 1),),
    "then nothing new": (Count(NEW, 0, 0),),
    "then c<=2": (Count(C, 0, 2),),
    "then c>=2": (Count(C, 2, None),),
    "then no new edges": (Edges(new=True, max=0),),
    "then edges into n1>=1": (Edges(ANY, IdIs("n1"), new=True, min=1),),
}
"""Promises that a running node may make."""


@dataclass(frozen=True)
class Entry:
    """A universe, and what kind of promise it is about.

    `core`: a drawing can and must follow its promises exactly. `plain`: a part of the core, at
    most one promise, which meets neither branches nor what grown nodes grow.
    """

    universe: Universe
    promise: str
    core: bool
    plain: bool


def entry(
    growth: str,
    grows: tuple[Shape | None, Shape | None],
    given: str,
    promise: str,
    promises: tuple[Promise, ...],
    vows: tuple[Promise, ...] = (),
) -> Entry:
    tasks, edges = GIVEN[given]
    named: dict[str, Shape | None] = dict(zip("pc", grows, strict=True))
    if any(leaf.task == "d" for shape in grows if shape for leaf in leaves(shape)):
        named["d"] = NOTHING
    universe = Universe(
        f"{growth}/{given}/{promise or 'no promise'}",
        named,
        tuple((f"n{i}", task) for i, task in enumerate(tasks)),
        tuple((f"n{a}", f"n{b}") for a, b in edges),
        promises,
        vows=vows,
    )
    core = is_core(universe)
    return Entry(universe, kind_of(universe), core, core and is_plain(universe))


def kind_of(universe: Universe) -> str:
    """The kind of the promise that it is about; endless growth always has a bound besides."""
    said = (*universe.promises, *universe.vows)
    return said[-1].kind if said and said != (BOUND,) else "grows"


def is_core(universe: Universe) -> bool:
    """Whether all counts but one on everything new meet one place of one given node."""
    bounds = 0
    if universe.vows:
        return False
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


def is_plain(universe: Universe) -> bool:
    """Whether there is at most one promise, and it meets no branch and no growth in growth; a ban
    of edges also meets no order among what grows."""
    if not universe.promises:
        return True
    grows = universe.grows["p"]
    flat = all(leaf.task != "p" and universe.grows[leaf.task] == NOTHING for leaf in _all(grows))
    ordered = isinstance(grows, (Seq, Free)) and universe.speaks_of_edges
    chosen = isinstance(grows, Alt)
    wild = grows is None and universe.grows["c"] == NOTHING and not universe.speaks_of_edges
    closed = grows is not None and universe.grows["c"] == NOTHING and not is_open(grows)
    flat_enough = wild or (closed and flat and not ordered and not chosen)
    return len(universe.promises) == 1 and flat_enough


def _all(shape: Shape | None) -> tuple[Leaf, ...]:
    return () if shape is None else leaves(shape)


def growths() -> Iterator[tuple[str, tuple[Shape | None, Shape | None], tuple[Promise, ...]]]:
    """All growths of `p` and `c`, with the bound that the endless ones need."""
    for name, shape in GROWTHS.items():
        yield name, (shape, NOTHING), ()
    for name, grows in DEEP.items():
        yield name, grows, ()
    for name, grows in (ENDLESS | OPEN).items():
        yield name, grows, (BOUND,)


def everything() -> Iterator[Entry]:
    """Every growth in every given graph under every promise, made before or on the way."""
    for name, grows, bound in growths():
        for given in GIVEN:
            for promise, promises in (CORE | WIDER).items():
                if (bound and promises == bound) or ("n1" in promise and given == "p"):
                    continue  # said already, or of a node that is not there
                if any(isinstance(x, Count) and x.of == NEW and not x.min for x in promises):
                    yield entry(name, grows, given, promise, promises)
                else:
                    words = ", ".join(filter(None, (promise, "new<=2" if bound else "")))
                    yield entry(name, grows, given, words, (*bound, *promises))
            for promise, vows in VOWS.items():
                if "n1" in promise and given == "p":
                    continue
                yield entry(name, grows, given, promise, bound, vows)


def canonical(universe: Universe) -> object:
    """The same for two universes that differ only in the names of what is given."""
    names = [node for node, _ in universe.given]
    forms = []
    for order in permutations(range(len(names))):
        name = dict(zip(names, (f"n{i}" for i in order), strict=True))
        given = tuple(sorted((name[n], task) for n, task in universe.given))
        edges = tuple(sorted((name[a], name[b]) for a, b in universe.edges))
        text = repr((universe.promises, universe.vows))
        for old, new in name.items():
            text = text.replace(f"'{old}'", f"'={new}'")
        forms.append((given, edges, text.replace("'=", "'")))
    return repr(sorted(universe.grows.items(), key=str)), min(forms)
