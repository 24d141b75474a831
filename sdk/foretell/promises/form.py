"""A shape, prepared for judging the growth of one node: where a new node fits, what may still
come, which order is allowed, and what is missing at the end.

A `Form` is made once a task and shared by all its nodes; what fills its slots so far is the
caller's. It judges counts and order only; what the nodes are is not its business. Names in a shape
are gone from it (see `foretell.promises.unfolding`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeGuard, assert_never

from foretell.errors import UserError
from foretell.graph.wellformed import name_fault
from foretell.promises import shapes as sh
from foretell.promises.filled import (
    ANY_USE,
    Filled,
    Instances,
    Keys,
    Path,
    split_slot,
    with_keys,
)
from foretell.promises.rest import (
    NO_ROOM,
    Choice,
    Copies,
    Rest,
    Room,
    Rooms,
    Wild,
    has_room,
    is_ordered,
)
from foretell.promises.shapes import Shape
from foretell.promises.unfolding import unfolded
from foretell.promises.wellformed import bounds_fault
from foretell.promises.wording import words

NOTHING_YET = Filled()
_TOP: Path = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A leaf of the shape. `path` leads to it through the parts; `min` and `max` bound it in each
    instance of the groups above it that may come several times, whose places are `homes`. `written`
    is what all places of one leaf are called, of which each lies in another `use`."""

    slot: str
    task: str
    min: int
    max: int | None
    path: Path
    homes: tuple[Path, ...]
    written: str

    @property
    def use(self) -> str:
        """In which use of a name it lies: how its slot begins."""
        return self.slot[: -len(self.written)]


