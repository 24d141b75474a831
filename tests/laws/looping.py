"""Universes with loops: given graphs in which a node may ask for another round.

Every growth in every such graph, with nothing promised and with promises of every kind, most often
of how many rounds there may be.
"""

from __future__ import annotations

from collections.abc import Iterator

from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    Grows,
    NotKept,
    OneKept,
    Promise,
    Rearm,
    Shaped,
    Styled,
)
from foretell.promises.selectors import ANY, NEW, BornAfter, IdIs, MadeBy
from foretell.promises.shapes import NOTHING, Leaf, Many, Seq, Shape
from tests.laws.enumerator import Universe
from tests.laws.ingredients import (
    AGAIN,
    BOUND,
    GROUPS,
    GROWTHS,
    LEAF,
    LOOPS,
    OTHER,
    SECTIONS,
    C,
    Keys,
    P,
    both,
)

Pairs = tuple[tuple[int, int], ...]

GIVEN: dict[str, tuple[str, Pairs, Pairs]] = {
    "p~": ("p", (), ((0, 0),)),
    "p>c~": ("pc", ((0, 1),), ((1, 0),)),
    "c>p~": ("cp", ((0, 1),), ((1, 0),)),
    "p~>c": ("pc", ((0, 1),), ((0, 0),)),
    "p before c~": ("pc", ((0, 1),), ((1, 1),)),
    "p beside c~": ("pc", (), ((1, 1),)),
    "p>p~": ("pp", ((0, 1),), ((1, 0),)),
    "p beside p~": ("pp", (), ((0, 0),)),
    "p joins c>c~": ("pcc", ((0, 2), (1, 2)), ((2, 1),)),
    "c>p, c>c~": ("cpc", ((0, 1), (0, 2)), ((2, 0),)),
    "p>c~, p>c~": ("pcc", ((0, 1), (0, 2)), ((1, 0), (2, 0))),
    "p>c>c, nested": ("pcc", ((0, 1), (1, 2)), ((1, 1), (2, 0))),
    "p>c>c, in one another": ("pcc", ((0, 1), (1, 2)), ((1, 0), (2, 0))),
    "c>p>c, overlapping": ("cpc", ((0, 1), (1, 2)), ((1, 0), (2, 1))),
    "c>p, two ways back": ("cp", ((0, 1),), ((1, 0), (1, 1))),
    "two loops beside": ("pc", (), ((0, 0), (1, 1))),
}
"""The tasks of the given nodes, the edges, and the loops."""

GROWN: dict[str, tuple[Shape | None, Shape | None]] = {
    **{
        name: (GROWTHS[name], NOTHING)
        for name in ("nothing", "one", "may", "some", "many2", "par", "seq", "alt", "opt", "free")
    },
    "nested": (LEAF, Many(Leaf("d", "s"), 0, 1)),
    "recursion": (Many(AGAIN, 0, 1), NOTHING),
    "open": (None, NOTHING),
    "map": (GROUPS["map of seq"], NOTHING),
    "loop": (LOOPS["loop of seq"], NOTHING),
    "section": (SECTIONS["section"], NOTHING),
}
ENDLESS = ("recursion", "open")
FEW = ("p~", "p>c~", "c>p~", "p~>c", "p before c~", "p beside c~")
"""Where open growers and those of many nodes are not too many to wire."""

PROMISED: dict[str, tuple[Promise, ...]] = {
    "new<=1": (Count(NEW, 0, 1),),
    "new>=1": (Count(NEW, 1, None),),
    "s of n0<=1": (Count(both(C, MadeBy(IdIs("n0"))), 0, 1),),
    "after n1<=0": (Count(BornAfter("n1"), 0, 0),),
    "nothing new into n1": (Edges(ANY, IdIs("n1"), new=True, max=0),),
    "a new edge into n1": (Edges(ANY, IdIs("n1"), new=True, min=1),),
    "at most one c into n1": (Each(IdIs("n1"), into=C, max=1),),
    "each p to c>=1": (Each(P, out=C, min=1),),
    "all: c<=2 and edges": (AllKept((Count(C, 0, 2), Edges(C, C, max=1))),),
    "any: none or two": (AnyKept((Count(NEW, 0, 0), Count(NEW, 2, None))),),
    "one: c<=1 or new>=1": (OneKept((Count(C, 0, 1), Count(NEW, 1, None))),),
    "not: new=1": (NotKept(Count(NEW, 1, 1)),),
}
"""What is promised besides rounds, of growth that tasks declare."""

SHAPED: dict[str, tuple[Promise, ...]] = {
    "n0 grows seq": (Grows(IdIs("n0"), Seq((LEAF, Many(OTHER, 0, 1)))), BOUND),
    "p grows may": (Grows(P, Many(LEAF, 0, 1)), BOUND),
    "scope n0 is one": (Shaped("n0", LEAF), BOUND),
}
"""And of growth of which they say nothing."""

