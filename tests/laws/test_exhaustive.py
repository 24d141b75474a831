"""The laws of the horizon, proven for every moment of every small universe of the catalogue.

What is proven: the machine's graph and its answers are those of the definitions; no future lies
outside a drawing; no promise is called broken while it can be kept; `exact` is said only where
every bound, edge and opening drawn is needed; the end is the graph. On the plain part of the core
every drawing is exact, every break is seen at once, and no start is the break. How often a drawing
is wider, or a break late, elsewhere is printed (`pytest -s`), with a matrix of what was checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from foretell.promises.language import Rearm
from tests.laws import regressions
from tests.laws.catalogue import Entry, canonical, entry_of, everything, is_folded
from tests.laws.enumerator import Enumerator, TooLarge, Universe
from tests.laws.proof import Fault, Proof

pytestmark = pytest.mark.proof

SMALL = ("p", "pp", "pc", "p>c", "c>p", "p>p")
WIRED = ("seq", "free", "open")
"""By default every universe that promises nothing but growth, with at most two given nodes, is
tried, more in which edges are wired and promised, and some of all others; all of them with
`--long`."""

OTHERS = {
    "grows": 20, "map": 250, "loop": 150, "section": 125, "let": 130, "count": 260, "edges": 100, "each": 25, "all": 55,
    "any": 90, "one": 115, "not": 70, "born_after": 30, "style": 30, "promised growth": 40, "shape": 40, "fail": 50, "rearm": 5,
}  # fmt: skip
"""By kind, about how many others are tried; with loops, of each kind besides. With fewer, some cell of the
matrix would have too little in it."""

LIMITS = {
    "grows": 330,
    "count": 360,
    "edges": 330,
    "map": 700,
    "loop": 700,
    "let": 400,
    "all": 800,
    "any": 560,
    "one": 600,
    "style": 1500,
    "promised growth": 800,
    "shape": 1200,
    "rearm": 250,
}
"""By kind, how many moments a universe may have that is tried."""

LARGE = Path(__file__).with_name("too_large.txt")
"""The names of universes that would be tried, if they were not larger than that."""

CELLS = (
    *(("T1", kind) for kind in ("register", "start", "create", "connect", "finish", "cut", "fail")),
    *((law, kind) for law in ("T1", "T5") for kind in ("cancel", "skip")),
    *(("T2", kind) for kind in ("register", "start", "create", "connect", "finish")),
    *(("T3", kind) for kind in ("start", "create", "connect", "finish")),
    ("T4", "finish"),
    *(("T5", kind) for kind in ("register", "start", "create", "connect", "finish", "cut", "fail")),
    ("T8", "start"),
    *(("L", kind) for kind in ("register", "start", "create", "connect", "finish")),
)
PROMISED = tuple((law, "promise") for law in ("T1", "T2", "T3", "T5", "L"))
"""Cells that need a node to promise while it runs; what tasks declare is declared before."""
STYLED = tuple((law, "style") for law in ("T1", "T2", "T3", "T5", "L"))
"""Cells that need a node to give another a look."""
FAILED = tuple((law, "fail") for law in ("T2", "T3", "L"))
"""Cells that need a failure for which somebody waits."""
ROUNDS = (
    *((law, "again") for law in ("T1", "T2", "T3", "T5", "T6", "L")),
    *((law, "drained") for law in ("T3", "T5", "T6")),
    ("L", "round"),
)
"""Cells that need a loop."""
DECLARED = ("grows", "map", "loop", "section", "let", "fail")


@dataclass
class Books:
    """What many proofs came to."""

    checked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    universes: int = 0
    moments: int = 0
    totals: Counter[str] = field(default_factory=Counter)

    def enter(self, entry: Entry, proof: Proof) -> None:
        self.universes += 1
        self.moments += proof.moments
        for (law, kind), n in proof.checked.items():
            self.checked[entry.promise, law, kind] += n
        where = "core" if entry.core else "beyond"
        self.totals[f"{where}: universes"] += 1
        self.totals[f"{where}: moments"] += proof.moments
        self.totals[f"{where}: drawings that are approximate"] += proof.inexact
        self.totals[f"{where}: drawings wider than the futures"] += len(proof.loose)
        self.totals[f"{where}: breaks seen late"] += len(proof.late)
        self.totals[f"{where}: starts held or let go wrongly"] += len(proof.unguarded)
        self.totals[f"{where}: drawings that grew"] += sum(f.law == "T3" for f in proof.faults)
        self.faults += violations(entry, proof)

    def __str__(self) -> str:
        lines = [f"{self.universes} universes, {self.moments} moments"]
        lines += [f"  {words}: {n}" for words, n in sorted(self.totals.items())]
        for (kind, law, event), n in sorted(self.checked.items()):
            lines.append(f"  {kind:6} {law:3} {event:9} {n:8}")
        return "\n".join(lines)


def violations(entry: Entry, proof: Proof) -> Iterable[Fault]:
    """What must not be. Beyond the core a wide drawing may also grow wider (T3); so may an exact one
    of recursion when a class of all depths becomes a class of each, for no bound of all is drawn, and
    one of a node that may fail, when it has grown a part of what comes all or not at all. What
    is promised besides rounds, and who can never run, need not be followed through rounds."""
    loops = bool(entry.universe.loops)  # then only drawings are compared that say they are exact
    shrinks = entry.core or loops
    shrinks = shrinks and not is_folded(entry.universe) and not entry.universe.outcomes
    yield from (f for f in proof.faults if shrinks or f.law != "T3")
    yield from proof.lies
    if entry.core:
        yield from proof.unguarded
    if entry.plain:
        yield from proof.late
    others = any(not isinstance(promise, Rearm) for promise in entry.universe.promises)
    if entry.plain and not (loops and (others or entry.universe.outcomes)):
        yield from proof.loose
        if proof.inexact:
            yield Fault("T2", entry.universe.name, (), "plain, and said to be approximate")


def prove(entries: Iterable[Entry], limit: int) -> Books:
    books = Books()
    for entry in entries:
        try:
            books.enter(entry, Proof(entry.universe, limit).run())
        except TooLarge:
            books.totals["too large, left out"] += 1
    return books


def check(books: Books) -> None:
    print(books)
    assert not books.faults, "\n".join(str(fault) for fault in books.faults[:10])


def chosen(kind: str) -> list[Entry]:
    first: list[Entry] = []
    others: list[Entry] = []
    if kind == "rearm":
        return spread([entry for entry in everything() if entry.promise == kind])
    for entry in everything():
        growth, given = entry.universe.name.split("/")[:2]
        small = kind == "grows" and given in SMALL
        small |= growth in WIRED and given in SMALL[2:4]
        if kind == "let":
            small = entry.universe.name.endswith("/no promise")
        else:
            small |= kind != "count" and given in SMALL[2:4] and bool(entry.universe.vows)
        small |= kind != "count" and growth in ("seq", "seq2", "free") and given in SMALL
        small |= kind == "fail" and (growth == "open" or not entry.universe.promises)
        if entry.promise == kind and entry.growth in OTHERS:
            (first if small else others).append(entry)
    tried = [*first, *others[:: max(1, len(others) // OTHERS[kind])]]
    return [entry for entry in tried if entry.universe.name not in too_large()]


@cache
def too_large() -> frozenset[str]:
    """Those of which it is known that they have more moments than may be; to find out takes as long
    as to prove a small one."""
    return frozenset(LARGE.read_text().splitlines())


def spread(entries: list[Entry]) -> list[Entry]:
    """Some with each kind of promises besides loops, over all growths and given graphs."""
    by: dict[tuple[frozenset[str], bool, bool, bool], list[Entry]] = {}
    for entry in entries:
        universe = entry.universe
        said = frozenset(promise.kind for promise in (*universe.promises, *universe.vows))
        what = (said, bool(universe.vows), bool(universe.styles), bool(universe.outcomes))
        by.setdefault(what, []).append(entry)
    found: list[Entry] = []
    for (_, vows, _, outcomes), alike in by.items():
        several = OTHERS["rearm"] * (4 if vows or outcomes else 1)
        found += alike[:: max(1, len(alike) // several)]
    return found


@pytest.mark.parametrize("kind", OTHERS)
def test_the_laws_hold_in_small_universes(kind: str) -> None:
    books = prove(chosen(kind), limit=LIMITS.get(kind, 500))
    check(books)
    wanted = CELLS if kind in DECLARED else CELLS + PROMISED
    wanted += STYLED if kind == "style" else ()
    wanted += FAILED if kind in ("fail", "rearm") else ()
    wanted += STYLED + ROUNDS if kind == "rearm" else ()
    least = {cell: 50 if cell[1] == "register" else 200 for cell in wanted}
    least["T4", "finish"] = 100
    for cell in wanted:  # what people do is not foreseen, and done at some moments only
        if cell[1] in ("cancel", "skip"):
            least[cell] = 0 if kind == "rearm" else 90
    thin = {cell: books.checked[kind, *cell] for cell in wanted}
    assert not {cell: n for cell, n in thin.items() if n < least[cell]}, "too little was checked"


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.long)])
def test_what_is_left_out_as_too_large_is_too_large(every: int) -> None:
    listed = [entry for entry in everything() if entry.universe.name in too_large()]
    assert {entry.universe.name for entry in listed} == too_large()
    for entry in listed[::every]:
        enumerator = Enumerator(entry.universe, LIMITS.get(entry.promise, 500))
        with pytest.raises(TooLarge):
            enumerator.here(enumerator.begin())


@pytest.mark.long
@pytest.mark.parametrize("part", range(200))
def test_the_laws_hold_in_larger_universes(part: int) -> None:
    tried = [entry for entry in everything() if {entry.promise, entry.growth} <= {*OTHERS}]
    check(prove(tried[part::200], limit=3000))


@pytest.mark.parametrize("universe", regressions.NAMED, ids=lambda universe: universe.name)
def test_the_laws_hold_in_regression_universes(universe: Universe) -> None:
    books = prove([entry_of(universe)], limit=10_000)
    check(books)
    if "failed trial" in universe.name:
        assert books.checked[entry_of(universe).promise, "T1", "cut"]


@pytest.mark.parametrize("universe", regressions.KNOWN, ids=lambda universe: universe.name)
def test_drawings_are_as_narrow_as_they_say_where_they_were_not(
    universe: Universe,
) -> None:
    check(prove([entry_of(universe)], limit=10_000))


def test_the_laws_hold_of_endless_growth_however_it_is_bounded() -> None:
    books = prove(regressions.endless(), limit=10_000)
    check(books)
    assert books.moments > 1_000


def test_the_laws_hold_in_universes_of_four_given_and_three_new_nodes() -> None:
    books = prove(regressions.larger(), limit=3_000)
    check(books)
    assert books.universes > 70
    assert books.moments > 10_000


@pytest.mark.long
def test_the_laws_hold_in_the_largest_universes() -> None:
    check(prove(regressions.larger(), limit=100_000))


def test_no_two_universes_are_the_same_but_for_names() -> None:
    seen: dict[object, str] = {}
    every = [entry for kind in OTHERS for entry in chosen(kind)]
    for entry in [*every, *map(entry_of, regressions.NAMED), *regressions.larger()]:
        form = canonical(entry.universe)
        assert form not in seen, f"{entry.universe.name} is {seen[form]} with other names"
        seen[form] = entry.universe.name
    assert len(seen) > 500
