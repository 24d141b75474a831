"""What it is to be an instance of a shape, by its plain definition.

A second reading, slow and simple, that shares no code with what judges growth; only the plain
records of shapes. A node of a scope says which place it fills: the slot of a leaf, and a key for
each map or loop of more than one leaf around it, outermost first (`n[3][0]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, assert_never

from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape
from tests.laws.definitions import Birth, World


class Fill(NamedTuple):
    slot: str
    keys: tuple[int, ...] = ()


Fills = list[Fill]


def fill_of(slot: str) -> Fill:
    name, _, keys = slot.partition("[")
    return Fill(name, tuple(map(int, re.findall(r"\d+", keys))))


def slot_of(fill: Fill) -> str:
    return fill.slot + "".join(f"[{key}]" for key in fill.keys)


def grown(world: World, owner: Birth) -> list[Birth]:
    return [birth for birth in world.nodes if birth.maker == owner.id]


def fills(world: World, owner: Birth) -> Fills:
    return [fill_of(birth.slot or "") for birth in grown(world, owner)]


def unfit(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether `owner` grew a node that no leaf stands for."""
    places = {(leaf.task, leaf.slot, depth) for leaf, depth in deep_leaves(shape)}
    return any(
        birth.slot is None or (birth.task, *_depth(fill_of(birth.slot))) not in places
        for birth in grown(world, owner)
    )


def _depth(fill: Fill) -> tuple[str, int]:
    return fill.slot, len(fill.keys)


def deep_leaves(shape: Shape, depth: int = 0) -> Iterator[tuple[sh.Leaf, int]]:
    """The leaves, and how many keys what fills them has."""
    if isinstance(shape, sh.Leaf):
        yield shape, depth
    for part in sh.parts(shape):
        yield from deep_leaves(part, depth + has_keys(shape))


def has_keys(shape: Shape) -> bool:
    """Rounds of a loop always have keys, nodes side by side have none."""
    return isinstance(shape, sh.Loop) or (
        isinstance(shape, sh.Many) and not isinstance(shape.of, sh.Leaf)
    )


def inside(part: Shape, these: Sequence[Fill]) -> Fills:
    slots = {leaf.slot for leaf in sh.leaves(part)}
    return [fill for fill in these if fill.slot in slots]


def by_key(these: Sequence[Fill]) -> dict[int, Fills]:
    """What is in each instance of a map or loop."""
    found: dict[int, Fills] = {}
    for slot, keys in these:
        found.setdefault(keys[0], []).append(Fill(slot, keys[1:]))
    return found


# --- how many ------------------------------------------------------------------------------------


def is_instance(shape: Shape, these: Fills) -> bool:
    match shape:
        case sh.Leaf():
            return len(these) == 1
        case sh.Many(sh.Leaf(), low, high):
            return low <= len(these) and (high is None or len(these) <= high)
        case sh.Many(of, low, high) | sh.Loop(of, low, high):
            begun = by_key(these)
            enough = low <= len(begun) or is_instance(of, [])
            few = high is None or len(begun) <= high
            return enough and few and all(is_instance(of, one) for one in begun.values())
        case sh.Seq(of=parts) | sh.Par(of=parts) | sh.Free(of=parts) | sh.Section(of=parts):
            return all(is_instance(part, inside(part, these)) for part in parts)
        case sh.Alt(of=parts):
            return any(inside(p, these) == these and is_instance(p, these) for p in parts)
        case sh.Empty():
            return not these
        case sh.Anything():
            return True
        case _:
            assert_never(shape)


