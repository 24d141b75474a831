"""Universes in which somebody waits for failures: given graphs with edges on `fail` and `any`.

Every growth in every such graph, with nothing promised, and with some promises that a failure may
keep or break.
"""

from __future__ import annotations

from collections.abc import Iterator

from foretell.promises.language import AnyKept, Count, Each, Edges, OneKept, Promise
from foretell.promises.selectors import ANY, NEW, IdIs, MadeBy, TaskIs
from foretell.promises.shapes import NOTHING, Leaf, Many, Shape
from tests.laws.enumerator import Universe
from tests.laws.ingredients import GROWTHS, LEAF

Graph = tuple[str, tuple[tuple[int, int], ...], tuple[tuple[int, int, str], ...]]

GIVEN: dict[str, Graph] = {
    "p!p": ("pp", (), ((0, 1, "fail"),)),
    "p?p": ("pp", (), ((0, 1, "any"),)),
    "p!c": ("pc", (), ((0, 1, "fail"),)),
    "p?c": ("pc", (), ((0, 1, "any"),)),
    "c!p": ("cp", (), ((0, 1, "fail"),)),
    "c!p c": ("cpc", (), ((0, 1, "fail"),)),
    "c>p!c": ("cpc", ((0, 1),), ((1, 2, "fail"),)),
    "c>p?c": ("cpc", ((0, 1),), ((1, 2, "any"),)),
    "c!c>p": ("ccp", ((1, 2),), ((0, 1, "fail"),)),
    "c>p, c!c": ("cpc", ((0, 1),), ((0, 2, "fail"),)),
    "p>c, p!c": ("pcc", ((0, 1),), ((0, 2, "fail"),)),
    "p>p, p?c": ("ppc", ((0, 1),), ((0, 2, "any"),)),
    "c!p?c": ("cpc", (), ((0, 1, "fail"), (1, 2, "any"))),
    "both fail": ("ccp", (), ((0, 2, "fail"), (1, 2, "fail"))),
    "compensation": ("ccp", ((0, 1), (0, 2)), ((1, 2, "fail"),)),
    "rejoin": ("cpcc", ((0, 1),), ((0, 2, "fail"), (1, 3, "any"), (2, 3, "any"))),
    "never": ("cpp", ((0, 2),), ((0, 1, "fail"), (1, 2, "fail"))),
}
"""The tasks of the given nodes, the edges on `ok`, and the others."""

DEEP: dict[str, tuple[Shape | None, Shape | None]] = {
    "nested": (LEAF, Leaf("d", "s")),
    "nested many": (Many(LEAF, 0, 1), Leaf("d", "s")),
    "open": (None, NOTHING),
}

PROMISES: dict[str, tuple[Promise, ...]] = {
    "": (),
    "new<=1": (Count(NEW, 0, 1),),
    "new>=1": (Count(NEW, 1, None),),
    "new=1": (Count(NEW, 1, 1),),
    "nothing new into n1": (Edges(ANY, IdIs("n1"), new=True, max=0),),
    "at most one into n1": (Each(IdIs("n1"), into=TaskIs("c"), max=1),),
    "a new edge into n1": (Edges(ANY, IdIs("n1"), new=True, min=1),),
    "one by n0, and one": (Count(MadeBy(IdIs("n0")), 0, 1), Count(NEW, 1, None)),
    "none or two": (AnyKept((Count(NEW, 0, 0), Count(NEW, 2, None))),),
    "one of two": (OneKept((Count(NEW, 0, 1), Count(NEW, 2, 2))),),
}
_KEPT = ("one", "may", "some", "par", "seq", "seq2", "seq3", "alt", "opt", "free")


def universes() -> Iterator[Universe]:
    growths: dict[str, tuple[Shape | None, Shape | None]]
    growths = {name: (GROWTHS[name], NOTHING) for name in _KEPT} | DEEP
    for name, (p, c) in growths.items():
        for given, (tasks, edges, outcomes) in GIVEN.items():
            if name == "open" and len(tasks) > 2:
                continue  # too many ways to wire
            for promise, promises in PROMISES.items():
                said = promises if name != "open" or promise else (Count(NEW, 0, 1),)
                if name == "open" and promise not in ("", "new<=1", "new=1"):
                    continue
                if name == "open" and promise == "new<=1":
                    continue  # said already
                yield Universe(
                    f"{name}/{given}/{promise or 'no promise'}",
                    {"p": p, "c": c, **({"d": NOTHING} if c != NOTHING else {})},
                    tuple((f"n{i}", task) for i, task in enumerate(tasks)),
                    tuple((f"n{a}", f"n{b}") for a, b in edges),
                    said,
                    outcomes=tuple((f"n{a}", f"n{b}", on) for a, b, on in outcomes),
                )
