"""What may still come of a growth: rooms for nodes, in an order, of several ways, several times.

Plain data, as a `Form` tells it of what fills it so far, and what is asked of it everywhere: whether
anything may come, whether anything must.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class Room:
    """Between `min` and `max` (None: any number) more nodes may come into `slot`."""

    task: str
    slot: str
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class Rooms:
    """All of these; `seq` in this order, `section` in that of its workflow, `par` unordered,
    `free` in any order, `loop` each round wholly before the next."""

    of: tuple[Rest, ...]
    order: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of these."""

    of: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """Between `min` and `max` (None: any number) times `of`, unordered or (`in_turn`) one wholly
    after the other.

    `key` is the key of the first of them if they are still to begin: then the slots in `of` lack
    that key, and all larger ones are free too. None: so many have begun and are equally full; the
    slots in `of` are those of one of them.
    """

    of: Rest
    min: int
    max: int | None
    key: int | None = None
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Wild:
    """Whatever the creator likes."""


Rest: TypeAlias = Room | Rooms | Choice | Copies | Wild


NO_ROOM = Rooms((), "par")


def unless_it_fails(rest: Rest) -> Rest:
    """`rest` of a node that may come to nothing instead."""
    if isinstance(rest, Room) and rest.min <= 1:
        return Room(rest.task, rest.slot, 0, rest.max)
    return Choice((NO_ROOM, rest)) if missing(rest) else rest


def has_room(rest: Rest) -> bool:
    """Whether anything may still come."""
    match rest:
        case Room(_, _, _, high):
            return high != 0
        case Rooms(of) | Choice(of):
            return any(map(has_room, of))
        case Copies(of, _, high):
            return high != 0 and has_room(of)
        case Wild():
            return True
        case _:
            assert_never(rest)


def is_ordered(rest: Rest) -> bool:
    """Whether edges may come in it, even if no node can."""
    match rest:
        case Rooms(of, order):
            return order != "par" or any(map(is_ordered, of))
        case Choice(of):
            return any(map(is_ordered, of))
        case Copies(of, _, high, _, in_turn):
            return high != 0 and (in_turn or is_ordered(of))
        case Room() | Wild():
            return False
        case _:
            assert_never(rest)


def missing(rest: Rest) -> list[str]:
    """What must still come, in words; empty if the growth may end here."""
    match rest:
        case Room(_, slot, low, _):
            return [f"{low} more {slot}"] if low else []
        case Rooms(of):
            return [word for part in of for word in missing(part)]
        case Copies(of, low, _, key):
            inner = missing(of) if low else []
            if low <= 1 or not inner:
                return inner
            one = " and ".join(inner)
            return [f"{low} times ({one})" if key is not None else f"{one} (so in {low} instances)"]
        case Choice(of):
            each = [missing(part) for part in of]
            return [] if not all(each) else [" or ".join(" and ".join(words) for words in each)]
        case Wild():
            return []
        case _:
            assert_never(rest)
