"""The order among what one node grows: which edges its shape makes possible, and which it needs.

Speaks of one scope at a time, of the nodes in it that exist and the classes that may still come.
What is below them is not its business.

Classes of instances that are still to begin have slots without the keys of these. Here they get
some: `FRESH`, the same for all, so that they are of one instance; and where rounds come one after
the other, `FRESH + 1` too, for the round after that.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId, Existence, SeenEdge
from foretell.promises.filled import FRESH, Keys, Path, split_slot, with_keys
from foretell.promises.form import Form


@dataclass(frozen=True, slots=True)
class Frame:
    """A bundle in which a class lies; `several`: two or more of its instances may come, one after
    the other."""

    id: str
    several: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A node, or a class of nodes, that fills `slot`. `single`: there is no other in it. `frames`
    are the bundles of a class, outer ones first."""

    id: NodeId | ClassId
    slot: str
    real: bool
    single: bool = True
    frames: tuple[Frame, ...] = ()


def edges_among(
    form: Form,
    members: Sequence[Member],
    together: Callable[[Member, Member, str | None], bool],
) -> Iterator[SeenEdge]:
    """Edges that may or must come among `members`. `together` says of two that they can both
    come; with a bundle, in two of its instances. A pair needs its own edge where nothing else could
    lie between the two."""
    order = Order(form, members)
    coming = [member for member in members if not member.real]
    for first in members:
        for second in coming if first.real else members:
            how = order.existence(first, second)
            another = first is not second or not first.single
            if how is not None and another and together(first, second, None):
                yield order.next_round(first, second) or SeenEdge(first.id, second.id, how)
            for level, frame in enumerate(_shared(first, second)):
                how = order.existence(first, second, level) if frame.several else None
                if how is not None and together(first, second, frame.id):
                    yield SeenEdge(first.id, second.id, how, onward=frame.id)


def _shared(first: Member, second: Member) -> list[Frame]:
    """The bundles in which both lie."""
    found = []
    for a, b in zip(first.frames, second.frames, strict=False):
        if a.id != b.id:
            break
        found.append(a)
    return found


class Order:
    """Which edges between two members may or must come, given all those there are."""

    def __init__(self, form: Form, members: Sequence[Member]) -> None:
        self._form = form
        self._known: dict[tuple[str, str], Existence | None] = {}
        self._tree = _Instance()
        for slot in dict.fromkeys(slot for member in members for slot in self._slots(member)):
            name, keys = split_slot(slot)
            spot = form.spots.get(name)
            if spot is not None:
                self._tree.put(slot, spot.homes, keys)

    def existence(
        self, first: Member, second: Member, onward: int | None = None
    ) -> Existence | None:
        """How an edge between the two comes; within what they share, or from a round to the next
        of the shared bundle number `onward`."""
        shared = _shared(first, second)
        if onward is None:
            same = (FRESH,) * len(shared)
            ways = self._ways(first, second, same, same)
        else:
            outer = (FRESH,) * onward
            ways = self._ways(first, second, (*outer, FRESH), (*outer, FRESH + 1))
        found = {self._between(a, b) for a, b in ways}
        if found == {None}:
            return None
        return "will" if found == {"will"} else "may"

    def next_round(self, first: Member, second: Member) -> SeenEdge | None:
        """The edge from one of the last round that has begun to one of those after it, of which
        the first must have it."""
        shared = len(_shared(first, second))
        frame = second.frames[shared] if len(second.frames) > shared else None
        if frame is None or not frame.several or len(first.frames) > shared:
            return None
        if not self._form.is_of_one_loop(first.slot, second.slot):
            return None
        same = (FRESH,) * shared
        found = {self._between(a, b) for a, b in self._ways(first, second, same, (*same, FRESH))}
        return SeenEdge(first.id, second.id, "will", onward=frame.id) if found == {"will"} else None

    def _ways(
        self, first: Member, second: Member, here: Keys, there: Keys
    ) -> Iterable[tuple[str, str]]:
        """The slots of both, for all keys that begin like this."""
        return product(self._slots(first, here), self._slots(second, there))

    def _slots(self, member: Member, begin: Keys = ()) -> Iterator[str]:
        """The slots of a member, with keys for what is still to begin."""
        choices = [[key] for key in begin]
        for frame in member.frames[len(begin) :]:
            choices.append([FRESH, FRESH + 1] if frame.several else [FRESH])
        for keys in product(*choices):
            yield with_keys(member.slot, keys)

    def _between(self, first: str, second: str) -> Existence | None:
        ends = (first, second)
        if ends not in self._known:
            self._known[ends] = self._existence(first, second)
        return self._known[ends]

    def _existence(self, first: str, second: str) -> Existence | None:
        form = self._form
        if not form.may_precede(first, second):
            return None
        if form.may_precede(second, first):
            return "may"
        (a, mine), (b, theirs) = form.place_of(first), form.place_of(second)
        assert a is not None and b is not None
        between = (
            form.may_precede(first, slot) and form.may_precede(slot, second)
            for slot in self._tree.near([(a.homes, mine), (b.homes, theirs)])
            if slot not in (first, second)
        )
        return "may" if any(between) else "will"


@dataclass(slots=True)
class _Instance:
    """The slots that hold something: those directly in one instance, by name, and those in each
    instance of the groups in it."""

    slots: dict[str, str] = field(default_factory=dict)
    groups: dict[Path, dict[int, _Instance]] = field(default_factory=dict)
    keys: dict[Path, list[int]] = field(default_factory=dict)

    def put(self, slot: str, homes: tuple[Path, ...], keys: Keys) -> None:
        if not homes:
            self.slots[slot] = slot
            return
        group = self.groups.setdefault(homes[0], {})
        group.setdefault(keys[0], _Instance()).put(slot, homes[1:], keys[1:])

    def near(self, ends: Sequence[tuple[tuple[Path, ...], Keys]]) -> Iterator[str]:
        """Slots among which is one that lies between two, if there is any. `ends` are the places
        and keys of those of the two that are in here. Of instances in which neither is, those next
        to theirs are looked at, and of each some slot; for they lie all alike."""
        yield from self.slots
        for home, group in self.groups.items():
            mine = [(homes[1:], keys) for homes, keys in ends if homes[:1] == (home,)]
            own = {keys[0] for _, keys in mine}
            for key in own:
                if key in group:
                    inside = [(homes, keys[1:]) for homes, keys in mine if keys[0] == key]
                    yield from group[key].near(inside)
            for key in _beside(own, self._sorted(home)):
                yield group[key].some()

    def _sorted(self, home: Path) -> list[int]:
        if home not in self.keys:
            self.keys[home] = sorted(self.groups[home])
        return self.keys[home]

    def some(self) -> str:
        if self.slots:
            return next(iter(self.slots))
        return next(iter(next(iter(self.groups.values())).values())).some()


def _beside(own: set[int], keys: Sequence[int]) -> set[int]:
    """The keys next to those in `own`; any, if there are none. `keys` are sorted."""
    if not own:
        return set(keys[:1])
    found: set[int] = set()
    for key in own:
        found.update(keys[max(0, (at := bisect_left(keys, key)) - 1) : at])
        found.update(keys[(at := bisect_right(keys, key)) : at + 1])
    return found - own
