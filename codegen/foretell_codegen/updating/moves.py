"""Which statements stay where they are when some must come before others: as many as possible.

Items are numbers in their present order. An item that has to come before another one that now
stands before it is *inverted* with it, and one of the two must move. "Has to come before, but
stands after" is a partial order, so that the most items that can stay are a longest antichain of
it; where all of the new order is known, that is a longest increasing subsequence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

_MOST_PAIRS = 20_000
"""Inverted pairs up to which the fewest moves are looked for; beyond, few."""


def longest_increasing(items: Sequence[int]) -> list[int]:
    """The positions of a longest strictly increasing subsequence, in order. (Fredman 1975.)"""
    tails: list[int] = []  # the smallest last item of a subsequence of each length
    ends: list[int] = []  # its position
    before: list[int] = []
    for at, item in enumerate(items):
        length = bisect_left(tails, item)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [item]
        ends[length : length + 1] = [at]
    found: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def order(
    count: int,
    after: Mapping[int, Iterable[int]],
    free: Collection[int] = (),
    most: int = _MOST_PAIRS,
) -> tuple[list[int], set[int]]:
    """A new order of the items 0 to `count` in which each comes after those that `after` names, and
    those that need not move for it. Raises `ValueError` if there is none. Those that are `free` can
    stand anywhere at no cost, and are not said to stay. Beyond `most` inverted pairs, few move, and
    perhaps not the fewest.

    What stays keeps its order; what moves comes as late as what waits for it allows, and else stays
    near.
    """
    needs = {item: set(others) for item, others in after.items()}
    if not any(other >= item for item, others in needs.items() for other in others):
        return list(range(count)), set(range(count)) - set(free)
    stays = _staying(count, needs, frozenset(free), most)
    return _merged(count, needs, stays), stays


def _staying(
    count: int, needs: Mapping[int, set[int]], free: frozenset[int], most: int
) -> set[int]:
    pairs = inversions(count, needs, most)
    if pairs is None:
        sorts = (_sorted(count, needs, 1), _sorted(count, needs, -1))
        orders = [[item for item in found if item not in free] for found in sorts]
        return max(({found[i] for i in longest_increasing(found)} for found in orders), key=len)
    bound = {
        item: [late for late in later if late not in free]
        for item, later in pairs.items()
        if item not in free
    }
    return set(range(count)) - _cover(bound) - free


def inversions(count: int, needs: Mapping[int, set[int]], most: int) -> dict[int, list[int]] | None:
    """For each item those that must come before it, however indirectly, but stand after it. None if
    there are more than `most`."""
    found: dict[int, list[int]] = {}
    total = 0
    for item in _sorted(count, needs, 1):
        later: set[int] = set()
        for other in needs.get(item, ()):
            if other < item:  # what comes late for the one and stands after this comes late for it
                later.update(late for late in found.get(other, ()) if late > item)
            else:
                later.update(late for late in _closed({other}, needs) if late > item)
        if later:
            found[item] = sorted(later)
            total += len(later)
            if total > most:
                return None
    return found


def _turned(needs: Mapping[int, set[int]]) -> dict[int, set[int]]:
    turned: dict[int, set[int]] = {}
    for item, others in needs.items():
        for other in others:
            turned.setdefault(other, set()).add(item)
    return turned


def _closed(items: set[int], step: Mapping[int, set[int]]) -> set[int]:
    seen, todo = set(items), list(items)
    for item in todo:
        for other in step.get(item, ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def _cover(pairs: Mapping[int, list[int]]) -> set[int]:
    """The fewest items such that one of each pair is among them.

    The pairs are those of a partial order, so Dilworth's theorem says how many: as many as a largest
    matching has. König's construction on the split graph says which can stay.
    """
    match: dict[int, int] = {}  # lower item (which must come first) -> the item it is matched with

    for begin in pairs:
        _augment(begin, pairs, match)
    matched = set(match.values())
    lefts = {item for item in pairs if item not in matched}
    rights: set[int] = set()
    todo = list(lefts)
    for item in todo:
        for other in pairs.get(item, ()):
            if other not in rights:
                rights.add(other)
                back = match[other]
                if back not in lefts:
                    lefts.add(back)
                    todo.append(back)
    return {item for item in pairs if item not in lefts} | rights


def _augment(begin: int, pairs: Mapping[int, list[int]], match: dict[int, int]) -> None:
    """Lengthens the matching by a path from `begin`, if there is one. (Kuhn 1955, without
    recursion.)"""
    seen: set[int] = set()
    path: list[tuple[int, int]] = []
    stack: list[tuple[int, list[int]]] = [(begin, list(pairs.get(begin, ())))]
    while stack:
        item, left = stack[-1]
        if not left:
            stack.pop()
            if path:
                path.pop()
            continue
        other = left.pop()
        if other in seen:
            continue
        seen.add(other)
        path.append((item, other))
        if other not in match:
            for one, taken in path:
                match[taken] = one
            return
        stack.append((match[other], list(pairs.get(match[other], ()))))


def _sorted(count: int, needs: Mapping[int, set[int]], sign: int) -> list[int]:
    """A topological order: forwards always the first item that may come, or backwards the last."""
    comes = _turned(needs) if sign > 0 else needs
    waits = needs if sign > 0 else _turned(needs)
    left = {item: len(waits.get(item, ())) for item in range(count)}
    ready = [sign * item for item in range(count) if not left[item]]
    heapify(ready)
    found: list[int] = []
    while ready:
        item = sign * heappop(ready)
        found.append(item)
        for other in comes.get(item, ()):
            left[other] -= 1
            if not left[other]:
                heappush(ready, sign * other)
    if len(found) < count:
        raise ValueError("these wait for each other in a circle")
    return found if sign > 0 else found[::-1]


def _merged(count: int, needs: Mapping[int, set[int]], stays: set[int]) -> list[int]:
    """What stays in its order, and what moves where it may stand."""
    chained = {item: set(needs.get(item, ())) for item in range(count)}
    kept = sorted(stays)
    for before, item in pairwise(kept):
        chained[item].add(before)
    return _sorted(count, chained, 1)