class Form:
    """`open` growth may be anything; otherwise `spots` are the leaves by name. In `ordered`
    growth some nodes may or must precede others; `in_turn`: there are rounds in it;
    `repeated`: leaves in it have several places. `written` is the shape as it was said, `shape` what
    that comes to without names."""

    def __init__(self, shape: Shape | None) -> None:
        self.written: Shape = sh.ANYTHING if shape is None else shape
        plain = unfolded(self.written)
        self.shape: Shape = plain.shape
        self._written = plain.written
        self.repeated = bool(plain.written)
        self.declared = shape is not None
        self.open = isinstance(self.shape, sh.Anything)
        self.empty = not self.open and not sh.leaves(self.shape)
        self.ordered = _has_order(self.shape)
        self.in_turn = False
        self.spots: dict[str, Spot] = {}
        self._above: dict[Path, _Closure] = {}
        self._sections: dict[str, str] = {}
        if not self.open:
            self._collect(self.shape, (), ())

    def _collect(self, shape: Shape, path: Path, homes: tuple[Path, ...]) -> None:
        match shape:
            case sh.Leaf(task, slot):
                self._add_spot(task, slot, (1, 1), path, homes)
            case sh.Many(sh.Leaf(task, slot), low, high):
                self._add_spot(task, slot, (low, high), path, homes)
            case sh.Many(of, low, high) | sh.Loop(of, low, high):
                if why := bounds_fault(low, high):
                    raise UserError(f"{words(shape):.80}: {why}")
                self.in_turn |= isinstance(shape, sh.Loop)
                self._collect(of, (*path, 0), (*homes, path))
            case sh.Section(_, slot, of, edges):
                self._sections.update((leaf.slot, slot) for leaf in of)
                self._above[path] = _closure(len(of), edges)
                self._collect_parts(shape, path, homes)
            case sh.Alt(()):
                raise UserError("one_of() of nothing: no growth is one of no ways; name some")
            case sh.Seq() | sh.Par() | sh.Alt() | sh.Free():
                if isinstance(shape, sh.Free):
                    _refuse_groups(shape)
                self._collect_parts(shape, path, homes)
            case sh.Anything():
                raise UserError("'anything' stands alone: it cannot be a part of a shape")
            case sh.Empty():
                pass
            case sh.Let() | sh.Use():
                raise AssertionError("names were unfolded")
            case _:
                assert_never(shape)

    def _collect_parts(self, shape: Shape, path: Path, homes: tuple[Path, ...]) -> None:
        for at, part in _parts(shape, path):
            self._collect(part, at, homes)

    def _add_spot(
        self,
        task: str,
        slot: str,
        bounds: tuple[int, int | None],
        path: Path,
        homes: tuple[Path, ...],
    ) -> None:
        if slot in self.spots:
            raise UserError(f"two places of one shape are called {slot!r}")
        if why := bounds_fault(*bounds) or name_fault(slot):
            raise UserError(f"{slot!r:.80}: {why}")
        if split_slot(slot)[1]:
            raise UserError(f"the slot {slot!r:.80} looks as if an instance was meant")
        written = self._written.get(slot, slot)
        self.spots[slot] = Spot(slot, task, *bounds, path, homes, written)

    def candidates(self, task: str) -> list[str]:
        """The slots that a node of `task` may fill, without keys."""
        return [spot.slot for spot in self.spots.values() if spot.task == task]

    def meant(self, slot: str) -> tuple[list[Spot], Keys]:
        """The leaves that `slot` may name: one, or none; or one in each use where it says so."""
        name, keys = split_slot(slot)
        if not name.startswith(ANY_USE):
            return [self.spots[name]] if name in self.spots else [], keys
        name = name.removeprefix(ANY_USE)
        return [spot for spot in self.spots.values() if spot.written == name], keys

    def place_of(self, slot: str) -> tuple[Spot | None, Keys]:
        """The leaf that `slot` names, and the keys of its instance as far as it says them."""
        name, keys = split_slot(slot)
        return self.spots.get(name), keys

    def part_of(self, slot: str) -> str:
        """What its creator calls the part with this slot: a section has a name for all of it."""
        return self._sections.get(split_slot(slot)[0], slot)

    def have(self, slot: str, filled: Filled) -> int:
        """How many nodes fill `slot`, in all instances that it leaves open."""
        spot, keys = self.place_of(slot)
        return 0 if spot is None else filled.count(spot.slot, spot.homes, keys)

    def rest(self, filled: Filled = NOTHING_YET, *, one_by_one: bool = False) -> Rest:
        """What may still come. Instances that have begun are told together where they are equally
        full, which costs the same however many there are; or `one_by_one`."""
        return Wild() if self.open else _rest(self.shape, (), filled, (), one_by_one)

    def group(self, home: Path, filled: Filled, keys: Keys) -> Instances:
        """The instances that have begun of the group at `home`, in the instance that the first of
        `keys` name of the groups above it."""
        at: Filled | None = filled
        for above, key in zip(self._homes_above(home), keys, strict=False):
            group = at.groups.get(above) if at is not None else None
            at = group.each.get(key) if group is not None else None
        return (at.groups.get(home) if at is not None else None) or Instances()

    def _homes_above(self, home: Path) -> tuple[Path, ...]:
        spot = next(spot for spot in self.spots.values() if home in spot.homes)
        return spot.homes[: spot.homes.index(home)]

    def group_at(self, home: Path) -> sh.Many | sh.Loop:
        """The group at `home`."""
        shape = self.shape
        for i in home:
            shape = sh.parts(shape)[i]
        assert isinstance(shape, (sh.Many, sh.Loop))
        return shape

    def is_loop(self, home: Path) -> bool:
        """Whether the instances of the group at `home` are rounds, one after the other."""
        return isinstance(self.group_at(home), sh.Loop)

    def has_room(self, spot: Spot, home: Path, one: Filled) -> bool:
        """Whether one more node may fill `spot` in `one`, an instance of the group at `home`."""
        return _has_room(self.group_at(home).of, (*home, 0), spot, one)

    def conflict(self, spot: Spot, keys: Keys, filled: Filled) -> str:
        """The slot in another branch that already excludes `spot`, or the empty string."""
        return _conflict(self.shape, (), spot, keys, filled)

    def may_precede(self, first: str, second: str) -> bool:
        """Whether a node in slot `first` may lie before one in slot `second`. Where both lack the
        key of a group, one and the same instance of it is meant; where one does, one that is still
        to begin."""
        (a, mine), (b, theirs) = self.place_of(first), self.place_of(second)
        if a is None or b is None:
            return False
        shape, path = self.shape, _TOP
        for _ in range(max(len(a.path), len(b.path)) + 1):
            if isinstance(shape, sh.Free):
                return True
            if path in a.homes and path in b.homes:
                level = a.homes.index(path)
                one, other = mine[level : level + 1], theirs[level : level + 1]
                if one != other:  # different instances
                    return isinstance(shape, sh.Loop) and is_earlier(one, other)
            here, there = a.path[len(path) :][:1], b.path[len(path) :][:1]
            if isinstance(shape, sh.Section):
                return (here[0], there[0]) in self._above[path].pairs
            if here != there or not here:
                return isinstance(shape, sh.Seq) and here < there
            shape, path = sh.parts(shape)[here[0]], (*path, *here)
        return False

    def is_of_one_loop(self, begun: str, fresh: str) -> bool:
        """Whether `fresh`, a slot in rounds that are still to begin, is of the same loop as
        `begun`, a slot in one that has begun."""
        (a, mine), (b, theirs) = self.place_of(begun), self.place_of(fresh)
        if a is None or b is None or mine[: len(theirs)] != theirs or len(mine) <= len(theirs):
            return False
        home = a.homes[len(theirs)]
        return home in b.homes and self.is_loop(home)

    def may_ever_precede(self, first: str, second: str) -> bool:
        """As `may_precede` of leaves, whichever rounds and uses of a name the two are of."""
        befores, afters = (self.meant(ANY_USE + leaf)[0] for leaf in (first, second))
        return any(
            self._in_one_loop(a, b) or self.may_precede(a.slot, b.slot)
            for a in befores
            for b in afters
        )

    def _in_one_loop(self, a: Spot, b: Spot) -> bool:
        return any(home in b.homes and self.is_loop(home) for home in a.homes)

    def apart(self, first: str, second: str) -> tuple[Path, int, int] | None:
        """The outermost group in different instances of which two slots lie, and their keys."""
        (a, mine), (b, theirs) = self.place_of(first), self.place_of(second)
        for level, (one, other) in enumerate(zip(mine, theirs, strict=False)):
            if a is None or b is None or a.homes[level] != b.homes[level]:
                return None
            if one != other:
                return a.homes[level], one, other
        return None

    def steps(self, filled: Filled) -> list[tuple[list[str], list[str]]]:
        """Pairs of slot groups: all nodes in the first must lie before all in the second."""
        return list(self._steps(self.shape, (), filled, ()))

    def _steps(
        self, shape: Shape, path: Path, filled: Filled, keys: Keys
    ) -> Iterator[tuple[list[str], list[str]]]:
        if isinstance(shape, sh.Free):
            return
        parts = list(_parts(shape, path))
        if isinstance(shape, sh.Seq):
            groups = [list(_slots_in(part, at, filled, keys)) for at, part in parts]
            yield from itertools.pairwise(filter(None, groups))
        elif isinstance(shape, sh.Section):
            groups = [list(_slots_in(part, at, filled, keys)) for at, part in parts]
            for i, j in self._above[path].steps:
                yield groups[i], groups[j]
        elif _is_group(shape):
            group = filled.groups.get(path) or Instances()
            for key, one in group.each.items():
                for at, part in parts:
                    yield from self._steps(part, at, one, (*keys, key))
            if isinstance(shape, sh.Loop):
                yield from itertools.pairwise(_rounds(shape, path, group, keys))
            return
        for at, part in parts:
            yield from self._steps(part, at, filled, keys)


