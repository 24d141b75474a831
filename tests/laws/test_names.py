"""What the names in a shape come to is what they mean.

Their meaning is told twice, and nothing of either telling is shared with what unfolds them: here as
the orders of growth that a shape allows, of which a name's are the least that satisfy what it was
given; and in `named` by places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement, product
from random import Random
from typing import TypeAlias

import pytest

from foretell.errors import UserError
from foretell.promises import shapes as sh
from foretell.promises.shapes import NOTHING, Alt, Leaf, Let, Many, Par, Seq, Shape, Use
from foretell.promises.unfolding import unfolded
from tests.laws import instances
from tests.laws.ingredients import LETS, perhaps
from tests.laws.instances import Fill, fill_of

MOST_NODES = 4
Order: TypeAlias = tuple[object, ...]
"""Growth as it is ordered, of parts that are no such thing themselves: `("seq", part, part)`,
`("par", part, part)` in a fixed order, `("a",)`, or `()`, which is nothing."""
Orders: TypeAlias = frozenset[Order]


def size(order: Order) -> int:
    if len(order) < 2:
        return len(order)
    return sum(size(part) for part in order[1:] if isinstance(part, tuple))


def put_together(word: str, parts: tuple[Order, ...]) -> Order:
    """Orders one after the other, or side by side, as one."""
    flat: list[object] = []
    for part in parts:
        flat += part[1:] if part and part[0] == word and len(part) > 1 else [part] if part else []
    if len(flat) < 2:
        return next((part for part in flat if isinstance(part, tuple)), ())
    return (word, *(sorted(flat, key=repr) if word == "par" else flat))


def orders(shape: Shape, names: Mapping[str, Orders], written: Mapping[str, str]) -> Orders:
    """All ways in which growth of a few nodes may be ordered that is an instance of `shape`; each
    node is called as its leaf is written."""

    def inside(part: Shape) -> Orders:
        return orders(part, names, written)

    def together(word: str, each: list[Orders]) -> Orders:
        found: Orders = frozenset([()])
        for one in each:
            pairs = (put_together(word, pair) for pair in product(found, one))
            found = frozenset(order for order in pairs if size(order) <= MOST_NODES)
        return found

    match shape:
        case sh.Leaf(_, slot):
            return frozenset([(written.get(slot, slot),)])
        case sh.Seq(of) | sh.Par(of):
            return together(shape.kind, list(map(inside, of)))
        case sh.Alt(of):
            return frozenset().union(*map(inside, of))
        case sh.Many(of, low, high) | sh.Loop(of, low, high):
            word = "seq" if isinstance(shape, sh.Loop) else "par"
            times = range(low, MOST_NODES + low + 1 if high is None else high + 1)
            return frozenset().union(*(together(word, [inside(of)] * n) for n in times))
        case sh.Empty():
            return frozenset([()])
        case sh.Use(name):
            return names[name]
        case sh.Let(name, of, within, deep):
            meant: Orders = frozenset()
            for _ in range(1 + (2 * MOST_NODES if deep is None else deep)):
                meant = orders(of, {**names, name: meant}, written)
            return meant if within is None else orders(within, {**names, name: meant}, written)
        case _:
            raise TypeError(shape)


def random_shapes(rng: Random) -> Iterator[Shape]:
    """Shapes in which names stand anywhere at all; most of them mean something."""
    slots: Iterator[str] = iter(())

    def part(depth: int, around: tuple[str, ...]) -> Shape:
        if around and rng.random() < 0.35:
            use = Use(rng.choice(around), rng.choice([None, next(slots)]))
            return perhaps(use) if rng.random() < 0.6 else use
        if depth == 0 or rng.random() < 0.3:
            return NOTHING if rng.random() < 0.3 else Leaf("c", next(slots))
        if rng.random() < 0.25:
            return named(depth - 1, around)
        of = tuple(part(depth - 1, around) for _ in range(rng.choice([1, 2, 2, 3])))
        groups: list[Shape] = [Seq(of), Seq(of), Par(of), Alt(of)]
        return rng.choice([*groups, Many(of[0], 0, 2), sh.Loop(of[0], 0, 2)])

    def named(depth: int, around: tuple[str, ...]) -> Shape:
        name = f"x{next(slots)}"
        body = part(depth + 1, (*around, name))
        within = part(depth, (*around, name)) if rng.random() < 0.3 else None
        return Let(name, body, within, rng.choice([None, 1, 2]))

    while True:
        slots = iter("abcdefghijklmnopqrstuvwxyz" + "".join(map(chr, range(0x3B1, 0x3C9))) * 9)
        yield named(2, ())


def meaningful(count: int) -> list[Shape]:
    """So many of them that mean something."""
    found: list[Shape] = []
    for shape in random_shapes(Random(7)):
        try:
            unfolded(shape)
        except (UserError, StopIteration):
            continue
        found.append(shape)
        if len(found) == count:
            return found
    return found


@pytest.mark.parametrize("part", range(4))
def test_names_allow_the_growth_that_they_mean(part: int) -> None:
    shapes: list[Shape] = [shape for shape in LETS.values() if shape is not None]
    shapes += meaningful(400)
    kinds: set[bool] = set()
    for shape in shapes[part::4]:
        if "Free(" not in repr(shape):
            plain = unfolded(shape)
            kinds.add(bool(plain.written))
            assert orders(shape, {}, {}) == orders(plain.shape, {}, plain.written), shape
    assert kinds == {True, False}, "uses become places of their own, or rounds"


@pytest.mark.parametrize("name", LETS)
def test_names_have_the_places_that_they_mean(name: str) -> None:
    shape = LETS[name]
    assert shape is not None
    plain = unfolded(shape).shape
    places = [fill for leaf, n in instances.deep_leaves(plain) for fill in keyed(leaf.slot, n)]
    assert all(instances.leaf_at(shape, fill) for fill in places)
    for n in range(MOST_NODES + 1):
        for these in combinations_with_replacement(places, n):
            if rounds_are_numbered(these):
                fills = list(these)
                assert instances.is_instance(shape, fills) == instances.is_instance(plain, fills)
                assert instances.may_become(shape, fills) == instances.may_become(plain, fills)
    for first, second in product(places, repeat=2):
        assert instances.relation(shape, first, second) == instances.relation(plain, first, second)


def keyed(slot: str, depth: int) -> Iterator[Fill]:
    """The places of a leaf in the first few instances of what is around it."""
    for keys in product(range(2), repeat=depth):
        yield fill_of(instances.slot_of(Fill(slot, keys)))


def rounds_are_numbered(these: tuple[Fill, ...]) -> bool:
    """Whether there is no second round without a first one: nobody can begin that."""
    heads = {(fill.slot.rpartition(".")[0], fill.keys[0]) for fill in these if fill.keys}
    return all((use, 0) in heads for use, _ in heads)
