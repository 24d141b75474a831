"""How many nodes of each right a piece of code grows, and how such numbers come together.

A *way* is what one path through the code may grow, an interval for each right; a piece of code has
a set of ways. Beyond `MOST_WAYS` they are taken together into one that covers them all, so that no
code, however long, makes the reading of it slow. Nothing here knows Python or promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import inf
from typing import TypeAlias

MOST_WAYS = 32


@dataclass(frozen=True, slots=True)
class Amount:
    """From `low` to `high` nodes."""

    low: int
    high: float

    def __str__(self) -> str:
        high = "∞" if self.high == inf else f"{self.high:.0f}"
        return high if self.low == self.high else f"{self.low}..{high}"


NONE = Amount(0, 0)
ANY = Amount(0, inf)

Way: TypeAlias = tuple[tuple[str, Amount], ...]
"""Sorted; what is not named is not grown."""
Ways: TypeAlias = frozenset[Way]
"""Empty: control never gets past this piece of code."""

NOTHING: Ways = frozenset([()])
NEVER: Ways = frozenset()


def uses(right: str, amount: Amount) -> Ways:
    return frozenset([_way({right: amount})])


def then(first: Ways, second: Ways) -> Ways:
    """One piece of code after the other."""
    if first == NOTHING:
        return second
    if second == NOTHING:
        return first
    pairs = product(first, second)
    return _bounded(_way(_summed(dict(a), dict(b))) for a, b in pairs)


def either(*several: Ways) -> Ways:
    """One of these pieces of code."""
    return _bounded(way for ways in several for way in ways)


def times(ways: Ways, low: int, high: float) -> Ways:
    """The same piece of code so many times, each time in any of its ways."""
    whole = cover(ways)
    if not whole or not high:
        return NOTHING
    return frozenset(
        [_way({r: Amount(a.low * low, a.high * high) for r, a in whole.items() if a.high})]
    )


def cover(ways: Iterable[Way]) -> dict[str, Amount]:
    """The narrowest amounts within which all ways lie."""
    every = [dict(way) for way in ways]
    rights = dict.fromkeys(right for way in every for right in way)
    return {right: reduce(_hull, (way.get(right, NONE) for way in every)) for right in rights}


def _hull(a: Amount, b: Amount) -> Amount:
    return Amount(min(a.low, b.low), max(a.high, b.high))


def _summed(a: Mapping[str, Amount], b: Mapping[str, Amount]) -> dict[str, Amount]:
    found = dict(a)
    for right, more in b.items():
        have = found.get(right, NONE)
        found[right] = Amount(have.low + more.low, have.high + more.high)
    return found


def _way(amounts: Mapping[str, Amount]) -> Way:
    return tuple(sorted(amounts.items()))


def _bounded(ways: Iterable[Way]) -> Ways:
    found = frozenset(ways)
    return found if len(found) <= MOST_WAYS else frozenset([_way(cover(found))])