@dataclass(frozen=True, slots=True)
class _Closure:
    """The order of a section: all pairs of positions, and those of them that imply the others."""

    pairs: frozenset[tuple[int, int]]
    steps: tuple[tuple[int, int], ...]


def _closure(size: int, edges: tuple[tuple[int, int], ...]) -> _Closure:
    """Positions stand in whole numbers, a bit each: so it costs one step an edge."""
    direct: list[list[int]] = [[] for _ in range(size)]
    for first, second in edges:
        direct[second].append(first)
    before: list[int] = []
    steps: list[tuple[int, int]] = []
    for last, firsts in enumerate(direct):  # edges go from earlier to later
        implied = reduce(or_, (before[first] for first in firsts), 0)
        own = {first for first in firsts if not implied >> first & 1}
        steps += ((first, last) for first in own)
        before.append(reduce(or_, (1 << first for first in own), implied))
    pairs = frozenset((a, b) for b, bits in enumerate(before) for a in range(b) if bits >> a & 1)
    return _Closure(pairs, tuple(sorted(steps)))


def is_earlier(one: Keys, other: Keys) -> bool:
    """Whether a round with the first key comes before one with the other; a round without a key is
    still to begin, and comes after all that have begun."""
    return bool(one) and (not other or one < other)


def _rounds(shape: sh.Loop, path: Path, group: Instances, keys: Keys) -> Iterator[list[str]]:
    """The slots that hold nodes, round by round."""
    for key in sorted(group.each):
        inside = (*path, 0)
        yield list(_slots_in(shape.of, inside, group.each[key], (*keys, key)))


