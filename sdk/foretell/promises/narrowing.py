"""What promises about one slot leave of a growth: bounds that become part of what may come.

A count that only the nodes in one slot of one growing node can still satisfy says no more than
bounds of that slot. Taken as such it meets branches and other promises exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from foretell.graph.live import LiveNode
from foretell.promises.entry import Entry
from foretell.promises.prospects import NONE, ONE
from foretell.promises.rest import Choice, Copies, Rest, Room, Rooms, Wild

Bounds: TypeAlias = tuple[str, int, int | None]
"""A slot, and how many more nodes must and may come into it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What promises about single slots say of one grower, and the promises."""

    bounds: tuple[Bounds, ...] = ()
    entries: tuple[Entry, ...] = ()

    def and_also(self, entry: Entry, bounds: Bounds) -> Narrowing:
        return Narrowing((*self.bounds, bounds), (*self.entries, entry))

    def of(self, rest: Rest) -> Rest | None:
        """`rest`, as far as these promises leave it; None if they leave nothing."""
        left: Rest | None = rest
        for bounds in self.bounds:
            left = narrowed(left, *bounds) if left is not None else None
        return left


NO_NARROWING = Narrowing()


def slot_bounds(entry: Entry, grower: LiveNode, rest: Rest, *, owed: bool) -> Bounds | None:
    """What `entry` comes to if all that it still waits for is one slot of what `grower` may grow.

    `rest` is that growth as its shape leaves it. None if it speaks of more, or says nothing.
    """
    slot = _only_slot(entry, grower, rest)
    if slot is None:
        return None
    promise = entry.promise
    low = max(0, promise.min - entry.have) if owed else 0
    high = None if promise.max is None else max(0, promise.max - entry.have)
    return slot, low, high


def _only_slot(entry: Entry, grower: LiveNode, rest: Rest) -> str | None:
    """The one slot whose nodes all count, if nothing else that may come does."""
    found: str | None = None
    for room in rooms(rest):
        if room.max == 0:
            continue
        span = entry.prospects.of_node(room.task, grower, grower.sinks)
        if span == NONE:
            continue
        if span != ONE or found is not None or _in_copies(rest, room.slot):
            return None
        found = room.slot
    return found


def rooms(rest: Rest) -> Iterator[Room]:
    """Every room in `rest`, in order."""
    if isinstance(rest, Room):
        yield rest
    elif isinstance(rest, (Rooms, Choice)):
        for part in rest.of:
            yield from rooms(part)
    elif isinstance(rest, Copies):
        yield from rooms(rest.of)


def _in_copies(rest: Rest, slot: str) -> bool:
    """Whether `slot` stands for places in several instances."""
    if isinstance(rest, (Rooms, Choice)):
        return any(_in_copies(part, slot) for part in rest.of)
    return isinstance(rest, Copies) and _has(rest, slot)


def narrowed(rest: Rest, slot: str, low: int, high: int | None) -> Rest | None:
    """`rest`, of those futures only that bring `low` to `high` nodes into `slot`; None if there
    are none."""
    match rest:
        case Room(task, at, least, most):
            if at != slot:
                return rest if low == 0 else None
            most = _less(most, high)
            least = max(least, low)
            return Room(task, at, least, most) if most is None or least <= most else None
        case Rooms(of, order):
            parts = [narrowed(part, slot, low, high) if _has(part, slot) else part for part in of]
            if low and not _has(rest, slot):
                return None
            left = tuple(part for part in parts if part is not None)
            return Rooms(left, order) if len(left) == len(of) else None
        case Choice(of):
            kept = [narrowed(part, slot, low, high) for part in of]
            ways = tuple(part for part in kept if part is not None)
            return None if not ways else ways[0] if len(ways) == 1 else Choice(ways)
        case Copies() | Wild():
            return rest if low == 0 or isinstance(rest, Wild) else None
        case _:
            assert_never(rest)


def _has(rest: Rest, slot: str) -> bool:
    return any(room.slot == slot for room in rooms(rest))


def _less(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
