"""One number that a promise speaks of: how much there is, and how much may still come.

Three numbers are kept up to date event by event: what exists, and the least and the most that may
still come (sums over the nodes that may still grow). What is counted, and by which events it
changes, is the business of its kind (`foretell.promises.kinds`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from foretell.graph.live import LiveNode
from foretell.promises.atoms import Atom, selectors_of
from foretell.promises.language import Count, Vowed
from foretell.promises.prospects import NONE, Prospects, Span
from foretell.promises.selectors import Selector

if TYPE_CHECKING:
    from foretell.promises.kinds.kind import Kind


@dataclass(slots=True)
class Numbers:
    """`have` there are; between `low` and `high` more may come. `endless` counts the growers
    without an upper bound; `shares` is what each grower adds to `low` and `high`."""

    have: int = 0
    low: float = 0
    high: float = 0
    endless: int = 0
    shares: dict[LiveNode, Span] = field(default_factory=dict)

    @property
    def most(self) -> float:
        """The most that may still come."""
        return inf if self.endless else self.high

    def most_without(self, share: Span) -> float:
        """The most that may still come from others than the one with this share."""
        if share[1] == inf:
            return inf if self.endless > 1 else self.high
        return inf if self.endless else self.high - share[1]

    def numbers(self) -> tuple[int, float, float, int]:
        return self.have, self.low, self.high, self.endless

    def set_share(self, grower: LiveNode, span: Span) -> None:
        """What `grower` may still add."""
        old = self.shares.get(grower, NONE)
        self.low += span[0] - old[0]
        for value, sign in ((old[1], -1), (span[1], 1)):
            if value == inf:
                self.endless += sign
            else:
                self.high += sign * value
        if span == NONE:
            self.shares.pop(grower, None)
        else:
            self.shares[grower] = span


@dataclass(slots=True, kw_only=True)
class Entry(Numbers):
    """One atom of a promise and its numbers.

    `vowed` is what was promised, at birth number `since`. `promise` is what is counted, with the
    bounds that bind now: an atom of which only one of several must hold has none, until all else
    is impossible. `rival` is an older promise about the same that leaves this one no number to
    keep.
    """

    vowed: Vowed
    promise: Atom
    since: int
    prospects: Prospects
    kind: Kind = field(init=False)
    selectors: tuple[Selector, ...] = field(init=False)
    rival: Entry | None = None

    def __post_init__(self) -> None:
        self.selectors = tuple(selectors_of(self.promise))

    @property
    def sure(self) -> int:
        """How much of what there is will stay, whoever fails."""
        return self.have - self.kind.volatile()

    @property
    def only_grower(self) -> LiveNode | None:
        """The only one who may still bring what a bounded count counts; None if there are more."""
        promise = self.promise
        if len(self.shares) != 1 or not isinstance(promise, Count):
            return None
        return next(iter(self.shares)) if promise.min or promise.max is not None else None
