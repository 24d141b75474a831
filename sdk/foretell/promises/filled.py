"""How full the places of a shape are: by slot, and by instance where a group comes many times.

A slot is the name of a leaf, with a key for each group above it that may come several times,
outermost first: `n`, `n[3]`, `n[3][0]`. Nodes with the same key belong to the same instance. Places
in uses of a name are called by these: `left.n[3]`. What fits where is the form's business; this file
counts, and can take back what it counted last.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[int, ...]
"""Where a part stands in a shape."""
Keys: TypeAlias = tuple[int, ...]

FRESH = 10**15
"""A key above all that nodes may have."""

ANY_USE = "*."
"""How a slot begins of which its creator does not say in which use of a name it lies."""

_KEYED = re.compile(r"(.*?)((?:\[\d{1,16}\])*)", re.DOTALL)


def split_slot(slot: str) -> tuple[str, Keys]:
    """The name of the leaf, and the keys behind it."""
    if not slot.endswith("]"):
        return slot, ()
    found = _KEYED.fullmatch(slot)
    assert found is not None
    return found[1], tuple(int(key) for key in found[2][1:-1].split("][") if key)


def with_keys(slot: str, keys: Keys) -> str:
    return slot + "".join(f"[{key}]" for key in keys)


@dataclass(slots=True)
class Filled:
    """What fills a shape, or one instance of a part: how many nodes each slot holds, and the
    instances of each group in it that may come several times, by its place in the shape."""

    slots: dict[str, int] = field(default_factory=dict)
    groups: dict[Path, Instances] = field(default_factory=dict)

    def count(self, slot: str, homes: tuple[Path, ...] = (), keys: Keys = ()) -> int:
        """How many nodes fill `slot`: in the instance with these keys, or in all of them."""
        if not homes:
            return self.slots.get(slot, 0)
        group = self.groups.get(homes[0])
        if group is None:
            return 0
        inside = group.each.values() if not keys else filter(None, [group.each.get(keys[0])])
        return sum(one.count(slot, homes[1:], keys[1:]) for one in inside)

    def add(self, slot: str, homes: tuple[Path, ...], keys: Keys) -> None:
        """One more node fills `slot`."""
        if not homes:
            self.slots[slot] = self.slots.get(slot, 0) + 1
            return
        group = self.groups.setdefault(homes[0], Instances())
        one = group.take(keys[0])
        one.add(slot, homes[1:], keys[1:])
        group.put(keys[0], one)

    def drop(self, slot: str, homes: tuple[Path, ...], keys: Keys) -> None:
        """Takes back what was added last."""
        if not homes:
            self.slots[slot] -= 1
            if not self.slots[slot]:
                del self.slots[slot]
            return
        group = self.groups[homes[0]]
        one = group.take(keys[0])
        one.drop(slot, homes[1:], keys[1:])
        group.put(keys[0], one)
        if not group.each:
            del self.groups[homes[0]]

    def state(self) -> Hashable:
        """Equal for instances that are equally full."""
        inner = (
            (home, frozenset((state, len(keys)) for state, keys in group.alike.items()))
            for home, group in self.groups.items()
        )
        return frozenset(self.slots.items()), frozenset(inner)


@dataclass(slots=True)
class Instances:
    """The instances of one group that have begun, by key. `alike` are the keys of those that are
    equally full; `fresh` is a key that is larger than all."""

    each: dict[int, Filled] = field(default_factory=dict)
    alike: dict[Hashable, dict[int, None]] = field(default_factory=dict)
    fresh: int = 0
    _before: dict[int, int] = field(default_factory=dict)
    """What `fresh` was before each instance began."""

    def take(self, key: int) -> Filled:
        """The instance, which is about to change."""
        one = self.each.get(key)
        if one is None:
            self._before[key] = self.fresh
            self.fresh = max(self.fresh, key + 1)
            return Filled()
        state = one.state()
        del self.alike[state][key]
        if not self.alike[state]:
            del self.alike[state]
        return one

    def put(self, key: int, one: Filled) -> None:
        """The instance, which has changed; without nodes it has not begun."""
        if one.slots or one.groups:
            self.each[key] = one
            self.alike.setdefault(one.state(), {})[key] = None
        else:
            del self.each[key]
            self.fresh = self._before.pop(key)