def may_become(shape: Shape, these: Fills) -> bool:
    """Whether more nodes could make it an instance."""
    match shape:
        case sh.Leaf():
            return len(these) <= 1
        case sh.Many(sh.Leaf(), _, high):
            return high is None or len(these) <= high
        case sh.Many(of, _, high) | sh.Loop(of, _, high):
            begun = by_key(these)
            few = high is None or len(begun) <= high
            return few and all(may_become(of, one) for one in begun.values())
        case sh.Seq(of=parts) | sh.Par(of=parts) | sh.Free(of=parts) | sh.Section(of=parts):
            return all(may_become(part, inside(part, these)) for part in parts)
        case sh.Alt(of=parts):
            return any(inside(p, these) == these and may_become(p, these) for p in parts)
        case sh.Empty():
            return not these
        case sh.Anything():
            return True
        case _:
            assert_never(shape)


def openings(shape: Shape, these: Fills) -> Iterator[tuple[str, Fill]]:
    """The tasks and places of one more node: in every instance that has begun, and in one new one.
    (How many fit is not asked.)"""
    if isinstance(shape, sh.Leaf):
        yield shape.task, Fill(shape.slot)
    elif has_keys(shape):
        begun = by_key(inside(shape, these))
        fresh = next(key for key in range(len(begun) + 1) if key not in begun)
        for key in (*begun, fresh):
            for task, (slot, keys) in _openings_inside(shape, begun.get(key, [])):
                yield task, Fill(slot, (key, *keys))
    else:
        yield from _openings_inside(shape, these)


def _openings_inside(shape: Shape, these: Fills) -> Iterator[tuple[str, Fill]]:
    for part in sh.parts(shape):
        yield from openings(part, inside(part, these))


# --- in which order ------------------------------------------------------------------------------


def order(world: World, owner: Birth) -> set[tuple[str, str]]:
    """The order of the scope of `owner`: what lies below a node of it is contracted to it."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    mine = {node for node, maker in makers.items() if maker == owner.id}

    def stands_for(node: str) -> str | None:
        maker = makers[node]
        return node if node in mine else None if maker is None else stands_for(maker)

    found: set[tuple[str, str]] = set()
    for tie in world.ties if len(mine) > 1 else ():
        ends = (stands_for(tie.source), stands_for(tie.target))
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            found.add((ends[0], ends[1]))
    return closure(found)


def closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    while True:
        longer = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
        if not longer:
            return pairs
        pairs = pairs | longer


Relation = Literal["must", "may", "never"]


def related(shape: Shape, world: World, owner: Birth, *wanted: Relation) -> set[tuple[str, str]]:
    """The pairs of nodes of which the first must, or may, precede the second."""
    mine = [(b.id, fill_of(b.slot)) for b in grown(world, owner) if b.slot is not None]
    return {
        (a, b)
        for a, first in mine
        for b, second in mine
        if a != b and relation(shape, first, second) in wanted
    }


def relation(shape: Shape, a: Fill, b: Fill) -> Relation:
    """Whether a node that fills `a` must, may, or must not precede one that fills `b`."""
    if isinstance(shape, sh.Leaf):
        return "never"
    if isinstance(shape, sh.Free):
        return "may"
    if has_keys(shape):
        if a.keys[0] != b.keys[0]:
            earlier = isinstance(shape, sh.Loop) and a.keys[0] < b.keys[0]
            return "must" if earlier else "never"
        a, b = Fill(a.slot, a.keys[1:]), Fill(b.slot, b.keys[1:])
    at, to = (
        next((i for i, part in enumerate(sh.parts(shape)) if inside(part, [fill])), -1)
        for fill in (a, b)
    )
    if -1 in (at, to):
        return "never"
    if at == to:
        return relation(sh.parts(shape)[at], a, b)
    if isinstance(shape, sh.Section):
        pairs = closure({(str(s), str(t)) for s, t in shape.edges})
        return "must" if (str(at), str(to)) in pairs else "never"
    return "must" if isinstance(shape, sh.Seq) and at < to else "never"


def is_ordered(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether everything lies in the order that the shape asks for."""
    return related(shape, world, owner, "must") <= order(world, owner)


def is_disordered(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether something lies in an order that the shape forbids."""
    return bool(order(world, owner) - related(shape, world, owner, "must", "may"))
