"""What it is to be an instance of a shape, by its plain definition.

A second reading, slow and simple, that shares no code with what judges growth; only the plain
records of shapes. A node of a scope says which place it fills: the slot of a leaf, and a key for
each map or loop of more than one leaf around it, outermost first (`n[3][0]`). What names in shapes
mean is written down in `named`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple, assert_never

from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape
from tests.laws.definitions import Birth, World
from tests.laws.named import Again, Defined, Inner, Never, opened


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
    for birth in grown(world, owner):
        leaf = None if birth.slot is None else leaf_at(shape, fill_of(birth.slot))
        if leaf is None or leaf.task != birth.task:
            return True
    return False


@cache
def leaf_at(shape: Defined, fill: Fill) -> sh.Leaf | None:
    """The leaf that stands for what fills this place, if there is one."""
    match shape:
        case sh.Leaf():
            return shape if fill == Fill(shape.slot) else None
        case sh.Use() | Never():
            return None
        case sh.Let():
            return leaf_at(opened(shape), fill)
        case Inner(slot, of):
            begins = fill.slot.startswith(f"{slot}.")
            return leaf_at(of, _inside_use(slot, fill)) if begins else None
        case Again():
            parts: tuple[Defined, ...] = shape.steps
            rest = [leaf_at(end, fill) for end in shape.ends]
            if shape.has_keys and not fill.keys:
                return next(filter(None, rest), None)
            fill = Fill(fill.slot, fill.keys[1:]) if shape.has_keys else fill
        case _:
            parts, rest = sh.parts(shape), []
            if has_keys(shape):
                if not fill.keys:
                    return None
                fill = Fill(fill.slot, fill.keys[1:])
    return next(filter(None, [*rest, *(leaf_at(part, fill) for part in parts)]), None)


def _inside_use(slot: str, fill: Fill) -> Fill:
    return Fill(fill.slot.removeprefix(f"{slot}."), fill.keys)


def deep_leaves(shape: Shape, depth: int = 0) -> Iterator[tuple[sh.Leaf, int]]:
    """The leaves, and how many keys what fills them has."""
    if isinstance(shape, sh.Leaf):
        yield shape, depth
    for part in sh.parts(shape):
        yield from deep_leaves(part, depth + has_keys(shape))


def has_keys(shape: Defined) -> bool:
    """Rounds of a loop always have keys, nodes side by side have none."""
    return isinstance(shape, sh.Loop) or (
        isinstance(shape, sh.Many) and not isinstance(shape.of, sh.Leaf)
    )


def inside(part: Defined, these: Sequence[Fill]) -> Fills:
    return [fill for fill in these if leaf_at(part, fill) is not None]


def by_key(these: Sequence[Fill]) -> dict[int, Fills]:
    """What is in each instance of a map or loop."""
    found: dict[int, Fills] = {}
    for slot, keys in these:
        found.setdefault(keys[0], []).append(Fill(slot, keys[1:]))
    return found


def split(again: Again, these: Fills) -> tuple[Fills, Fills]:
    """What is in the first round, and in all that follow, their numbers one less. (If that is the
    same as before, a round of nothing is no better than none.)"""
    ends = [fill for end in again.ends for fill in inside(end, these)]
    rounds = [fill for fill in these if fill not in ends]
    if not again.has_keys:
        return rounds[:1], [*rounds[1:], *ends]
    first = [Fill(slot, keys[1:]) for slot, keys in rounds if keys[0] == 0]
    return first, [
        *(Fill(slot, (keys[0] - 1, *keys[1:])) for slot, keys in rounds if keys[0]),
        *ends,
    ]


# --- how many ------------------------------------------------------------------------------------


def is_instance(shape: Defined, these: Fills) -> bool:
    match shape:
        case sh.Let():
            return is_instance(opened(shape), these)
        case Inner(slot, of):
            return is_instance(of, [_inside_use(slot, fill) for fill in these])
        case sh.Use() | Never():
            return False
        case Again(_, ends):
            return any(
                inside(end, these) == these and is_instance(end, these) for end in ends
            ) or any(_is_step(shape, step, these) for step in shape.steps)
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


def _is_step(again: Again, step: Defined, these: Fills) -> bool:
    first, later = split(again, these)
    if inside(step, first) != first or not is_instance(step, first):
        return False
    if again.may_stop and not later:
        return True
    return later != these and again.less is not None and is_instance(again.less, later)


def may_become(shape: Defined, these: Fills) -> bool:
    """Whether more nodes could make it an instance."""
    match shape:
        case sh.Let():
            return may_become(opened(shape), these)
        case Inner(slot, of):
            return may_become(of, [_inside_use(slot, fill) for fill in these])
        case sh.Use() | Never():
            return False
        case Again(_, ends):
            return any(
                inside(end, these) == these and may_become(end, these) for end in ends
            ) or any(_may_be_step(shape, step, these) for step in shape.steps)
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


def _may_be_step(again: Again, step: Defined, these: Fills) -> bool:
    first, later = split(again, these)
    if inside(step, first) != first or not may_become(step, first):
        return False
    if not later:
        return again.may_stop or again.less is not None
    return later != these and again.less is not None and may_become(again.less, later)


def openings(shape: Defined, these: Fills) -> Iterator[tuple[str, Fill]]:
    """The tasks and places of one more node: in every instance that has begun, and in one new one.
    (How many fit is not asked.)"""
    if isinstance(shape, sh.Leaf):
        yield shape.task, Fill(shape.slot)
    elif isinstance(shape, sh.Let):
        yield from openings(opened(shape), these)
    elif isinstance(shape, Inner):
        mine = [_inside_use(shape.slot, fill) for fill in these]
        for task, (slot, keys) in openings(shape.of, mine):
            yield task, Fill(f"{shape.slot}.{slot}", keys)
    elif isinstance(shape, (Never, sh.Use)):
        return
    elif isinstance(shape, Again):
        yield from _openings_again(shape, these)
    elif has_keys(shape):
        begun = by_key(inside(shape, these))
        fresh = next(key for key in range(len(begun) + 1) if key not in begun)
        for key in (*begun, fresh):
            for task, (slot, keys) in _openings_inside(shape, begun.get(key, [])):
                yield task, Fill(slot, (key, *keys))
    else:
        yield from _openings_inside(shape, these)


def _openings_again(again: Again, these: Fills) -> Iterator[tuple[str, Fill]]:
    for end in again.ends:
        yield from openings(end, inside(end, these))
    if not again.has_keys:
        yield from openings(again.steps[0], [])
        return
    rounds = [fill for fill in these if not any(inside(end, [fill]) for end in again.ends)]
    begun = by_key(rounds)
    for key in (*begun, len(begun)):
        for step in again.steps:
            for task, (slot, keys) in openings(step, inside(step, begun.get(key, []))):
                yield task, Fill(slot, (key, *keys))


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


def relation(shape: Defined, a: Fill, b: Fill) -> Relation:
    """Whether a node that fills `a` must, may, or must not precede one that fills `b`."""
    if isinstance(shape, sh.Let):
        return relation(opened(shape), a, b)
    if isinstance(shape, Inner):
        return relation(shape.of, _inside_use(shape.slot, a), _inside_use(shape.slot, b))
    if isinstance(shape, Again):
        return _relation_again(shape, a, b)
    if isinstance(shape, (Never, sh.Use)):
        return "never"
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


def _relation_again(again: Again, a: Fill, b: Fill) -> Relation:
    ends = [[end for end in again.ends if inside(end, [fill])] for fill in (a, b)]
    if ends[0] or ends[1]:
        if ends[0] == ends[1]:
            return relation(ends[0][0], a, b)
        return "must" if again.in_turn and not ends[0] else "never"
    if not again.has_keys:
        return "never"
    if a.keys[0] != b.keys[0]:
        return "must" if again.in_turn and a.keys[0] < b.keys[0] else "never"
    a, b = Fill(a.slot, a.keys[1:]), Fill(b.slot, b.keys[1:])
    step = next(step for step in again.steps if inside(step, [a]))
    return relation(step, a, b) if inside(step, [b]) else "never"


def is_ordered(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether everything lies in the order that the shape asks for."""
    return related(shape, world, owner, "must") <= order(world, owner)


def is_disordered(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether something lies in an order that the shape forbids."""
    return bool(order(world, owner) - related(shape, world, owner, "must", "may"))
