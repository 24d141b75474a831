"""Sets of sums: what futures come to, as far as promises can tell them apart.

A sum is a tuple of numbers, one for each quantity. A number above the top of its quantity is
dropped with its sum, or, where the quantity is *open*, no longer told apart from the top. Sets of
sums are added, united and repeated. The work is counted, and bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TypeAlias

Sum: TypeAlias = tuple[int, ...]
Sums: TypeAlias = frozenset[Sum]

NEVER: Sums = frozenset()
LONG = 16
"""Quantities in one sum that may be added up as quickly as one."""


class TooMuch(Exception):
    """There are more futures than anybody wants to count."""


@dataclass(slots=True)
class Work:
    """Additions of two sums that may still be made."""

    left: int

    def spend(self, n: int) -> None:
        self.left -= n
        if self.left < 0:
            raise TooMuch


@dataclass(frozen=True, slots=True)
class Axis:
    """One quantity: numbers up to `top`; `open`: more is as good as `top`. `cheap`: only the
    least number matters, for whatever keeps a promise with more of it keeps it with less."""

    top: int
    open: bool = False
    cheap: bool = False


@dataclass(slots=True)
class Space:
    """The quantities of a question, and how sets of sums are reckoned with."""

    axes: Sequence[Axis]
    work: Work
    zero: Sums = field(init=False)
    _cheap: int = field(init=False)
    _each: int = field(init=False)
    """What one addition costs: long sums cost more."""

    def __post_init__(self) -> None:
        self._each = 1 + len(self.axes) // LONG
        self.zero = frozenset(((0,) * len(self.axes),))
        cheap = [i for i, axis in enumerate(self.axes) if axis.cheap]
        self._cheap = cheap[0] if cheap else -1

    def plus(self, one: Sums, other: Sums) -> Sums:
        if one == self.zero:
            return other
        if other == self.zero:
            return one
        self.work.spend(len(one) * len(other) * self._each)
        found: set[Sum] = set()
        for a in one:
            for b in other:
                total = self._added(a, b)
                if total is not None:
                    found.add(total)
        return self.pruned(found)

    def _added(self, a: Sum, b: Sum) -> Sum | None:
        out = []
        for x, y, axis in zip(a, b, self.axes, strict=True):
            n = x + y
            if n > axis.top:
                if not axis.open:
                    return None
                n = axis.top
            out.append(n)
        return tuple(out)

    def either(self, one: Sums, other: Sums) -> Sums:
        return one if not other else other if not one else self.pruned({*one, *other})

    def pruned(self, sums: set[Sum]) -> Sums:
        """Without sums that differ from another only in more of the first cheap quantity."""
        if self._cheap < 0 or len(sums) < 2:
            return frozenset(sums)
        least: dict[Sum, Sum] = {}
        self._collect(sums, least)
        return frozenset(least.values())

    def _collect(self, sums: Iterable[Sum], least: dict[Sum, Sum]) -> bool:
        """Puts `sums` to those in `least`, by all but their cheap quantity. Says whether any of them
        was not to be pruned."""
        at, news = self._cheap, False
        for s in sums:
            rest = s if at < 0 else s[:at] + s[at + 1 :]
            old = least.get(rest)
            if old is None or s < old:
                least[rest] = s
                news = True
        return news

    def times(self, sums: Sums, low: int, high: int | None) -> Sums:
        """`low` to `high` (None: any number) of `sums` added up."""
        found: dict[Sum, Sum] = {}
        several, n = self.zero, 0
        while several:
            if n >= low and not self._collect(several, found):
                break  # further ones are sums of what is found and `sums` again
            if n == high:
                break
            several = self.plus(several, sums)
            self.work.spend(1)
            n += 1
        return frozenset(found.values())

    def product(self, ranges: Sequence[range]) -> Sums:
        """Every sum with a number out of each range."""
        self.work.spend(prod(map(len, ranges)) * self._each)
        nothing = (0,) * len(self.axes)
        clipped = (self._added(sum_, nothing) for sum_ in product(*ranges))
        return self.pruned({sum_ for sum_ in clipped if sum_ is not None})