def _parts(shape: Shape, path: Path) -> Iterator[tuple[Path, Shape]]:
    for i, part in enumerate(sh.parts(shape)):
        yield (*path, i), part


def _refuse_groups(free: sh.Free) -> None:
    """No group that may come several times: edges between its instances could not be drawn."""
    todo: list[Shape] = list(free.of)
    for part in todo:
        if isinstance(part, sh.Loop) or (_is_group(part) and part.max != 1):
            raise UserError(
                f"{words(part)} inside free(...) is not available in this version; let one task grow "
                f"it instead, and take that task's node into free(...)"
            )
        todo += sh.parts(part)


def _is_group(shape: Shape) -> TypeGuard[sh.Many | sh.Loop]:
    """Whether it may come several times, so that its instances have keys: rounds always do, nodes
    side by side need none."""
    return isinstance(shape, sh.Loop) or (
        isinstance(shape, sh.Many) and not isinstance(shape.of, sh.Leaf)
    )


def _has_order(shape: Shape) -> bool:
    own = isinstance(shape, (sh.Seq, sh.Free, sh.Loop)) or (
        isinstance(shape, sh.Section) and shape.edges
    )
    return bool(own) or any(map(_has_order, sh.parts(shape)))


def may_be_empty(shape: Shape) -> bool:
    """Whether no node at all is an instance of it."""
    match shape:
        case sh.Leaf():
            return False
        case sh.Many(of, low) | sh.Loop(of, low):
            return low == 0 or may_be_empty(of)
        case sh.Alt(of):
            return any(map(may_be_empty, of))
        case sh.Seq(of) | sh.Par(of) | sh.Free(of) | sh.Section(of=of):
            return all(map(may_be_empty, of))
        case sh.Anything() | sh.Empty():
            return True
        case sh.Let() | sh.Use():
            raise AssertionError("names were unfolded")
        case _:
            assert_never(shape)


def _rest(shape: Shape, path: Path, filled: Filled, keys: Keys, one_by_one: bool) -> Rest:
    match shape:
        case sh.Leaf(task, slot):
            return _room(task, slot, 1, 1, filled, keys)
        case sh.Many(sh.Leaf(task, slot), low, high):
            return _room(task, slot, low, high, filled, keys)
        case sh.Many() | sh.Loop():
            return _rest_of_group(shape, path, filled, keys, one_by_one)
        case sh.Seq() | sh.Par() | sh.Free() | sh.Section():
            parts = _parts(shape, path)
            rests = tuple(_rest(part, at, filled, keys, one_by_one) for at, part in parts)
            return Rooms(rests, shape.kind)
        case sh.Alt():
            ways = list(_parts(shape, path))
            begun = [(at, part) for at, part in ways if _is_begun(part, at, filled)]
            rests = tuple(_rest(part, at, filled, keys, one_by_one) for at, part in begun or ways)
            return rests[0] if len(rests) == 1 else Choice(rests)
        case sh.Anything():
            return Wild()
        case sh.Empty():
            return NO_ROOM
        case sh.Let() | sh.Use():
            raise AssertionError("names were unfolded")
        case _:
            assert_never(shape)


