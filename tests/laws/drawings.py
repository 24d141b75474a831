"""Drawings as the proofs meet them, and finished graphs laid over them.

Knows what a drawing shows, and nothing of how it was made or of what leads to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from foretell.admits import Grown, Placed, Reading
from foretell.horizon.model import Horizon
from tests.laws.moments import Final


@dataclass
class Drawing:
    """A horizon as it was met, shared by all moments at which the same is drawn."""

    reading: Reading
    number: int
    placed: dict[int, Placed] = field(default_factory=dict)
    quarrels: dict[int, str] = field(default_factory=dict)
    tight: set[int] = field(default_factory=set)


def alike(one: Drawing, other: Drawing) -> bool:
    """Whether two drawings show the same, in whatever order, whoever has said it first."""
    return one is other or shown(one.reading.drawing) == shown(other.reading.drawing)


def shown(horizon: Horizon) -> list[list[str]]:
    edges = [replace(edge, kind="order", thin=False) for edge in horizon.edges]
    groups = [replace(group, id=group.id.rstrip("0123456789")) for group in horizon.groups]
    parts = (horizon.classes, edges, groups, horizon.bundles)
    return [sorted(map(repr, part)) for part in parts]


def laid(reading: Reading, final: Final, gone: frozenset[str] = frozenset()) -> Placed:
    """The final, laid over a drawing in which other nodes may have the ids of some of its nodes:
    those that are not `old`, or are `gone`."""
    name: dict[str | None, str] = {
        birth.id: f"{birth.id}@"
        for birth in final.nodes
        if birth.id in gone or (birth.maker and final.old is not None and birth.id not in final.old)
        if birth.id in reading.real
    }
    nodes = [
        Grown(name.get(b.id, b.id), b.task, b.slot, name.get(b.maker, b.maker)) for b in final.nodes
    ]
    return Placed(reading, nodes, {(name.get(s, s), name.get(t, t)) for s, t in final.pairs})


def neighbours(finals: list[Final]) -> Iterator[Final]:
    """Graphs near those that can come: one grown node less, one more, one edge less."""
    for final in finals:
        makers = {birth.maker for birth in final.nodes}
        for birth in sorted(b for b in final.nodes if b.maker is not None):
            if birth.id not in makers:
                pairs = frozenset(p for p in final.pairs if birth.id not in p)
                yield Final(final.nodes - {birth}, pairs)
            twin = birth._replace(id=birth.id + "~")
            name = {birth.id: twin.id}
            doubled = {(name.get(s, s), name.get(t, t)) for s, t in final.pairs}
            yield Final(final.nodes | {twin}, final.pairs | doubled)
        for pair in sorted(final.pairs)[:2]:
            yield Final(final.nodes, final.pairs - {pair})
