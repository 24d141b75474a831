"""A shape, prepared for judging the growth of one node: where a new node fits, what may still
come, which order is allowed, and what is missing at the end.

A `Form` is made once a task and shared by all its nodes; how many nodes fill each slot so far is
the caller's. It judges counts and order only; what the nodes are is not its business.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from foretell.errors import UserError
from foretell.graph.wellformed import name_fault
from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape
from foretell.promises.wellformed import bounds_fault

Have: TypeAlias = Mapping[str, int]
"""How many live nodes fill each slot."""


@dataclass(frozen=True, slots=True)
class Room:
    """Between `min` and `max` (None: any number) more nodes may come into `slot`."""

    task: str
    slot: str
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class Rooms:
    """All of these; `seq` in this order, `par` unordered, `free` in any order."""

    of: tuple[Rest, ...]
    order: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of these."""

    of: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class Wild:
    """Whatever the creator likes."""


Rest: TypeAlias = Room | Rooms | Choice | Wild
NO_ROOM = Rooms((), "par")


@dataclass(frozen=True, slots=True)
class Spot:
    """A leaf of the shape. `path` leads to it through the parts; `min` and `max` bound it."""

    slot: str
    task: str
    min: int
    max: int | None
    path: tuple[int, ...]


class Form:
    """`open` growth may be anything; otherwise `spots` are the leaves by slot. In `ordered`
    growth some nodes may or must precede others."""

    def __init__(self, shape: Shape | None) -> None:
        self.shape: Shape = sh.ANYTHING if shape is None else shape
        self.declared = shape is not None
        self.open = isinstance(self.shape, sh.Anything)
        self.empty = not self.open and not sh.leaves(self.shape)
        self.ordered = _has_order(self.shape)
        self.spots: dict[str, Spot] = {}
        if not self.open:
            self._collect(self.shape, ())

    def _collect(self, shape: Shape, path: tuple[int, ...]) -> None:
        match shape:
            case sh.Leaf(task, slot):
                self._add_spot(Spot(slot, task, 1, 1, path))
            case sh.Many(sh.Leaf(task, slot), low, high):
                self._add_spot(Spot(slot, task, low, high, path))
            case sh.Many():
                raise UserError(
                    f"the shape {words(shape)}: many(...) of more than one node is not available "
                    f"in this version; let one task grow the group instead"
                )
            case sh.Seq(of) | sh.Par(of) | sh.Alt(of) | sh.Free(of):
                for i, part in enumerate(of):
                    self._collect(part, (*path, i))
            case sh.Anything():
                raise UserError("'anything' stands alone: it cannot be a part of a shape")
            case sh.Empty():
                pass
            case _:
                assert_never(shape)

    def _add_spot(self, spot: Spot) -> None:
        if spot.slot in self.spots:
            raise UserError(f"two places of one shape are called {spot.slot!r}")
        if why := bounds_fault(spot.min, spot.max) or name_fault(spot.slot):
            raise UserError(f"{spot.slot!r:.80}: {why}")
        self.spots[spot.slot] = spot

    def candidates(self, task: str) -> list[str]:
        """The slots that a node of `task` may fill."""
        return [spot.slot for spot in self.spots.values() if spot.task == task]

    def rest(self, have: Have) -> Rest:
        """What may still come."""
        return Wild() if self.open else _rest(self.shape, have)

    def conflict(self, slot: str, have: Have) -> str:
        """The other branch that already excludes `slot`, or the empty string."""
        return _conflict(self.shape, slot, have)

    def may_precede(self, first: str, second: str) -> bool:
        """Whether a node in slot `first` may lie before one in slot `second`."""
        a, b = self.spots[first].path, self.spots[second].path
        shape = self.shape
        for i in range(max(len(a), len(b)) + 1):
            if isinstance(shape, sh.Free):
                return True
            here, there = a[i : i + 1], b[i : i + 1]
            if here != there or not here:
                return isinstance(shape, sh.Seq) and here < there
            shape = sh.parts(shape)[here[0]]
        return False

    def steps(self, have: Have) -> list[tuple[list[str], list[str]]]:
        """Pairs of slot groups: all nodes in the first must lie before all in the second."""
        out: list[tuple[list[str], list[str]]] = []
        _steps(self.shape, have, out)
        return out


def _has_order(shape: Shape) -> bool:
    return isinstance(shape, (sh.Seq, sh.Free)) or any(map(_has_order, sh.parts(shape)))


def _rest(shape: Shape, have: Have) -> Rest:
    match shape:
        case sh.Leaf(task, slot):
            return _room(task, slot, 1, 1, have)
        case sh.Many(sh.Leaf(task, slot), low, high):
            return _room(task, slot, low, high, have)
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            return Rooms(tuple(_rest(part, have) for part in of), shape.kind)
        case sh.Alt(of):
            chosen = [part for part in of if _filled(part, have)]
            rests = tuple(_rest(part, have) for part in (chosen or of))
            return rests[0] if len(rests) == 1 else Choice(rests)
        case sh.Anything():
            return Wild()
        case sh.Empty():
            return NO_ROOM
        case sh.Many():
            raise AssertionError("refused when the form was made")
        case _:
            assert_never(shape)


def _room(task: str, slot: str, low: int, high: int | None, have: Have) -> Room:
    n = have.get(slot, 0)
    return Room(task, slot, max(0, low - n), None if high is None else max(0, high - n))


def _filled(shape: Shape, have: Have) -> list[str]:
    return [leaf.slot for leaf in sh.leaves(shape) if have.get(leaf.slot, 0)]


def _conflict(shape: Shape, slot: str, have: Have) -> str:
    inside = next((p for p in sh.parts(shape) if any(x.slot == slot for x in sh.leaves(p))), None)
    if inside is None:
        return ""
    if isinstance(shape, sh.Alt):
        for part in shape.of:
            if part is not inside and _filled(part, have):
                return _filled(part, have)[0]
    return _conflict(inside, slot, have)


def _steps(shape: Shape, have: Have, out: list[tuple[list[str], list[str]]]) -> None:
    if isinstance(shape, sh.Seq):
        groups = [filled for part in shape.of if (filled := _filled(part, have))]
        out.extend(itertools.pairwise(groups))
    if not isinstance(shape, sh.Free):
        for part in sh.parts(shape):
            _steps(part, have, out)


def missing(rest: Rest) -> list[str]:
    """What must still come, in words; empty if the growth may end here."""
    match rest:
        case Room(_, slot, low, _):
            return [f"{low} more {slot}"] if low else []
        case Rooms(of):
            return [word for part in of for word in missing(part)]
        case Choice(of):
            each = [missing(part) for part in of]
            return [] if not all(each) else [" or ".join(" and ".join(words) for words in each)]
        case Wild():
            return []
        case _:
            assert_never(rest)


def words(shape: Shape) -> str:
    """`shape` in the words of the SDK: `seq(one(a), many(b, at_most=5))`."""
    match shape:
        case sh.Leaf(_, slot):
            return f"one({slot})"
        case sh.Many(sh.Leaf(_, slot), 0, 1):
            return f"may({slot})"
        case sh.Many(inner, low, high):
            name = inner.slot if isinstance(inner, sh.Leaf) else words(inner)
            least = f", at_least={low}" if low else ""
            most = "" if high is None else f", at_most={high}"
            return f"many({name}{least}{most})"
        case sh.Alt(of):
            return f"one_of({', '.join(map(words, of))})"
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            return f"{shape.kind}({', '.join(map(words, of))})"
        case sh.Anything():
            return "anything"
        case sh.Empty():
            return "nothing"
        case _:
            assert_never(shape)