VOWS: dict[str, tuple[Promise, ...]] = {
    "then new<=0": (Count(NEW, 0, 0),),
    "then c>=2": (Count(C, 2, None),),
    "then p grows may": (Grows(P, Many(LEAF, 0, 1)),),
    "then n0 grows nothing": (Grows(IdIs("n0"), NOTHING),),
}
STYLES = (("color", "red"),)
OUTCOMES: dict[str, tuple[str, Pairs, Pairs, tuple[tuple[int, int, str], ...]]] = {
    "p>c~, p!c": ("pcc", ((0, 1),), ((1, 0),), ((0, 2, "fail"),)),
    "p!c~": ("pc", (), ((1, 0),), ((0, 1, "fail"),)),
    "p?c~": ("pc", (), ((1, 0),), ((0, 1, "any"),)),
    "c!p, c~": ("cp", (), ((0, 0),), ((0, 1, "fail"),)),
    "c!c before p~": ("ccp", ((0, 2),), ((2, 2),), ((0, 1, "fail"),)),
    "c>p~, p!c": ("cpc", ((0, 1),), ((1, 0),), ((1, 2, "fail"),)),
    "c>c~, c>p?c": ("ccpc", ((0, 1), (0, 2)), ((1, 0),), ((2, 3, "any"),)),
}


Promises = dict[str, tuple[Promise, ...]]


def universes() -> Iterator[Universe]:
    for given, (tasks, _, loops) in GIVEN.items():
        targets = [f"n{v}" for _, v in loops]
        for growth, grown in GROWN.items():
            if growth in ENDLESS and given not in FEW:
                continue
            bound = (BOUND,) if growth in ENDLESS else ()
            for words, said in promised(targets).items():
                if bound and any(isinstance(x, Count) and x.of == NEW and not x.min for x in said):
                    continue
                if len(tasks) > 1 or "'n1'" not in repr(said):
                    yield universe(growth, grown, given, words, (*bound, *said))
            for words, vows in made_on_the_way(growth, targets[0]).items():
                if given in FEW:
                    yield universe(growth, grown, given, words, bound, vows)
            for words, said in styled(growth).items():
                if given in FEW:
                    yield universe(growth, grown, given, words, said, styles=STYLES)
        for words, said in SHAPED.items() if given in FEW else ():
            yield universe("unsaid", (None, NOTHING), given, words, said)
    yield from failing()


def promised(targets: list[str]) -> Promises:
    """Of how many rounds there may be, of what else there may be, and of both."""
    first = targets[0]
    once: tuple[Promise, ...] = (Rearm(first, 1),)
    said: Promises = {"": (), **{f"{first}<={n}": (Rearm(first, n),) for n in (0, 1, 2)}}
    if len(set(targets)) > 1:
        said["each<=1"] = tuple(Rearm(target, 1) for target in targets)
    said |= PROMISED
    said |= {f"{words}, {first}<=1": other + once for words, other in PROMISED.items()}
    return said | {f"all: {first}<=1 and new<=1": (AllKept((*once, Count(NEW, 0, 1))),)}


def made_on_the_way(growth: str, target: str) -> Promises:
    said: Promises = {f"then {target}<=1": (Rearm(target, 1),)}
    if growth in ("may", "open", "nothing"):
        said |= {words: vows for words, vows in VOWS.items() if growth == "open" or "new" in words}
    return said


def styled(growth: str) -> Promises:
    if growth not in ("nothing", "one", "may"):
        return {}
    return {
        "in red": (),
        "c is red, in red": (Styled(C, Keys({"color": ("red",)})),),
        "p stays, in red": (Styled(P, Keys({"color": ()})),),
    }


def failing() -> Iterator[Universe]:
    """Loops around failures that somebody waits for."""
    for given, (tasks, edges, loops, outcomes) in OUTCOMES.items():
        target = f"n{loops[0][1]}"
        for growth in ("nothing", "one", "may", "seq"):
            promises: Promises = {
                "": (),
                f"{target}<=1": (Rearm(target, 1),),
                "new<=1": (Count(NEW, 0, 1),),
                "new>=1": (Count(NEW, 1, None),),
            }
            for words, said in promises.items():
                yield Universe(
                    f"{growth}/{given}/{words or 'no promise'}",
                    {"p": GROWN[growth][0], "c": NOTHING},
                    given_nodes(tasks),
                    named(edges),
                    said,
                    outcomes=tuple((f"n{a}", f"n{b}", on) for a, b, on in outcomes),
                    loops=named(loops),
                )


def universe(
    growth: str,
    grown: tuple[Shape | None, Shape | None],
    given: str,
    words: str,
    promises: tuple[Promise, ...],
    vows: tuple[Promise, ...] = (),
    styles: tuple[tuple[str, str], ...] = (),
) -> Universe:
    tasks, edges, loops = GIVEN[given]
    p, c = grown
    grows: dict[str, Shape | None] = {"p": p, "c": c}
    if c != NOTHING:
        grows["d"] = NOTHING
    return Universe(
        f"{growth}/{given}/{words or 'no promise'}",
        grows,
        given_nodes(tasks),
        named(edges),
        promises,
        vows=vows,
        styles=styles,
        loops=named(loops),
    )


def given_nodes(tasks: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"n{i}", task) for i, task in enumerate(tasks))


def named(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple((f"n{a}", f"n{b}") for a, b in pairs)
