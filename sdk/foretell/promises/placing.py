"""Which instance of a group, or use of a name, a new node belongs to, where its creator did not say.

    many(seq(n, m))    the wires of the same change decide: a node that is wired to a node of an
                       instance belongs to that one, if its place there is free
    many(workflow)     nodes that are born in one scope below that of their maker belong together
    loop(seq(n, m))    the same, but wires also lead from one round to the next: of the rounds to
                       which it is wired and where its place is free, it is the last; and never
                       one that its wires say it comes before or after
    let(x, seq(..))    of the uses where its place is free and where its wires may lead, it is the one
                       nearest to the deepest use in which it is wired to a node; without wires the
                       outermost

Where no wire decides and only one instance has the place free (it may be one that has not begun),
it is that one. Else nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import TypeAlias

from foretell.errors import LawBroken
from foretell.graph.growth import Addition
from foretell.graph.live import LiveNode
from foretell.graph.model import growth_scope
from foretell.promises.filled import Filled, Instances, Keys, Path, split_slot, with_keys
from foretell.promises.form import Form, Spot

_Wires: TypeAlias = dict[LiveNode, list[LiveNode]]


class Placing:
    """Finds instances for the nodes of one change. `have` is what their maker grew, and is kept
    up to date by the caller."""

    def __init__(self, form: Form, have: Filled, addition: Addition) -> None:
        self._form = form
        self._have = have
        self._addition = addition
        self._wires: tuple[_Wires, _Wires] | None = None
        self._sections: dict[tuple[str, Path], Keys] = {}
        """The keys of the nodes that are placed already, by the section they were born in."""
        self._uses: dict[str, str] = {}
        """And the uses in which they lie."""

    def place_of(
        self, live: LiveNode, spots: Sequence[Spot], given: Keys
    ) -> tuple[Spot, Keys] | None:
        """Which of `spots`, all of one leaf, `live` fills, and the keys of the instance; None if it
        is not clear (yet)."""
        section = _section(live)
        if section in self._uses:
            spots = [spot for spot in spots if spot.use == self._uses[section]] or spots
        found = spots if len(spots) == 1 else self._likely(live, spots, given)
        if len(found) != 1:
            return None
        keys = self._keys_of(live, found[0], given)
        if keys is None:
            return None
        if section:
            self._uses[section] = found[0].use
            for level, home in enumerate(found[0].homes, 1):
                self._sections[section, home] = keys[:level]
        return found[0], keys

    def _likely(self, live: LiveNode, spots: Sequence[Spot], given: Keys) -> Sequence[Spot]:
        """Those that are free, as near as can be to the deepest use in which `live` is wired to a
        node; without wires as near as can be to the outermost."""
        free = [spot for spot in spots if self._may_fill(live, spot, given)] or spots[:1]
        uses = [
            _path(spot.use)
            for wires in self._neighbours()
            for other in wires.get(live, ())
            if (spot := self._form.place_of(other.node.slot or "")[0]) is not None
        ]
        deepest = [use for use in uses if len(use) == max(map(len, uses))] or [[]]
        far = [min(_apart(_path(spot.use), use) for use in deepest) for spot in free]
        return [spot for spot, steps in zip(free, far, strict=True) if steps == min(far)]

    def _may_fill(self, live: LiveNode, spot: Spot, given: Keys) -> bool:
        """Whether `spot` is free, and the wires of `live` may lead where they do if it fills that. (If
        it is not clear which instance of it: whether one is free.)"""
        keys = self._keys_of(live, spot, given)
        if keys is None:
            return True
        return (
            not self._form.conflict(spot, keys, self._have)
            and self._is_free(spot, keys)
            and self._fits(live, spot, keys)
        )

    def _is_free(self, spot: Spot, keys: Keys) -> bool:
        for level, home in enumerate(spot.homes):
            group, most = self._group(home, keys), self._form.group_at(home).max
            if keys[level] not in group.each:
                return most is None or len(group.each) < most
        return spot.max is None or self._have.count(spot.slot, spot.homes, keys) < spot.max

    def _keys_of(self, live: LiveNode, spot: Spot, given: Keys) -> Keys | None:
        """The keys of the instance in which `live` fills `spot`, of which its creator named those
        in `given`; None if it is not clear (yet)."""
        keys, section = given, _section(live)
        for home in spot.homes[len(given) :]:
            key = self._born_with(section, spot, home, keys)
            if key is None and self._form.is_loop(home):
                key = self._round(live, spot, home, keys)
            elif key is None:
                key = self._wired(live, spot, home, keys)
            if key is None:
                free = self._free(live, spot, home, keys)
                if len(free) > 1:
                    return None
                key = free[0] if free else self._group(home, keys).fresh
            keys = (*keys, key)
        return keys

    def in_order(self, nodes: Iterable[LiveNode]) -> list[LiveNode]:
        """`nodes` by the keys that they have, and each after those that are wired before it: so
        rounds begin in order."""
        left = dict.fromkeys(sorted(nodes, key=lambda n: split_slot(n.node.slot or "")[1]))
        found: list[LiveNode] = []
        before = self._neighbours()[0]
        for start in tuple(left):
            stack = [start]
            while stack:
                wanted = [n for n in before.get(stack[-1], ()) if n in left]
                stack += reversed(wanted)
                if not wanted and stack[-1] in left:
                    found.append(stack[-1])
                    del left[stack[-1]]
                if not wanted:
                    stack.pop()
        return found

    def unclear(self, live: LiveNode, spots: Sequence[Spot], given: Keys) -> LawBroken:
        """What to tell the creator of a node whose use or instance nobody can tell."""
        likely = spots if len(spots) == 1 else self._likely(live, spots, given)
        if len(likely) > 1:
            slots, one = [with_keys(spot.slot, given) for spot in likely], "use"
        else:
            slots, one = self._open_instances(live, likely[0], given)
        return LawBroken(
            f"node {live.id!r} fits more than one {one} of what its maker may grow "
            f"({', '.join(slots)}); wire it in the same change to a node of the {one} that is "
            f"meant, or name its slot: .options({'slot' if one == 'use' else 'instance'}=...)"
        )

    def _open_instances(self, live: LiveNode, spot: Spot, keys: Keys) -> tuple[list[str], str]:
        """The slots that `live` might fill, in words, and what they differ in."""
        home = spot.homes[len(keys)]
        fresh = self._group(home, keys).fresh
        slots = [with_keys(spot.slot, (*keys, key)) for key in self._free(live, spot, home, keys)]
        named = [f"{slot} (a new one)" if slot.endswith(f"[{fresh}]") else slot for slot in slots]
        return named, "round" if self._form.is_loop(home) else "instance"

    def _group(self, home: Path, keys: Keys) -> Instances:
        return self._form.group(home, self._have, keys)

    def _born_with(self, section: str, spot: Spot, home: Path, keys: Keys) -> int | None:
        """The instance of the group at `home` to which other nodes of the section belong."""
        theirs = self._sections.get((section, home), ()) if section else ()
        if not theirs or theirs[:-1] != keys or not self._has_room(spot, home, theirs):
            return None
        return theirs[-1]

    def _has_room(self, spot: Spot, home: Path, keys: Keys) -> bool:
        """Whether `spot` is free in this instance of the group at `home`."""
        one = self._group(home, keys[:-1]).each.get(keys[-1])
        return one is None or self._form.has_room(spot, home, one)

    def _wired(self, live: LiveNode, spot: Spot, home: Path, keys: Keys) -> int | None:
        """The one instance of the group at `home` to whose nodes `live` is wired."""
        before, after = self._wired_to(live, home, keys)
        found = {*before, *after}
        if len(found) != 1:
            return None
        key = found.pop()
        return key if self._has_room(spot, home, (*keys, key)) else None

    def _round(self, live: LiveNode, spot: Spot, home: Path, keys: Keys) -> int | None:
        """The last round of the loop at `home` to whose nodes `live` is wired, and which it fits."""
        before, after = self._wired_to(live, home, keys)
        for key in sorted({*before, *after}, reverse=True):
            if self._has_room(spot, home, (*keys, key)) and self._fits(live, spot, (*keys, key)):
                return key
        return None

    def _wired_to(self, live: LiveNode, home: Path, keys: Keys) -> tuple[set[int], set[int]]:
        """The instances of the group at `home` with nodes wired before `live`, and after it."""
        level, found = len(keys), (set[int](), set[int]())
        for wires, ends in zip(self._neighbours(), found, strict=True):
            for other in wires.get(live, ()):
                at, theirs = self._form.place_of(other.node.slot or "")
                if at is not None and home in at.homes and theirs[:level] == keys:
                    ends.update(theirs[level : level + 1])
        return found

    def _fits(self, live: LiveNode, spot: Spot, keys: Keys) -> bool:
        """Whether the wires of `live` may lead where they do if it has these keys. (Of nodes whose
        keys are not known yet nothing is said.)"""
        slot, may = with_keys(spot.slot, keys), self._form.may_precede
        before, after = ([n.node.slot or "" for n in w.get(live, ())] for w in self._neighbours())
        known = self._is_placed
        return all(may(other, slot) for other in before if known(other)) and all(
            may(slot, other) for other in after if known(other)
        )

    def _is_placed(self, slot: str) -> bool:
        spot, keys = self._form.place_of(slot)
        return spot is not None and len(keys) == len(spot.homes)

    def _free(self, live: LiveNode, spot: Spot, home: Path, keys: Keys) -> list[int]:
        """Instances of the group at `home` where `spot` is free: one that has not begun, and of
        those that have at most two. (Of a loop: all that fit.)"""
        group, most = self._group(home, keys), self._form.group_at(home).max
        in_turn = self._form.is_loop(home)
        found: list[int] = []
        for alike in group.alike.values():
            if self._form.has_room(spot, home, group.each[next(iter(alike))]):
                found += islice(alike, None if in_turn else 2)
        if most is None or len(group.each) < most:
            found.append(group.fresh)
        if in_turn:
            found = sorted(key for key in found if self._fits(live, spot, (*keys, key)))
        return found

    def _neighbours(self) -> tuple[_Wires, _Wires]:
        """To which nodes of the same maker each node is wired in this change: those before it, and
        those after it."""
        if self._wires is None:
            self._wires = ({}, {})
            maker = self._addition.maker
            for pair, edge in self._addition.pairs:
                ends = (pair.source, pair.target)
                if edge.edge.kind != "structural" and all(end.maker is maker for end in ends):
                    self._wires[0].setdefault(pair.target, []).append(pair.source)
                    self._wires[1].setdefault(pair.source, []).append(pair.target)
        return self._wires


def _path(use: str) -> list[str]:
    """The uses within each other, outermost first."""
    return use.split(".")[:-1]


def _apart(one: list[str], other: list[str]) -> int:
    """How many uses must be left and entered to get from one to the other."""
    both = zip(one, other, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
    return len(one) + len(other) - 2 * common


def _section(live: LiveNode) -> str:
    """The outermost scope in which `live` was born below that of its maker; empty if in none."""
    assert live.maker is not None
    inner = live.node.scope[len(growth_scope(live.maker.id)) + 1 :]
    return inner.partition(".")[0]