def _rest_of_group(
    shape: sh.Many | sh.Loop, path: Path, filled: Filled, keys: Keys, one_by_one: bool
) -> Rest:
    of, high, in_turn = shape.of, shape.max, isinstance(shape, sh.Loop)
    low = 0 if may_be_empty(of) else shape.min
    group, inside = filled.groups.get(path) or Instances(), (*path, 0)
    rests: list[Rest] = []
    if one_by_one:
        for key, one in group.each.items():
            rests.append(_rest(of, inside, one, (*keys, key), one_by_one))
    else:
        for alike in group.alike.values():
            key, n = next(iter(alike)), len(alike)
            one = group.each[key]
            rests.append(Copies(_rest(of, inside, one, (*keys, key), one_by_one), n, n))
    begun = len(group.each)
    most = None if high is None else max(0, high - begun)
    fresh = _rest(of, inside, NOTHING_YET, keys, one_by_one)
    rests.append(Copies(fresh, max(0, low - begun), most, group.fresh, in_turn))
    rests = [rest for rest in rests if has_room(rest) or is_ordered(rest)]
    if in_turn:
        return Rooms(tuple(rests), "loop")
    return rests[0] if len(rests) == 1 else Rooms(tuple(rests), "par")


def _room(task: str, slot: str, low: int, high: int | None, filled: Filled, keys: Keys) -> Room:
    n = filled.slots.get(slot, 0)
    most = None if high is None else max(0, high - n)
    return Room(task, with_keys(slot, keys), max(0, low - n), most)


def _has_room(shape: Shape, path: Path, spot: Spot, filled: Filled) -> bool:
    """Whether one more node may fill `spot`, which is in `shape`."""
    if path == spot.path:
        return spot.max is None or filled.slots.get(spot.slot, 0) < spot.max
    if _is_group(shape):
        group, inside = filled.groups.get(path) or Instances(), (*path, 0)
        one_of_each = (group.each[next(iter(alike))] for alike in group.alike.values())
        return (shape.max is None or len(group.each) < shape.max) or any(
            _has_room(shape.of, inside, spot, one) for one in one_of_each
        )
    if isinstance(shape, sh.Alt) and _other_branch(shape, path, spot, filled):
        return False
    at = spot.path[: len(path) + 1]
    return _has_room(sh.parts(shape)[at[-1]], at, spot, filled)


def _slots_in(shape: Shape, path: Path, filled: Filled, keys: Keys) -> Iterator[str]:
    """The slots in `shape` that hold nodes."""
    if isinstance(shape, sh.Leaf):
        if filled.slots.get(shape.slot):
            yield with_keys(shape.slot, keys)
    elif _is_group(shape):
        group = filled.groups.get(path)
        for key, one in group.each.items() if group is not None else ():
            for at, part in _parts(shape, path):
                yield from _slots_in(part, at, one, (*keys, key))
    else:
        for at, part in _parts(shape, path):
            yield from _slots_in(part, at, filled, keys)


def _is_begun(shape: Shape, path: Path, filled: Filled) -> bool:
    return next(_slots_in(shape, path, filled, ()), None) is not None


def _other_branch(shape: sh.Alt, path: Path, spot: Spot, filled: Filled) -> str:
    """A slot with nodes in another branch of `shape` than that of `spot`."""
    mine = spot.path[: len(path) + 1]
    others = ((at, part) for at, part in _parts(shape, path) if at != mine)
    begun = (slot for at, part in others for slot in _slots_in(part, at, filled, ()))
    return next(begun, "")


def _conflict(shape: Shape, path: Path, spot: Spot, keys: Keys, filled: Filled) -> str:
    if path == spot.path:
        return ""
    if isinstance(shape, sh.Alt):
        other = _other_branch(shape, path, spot, filled)
        if other:
            return other
    if path in spot.homes:
        group = filled.groups.get(path)
        one = group.each.get(keys[0]) if group is not None else None
        if one is None:
            return ""
        filled, keys = one, keys[1:]
    at = spot.path[: len(path) + 1]
    return _conflict(sh.parts(shape)[at[-1]], at, spot, keys, filled)
