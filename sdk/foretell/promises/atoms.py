"""Atoms: the single numbers to which promises come, each between two bounds.

A promise about every node of some kind comes to one number too: how many of these nodes are
`Misfits`, of which there may be none. So whoever follows atoms follows every promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from foretell.promises.language import Count, Each, Edges
from foretell.promises.selectors import Selector
from foretell.promises.wellformed import selectors_in


@dataclass(frozen=True, slots=True)
class Misfits:
    """The finished graph has `min` to `max` (None: any number) nodes that are selected by
    `each.of` and have fewer or more neighbours than `each` asks for."""

    each: Each
    min: int = 0
    max: int | None = None

    @property
    def of(self) -> Selector:
        return self.each.of

    @property
    def other(self) -> Selector:
        """Which neighbours count."""
        other = self.each.into if self.each.out is None else self.each.out
        assert other is not None
        return other

    @property
    def outward(self) -> bool:
        """Whether the neighbours are successors."""
        return self.each.out is not None


Atom: TypeAlias = Count | Edges | Misfits


def selectors_of(atom: Atom) -> list[Selector]:
    """Every selector in `atom`."""
    return selectors_in(atom.each if isinstance(atom, Misfits) else atom)
