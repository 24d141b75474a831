"""What many random runs have shown of one first drawing: which of its classes and branches came,
how many of each, and how many different graphs there were in the end.

Nothing here is ever wrong: what never came in some runs may well come in others.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field

from foretell.admits import Grown, Placed, Reading
from foretell.horizon.bounds import multiplicity
from foretell.horizon.model import Horizon

ROUNDS = 3
"""How far around a node its part in the graph is looked at, to tell graphs from each other."""


@dataclass(slots=True)
class Seen:
    """A class of the first drawing, or a branch of a group of it: `runs` is in how many runs it
    came. Of a class, `drawn` are its bounds, and `low` and `high` how many of it there were."""

    what: str
    drawn: str = ""
    runs: int = 0
    low: int | None = None
    high: int = 0

    def count(self, number: int) -> None:
        """So many came in one run."""
        self.runs += number > 0
        self.low = number if self.low is None else min(self.low, number)
        self.high = max(self.high, number)


@dataclass(slots=True)
class Coverage:
    """Told of each run that was played to its end."""

    first: Horizon
    classes: dict[str, Seen] = field(default_factory=dict)
    branches: dict[tuple[str, int], Seen] = field(default_factory=dict)
    rounds: dict[tuple[str, str], Seen] = field(default_factory=dict)
    """Of each loop, by its ends."""
    _graphs: set[int] = field(default_factory=set)
    _palette: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tasks = {c.id: c.task or "anything" for c in self.first.classes}
        for c in self.first.classes:
            self.classes[c.id] = Seen(c.id, f"×{multiplicity(c.min, c.max)}")
        for group in self.first.groups:
            for i, branch in enumerate(group.branches):
                says = " and ".join(tasks.get(c, c) for c in branch) or "none"
                self.branches[group.id, i] = Seen(f"{says} (of {group.id})")

        for edge in self.first.edges:
            if edge.kind == "loop":
                ends = edge.source, edge.target
                self.rounds[ends] = Seen(f"↻ from {edge.source} to {edge.target}")

    @property
    def seen(self) -> tuple[Seen, ...]:
        """All that is told of."""
        return (*self.classes.values(), *self.branches.values(), *self.rounds.values())

    @property
    def graphs(self) -> int:
        """How many different graphs the runs ended as."""
        return len(self._graphs)

    def never(self) -> Iterator[Seen]:
        """What is drawn and never came."""
        for seen in self.seen:
            if not seen.runs:
                yield seen

    def add(
        self,
        nodes: list[Grown],
        edges: set[tuple[str, str]],
        rounds: Collection[tuple[str, str]] = (),
    ) -> None:
        """A run ended as this graph, and these loops have come round in it."""
        reading = Reading(self.first)
        placed = Placed(reading, nodes, edges)
        for class_id, seen in self.classes.items():
            seen.count(placed.count(class_id))
        for group in self.first.groups:
            chosen: set[int] = set()
            for instance in placed.instances(group.per):
                filled = placed.filled(group, instance)
                empty = [i for i, branch in enumerate(group.branches) if not branch]
                chosen.update(filled or empty)
            for i in chosen:
                self.branches[group.id, i].runs += 1
        for ends in set(rounds):
            self.rounds[ends].runs += 1
        self._graphs.add(self._signature(nodes, edges))

    def _signature(self, nodes: list[Grown], edges: set[tuple[str, str]]) -> int:
        """A number that graphs share which differ in nothing but the names of their nodes. (Such
        as differ may share it too, which is rare.)"""
        before: dict[str, list[str]] = {node.id: [] for node in nodes}
        after: dict[str, list[str]] = {node.id: [] for node in nodes}
        for source, target in edges:
            before[target].append(source)
            after[source].append(target)
        grown = {node.id: node.maker for node in nodes}
        colour = {node.id: self._number((node.task, node.slot)) for node in nodes}
        for _ in range(ROUNDS):
            colour = {
                node: self._number((
                    of, colour.get(grown[node] or ""),
                    tuple(sorted(colour[other] for other in before[node])),
                    tuple(sorted(colour[other] for other in after[node])),
                ))
                for node, of in colour.items()
            }  # fmt: skip
        return self._number(tuple(sorted(colour.values())))

    def _number(self, key: Hashable) -> int:
        return self._palette.setdefault(key, len(self._palette))
