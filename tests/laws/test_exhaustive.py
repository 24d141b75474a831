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
from itertools import islice

import pytest

from tests.laws.catalogue import Entry, canonical, everything
from tests.laws.enumerator import TooLarge
from tests.laws.proof import Fault, Proof

STRIDE = 37
SMALL = ("p", "pp", "pc", "p>c", "c>p", "p>p")
WIRED = ("seq", "free", "open")
"""By default every universe that promises nothing but growth, with at most two given nodes, is
tried, more in which edges are wired and promised, and every so manieth of all others; all of them with
`--long`."""

KINDS = ("grows", "count", "edges")
CELLS = (
    *(("T1", kind) for kind in ("register", "start", "create", "connect", "finish", "cut", "fail")),
    *(("T2", kind) for kind in ("register", "start", "create", "connect", "finish")),
    *(("T3", kind) for kind in ("start", "create", "connect", "finish")),
    ("T4", "finish"),
    *(("T5", kind) for kind in ("register", "start", "create", "connect", "finish", "cut", "fail")),
    ("T8", "start"),
    *(("L", kind) for kind in ("register", "start", "create", "connect", "finish")),
)
PROMISED = tuple((law, "promise") for law in ("T1", "T2", "T3", "T5", "L"))
"""Cells that need a node to promise while it runs; of growth it cannot."""


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
        self.faults += violations(entry, proof)

    def __str__(self) -> str:
        lines = [f"{self.universes} universes, {self.moments} moments"]
        lines += [f"  {words}: {n}" for words, n in sorted(self.totals.items())]
        for (kind, law, event), n in sorted(self.checked.items()):
            lines.append(f"  {kind:6} {law:3} {event:9} {n:8}")
        return "\n".join(lines)


def violations(entry: Entry, proof: Proof) -> Iterable[Fault]:
    """What must not be. Beyond the core a wide drawing may also grow wider (T3)."""
    yield from (f for f in proof.faults if entry.core or f.law != "T3")
    yield from proof.lies
    if entry.core:
        yield from proof.unguarded
    if entry.plain:
        yield from proof.late
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


def chosen() -> list[Entry]:
    first: list[Entry] = []
    others: list[Entry] = []
    for entry in everything():
        growth, given = entry.universe.name.split("/")[:2]
        small = entry.promise == "grows" and given in SMALL
        small |= growth in WIRED and given in SMALL[2:4]
        small |= entry.promise == "edges" and given in SMALL[2:4] and bool(entry.universe.vows)
        small |= entry.promise == "edges" and growth in ("seq", "seq2", "free") and given in SMALL
        (first if small else others).append(entry)
    return [*first, *others[::STRIDE]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_laws_hold_in_small_universes(kind: str) -> None:
    books = prove([entry for entry in chosen() if entry.promise == kind], limit=330)
    check(books)
    assert books.universes >= 170
    wanted = CELLS if kind == "grows" else CELLS + PROMISED
    least = {cell: 100 if cell[1] == "register" else 200 for cell in wanted}
    least["T4", "finish"] = 100
    thin = {cell: books.checked[kind, *cell] for cell in wanted}
    assert not {cell: n for cell, n in thin.items() if n < least[cell]}, "too little was checked"


@pytest.mark.long
@pytest.mark.parametrize("part", range(200))
def test_the_laws_hold_in_larger_universes(part: int) -> None:
    check(prove(islice(everything(), part, None, 200), limit=3000))


def test_no_two_universes_are_the_same_but_for_names() -> None:
    seen: dict[object, str] = {}
    for entry in chosen():
        form = canonical(entry.universe)
        assert form not in seen, f"{entry.universe.name} is {seen[form]} with other names"
        seen[form] = entry.universe.name
    assert len(seen) > 500
