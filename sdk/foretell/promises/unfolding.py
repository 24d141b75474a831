"""What names in a shape come to: the same shape without `Let` and `Use`.

    nothing uses it in itself       each use is a copy of it, with places of its own: `left.a`
    X = seq(a, opt(use X))          rounds of a, one at least: Loop(a, 1)
    X = alt(seq(a, use X), b)       rounds of a, then b: Seq((Loop(a), b))
    X = par(a, opt(use X))          instances of a, one at least: Many(a, 1); and so with alt
    otherwise                       itself within itself `deep` times: places `a`, `X.a`, `X.X.a`

So whoever judges, foresees or compares growth knows nothing of names. Where a use lies deeper than
it may there is no such growth: an alternative that needs it is none, and of what may come any
number of times there comes none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from foretell.errors import UserError, nearest
from foretell.graph.wellformed import name_fault
from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape

DEEPEST = 50
"""Uses of one name within each other."""
MOST_PLACES = 1_000
"""Places that the names in one shape come to."""
_MOST_PARTS = 20 * MOST_PLACES
_MOST_NESTED = 150
"""Parts within each other: each costs whoever reads them a few frames of Python's stack."""


class NameFault(UserError):
    """A name in a shape that means nothing; `at` is the way to its place in the shape."""

    def __init__(self, at: str, why: str) -> None:
        self.at = at
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Unfolded:
    """`shape` has no names. `written` says how the leaf of a place was called that got its own name
    by lying in a use."""

    shape: Shape
    written: Mapping[str, str] = field(default_factory=dict)


def unfolded(shape: Shape) -> Unfolded:
    """What `shape` comes to. Raises `NameFault` where that is nothing."""
    if not has_names(shape):
        return Unfolded(shape)
    unfolding = _Unfolding()
    plain = unfolding.plain(shape, "", ())
    slots = Counter(leaf.slot for leaf in sh.leaves(plain))
    slot = next((slot for slot, times in slots.items() if times > 1), None)
    if slot is not None:
        raise NameFault(
            "",
            f"two places are called {slot!r}; tell uses of one name apart: use('x', slot='left')",
        )
    return Unfolded(plain, unfolding.written)


def has_names(shape: Shape) -> bool:
    return isinstance(shape, (sh.Let, sh.Use)) or any(map(has_names, sh.parts(shape)))


class _Unfolding:
    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self._given: set[str] = set()
        self._parts = 0

    def plain(self, shape: Shape, at: str, around: tuple[str, ...]) -> Shape:
        """`shape`, whose place is `at`, without names but for those `around` it."""
        match shape:
            case sh.Let():
                return self._let(shape, at, around)
            case sh.Use(name, slot):
                self._check_use(name, slot, at, around)
                return shape
            case sh.Many(of) | sh.Loop(of):
                return replace(shape, of=self.plain(of, f"{at}.of", around))
            case sh.Seq(of) | sh.Par(of) | sh.Alt(of) | sh.Free(of):
                parts = (self.plain(one, f"{at}.of[{i}]", around) for i, one in enumerate(of))
                return replace(shape, of=tuple(parts))
            case _:
                return shape

    def _let(self, let: sh.Let, at: str, around: tuple[str, ...]) -> Shape:
        name = let.name
        _check_name(name, f"{at}.name")
        if name in self._given:
            raise NameFault(f"{at}.name", f"two lets are called {name!r}; call one something else")
        self._given.add(name)
        inside = (*around, name)
        body = self.plain(let.of, f"{at}.of", inside)
        within = sh.Use(name) if let.within is None else let.within
        within = self.plain(within, f"{at}.within", inside)
        if not _uses(within, name):
            raise NameFault(f"{at}.within", f"nothing in it uses {name!r}")
        one = self._one(let, body, at)
        return one if let.within is None else _sure(self._filled(within, name, one, at))

    def _one(self, let: sh.Let, body: Shape, at: str) -> Shape:
        """What the name stands for."""
        name, deep = let.name, let.deep
        if not _uses(body, name):
            if deep is not None:
                raise NameFault(f"{at}.deep", f"{name!r} does not use itself, so it is never deep")
            return body
        if deep is not None and not 1 <= deep <= DEEPEST:
            raise NameFault(f"{at}.deep", f"deep is a number from 1 to {DEEPEST}, not {deep!s:.20}")
        one = self._filled(body, name, None, at)
        if one is None:
            raise NameFault(
                f"{at}.of",
                f"{name!r} can never end, because whatever it is needs another {name!r}; let it be "
                f"something else too: one_of(..., empty)",
            )
        again = _repeated(body, name, deep)
        if again is not None:
            return again
        if deep is None:
            raise NameFault(
                f"{at}.deep",
                f"{name!r} uses itself neither at the end of a seq nor as a part of a par, so each use "
                f"lies within the one before; say how deep at most: deep=3",
            )
        for _ in range(deep):
            one = _sure(self._filled(body, name, one, at))
        return one

    def _filled(self, shape: Shape, name: str, one: Shape | None, at: str) -> Shape | None:
        """`shape`, with `one` wherever `name` is used; None: nowhere is anything. Then it may come
        to nothing itself."""

        def filled(part: Shape) -> Shape | None:
            match part:
                case sh.Use(used, slot) if used == name:
                    return None if one is None else self._called(one, slot or name, at)
                case sh.Many(of, low) | sh.Loop(of, low):
                    inner = filled(of)
                    if inner is None:
                        return None if low else sh.NOTHING
                    return replace(part, of=inner)
                case sh.Alt(of) if of:
                    return _one_of(list(filter(None, map(filled, of))))
                case sh.Seq(of) | sh.Par(of) | sh.Free(of):
                    inside = [found for found in map(filled, of) if found is not None]
                    return replace(part, of=tuple(inside)) if len(inside) == len(of) else None
                case _:
                    return part

        return filled(shape)

    def _called(self, shape: Shape, path: str, at: str, depth: int = 0) -> Shape:
        """A copy of `shape`, its places called by `path`."""
        self._parts += 1
        if depth > _MOST_NESTED or self._parts > _MOST_PARTS or len(self.written) > MOST_PLACES:
            raise NameFault(
                at,
                f"the names in it come to more than {MOST_PLACES:,} places, or to parts nested more "
                f"than {_MOST_NESTED} deep; let them be less deep",
            )

        def slot_in(slot: str) -> str:
            return f"{path}.{slot}"

        def called(part: Shape) -> Shape:
            return self._called(part, path, at, depth + 1)

        match shape:
            case sh.Leaf(task, slot):
                self.written[slot_in(slot)] = self.written.get(slot, slot)
                return sh.Leaf(task, slot_in(slot))
            case sh.Use(name, slot):
                return sh.Use(name, slot_in(slot or name))
            case sh.Section(_, slot, of):
                leaves = tuple(leaf for leaf in map(called, of) if isinstance(leaf, sh.Leaf))
                return replace(shape, slot=slot_in(slot), of=leaves)
            case sh.Many(of) | sh.Loop(of):
                return replace(shape, of=called(of))
            case sh.Seq(of) | sh.Par(of) | sh.Alt(of) | sh.Free(of):
                return replace(shape, of=tuple(map(called, of)))
            case _:
                return shape

    def _check_use(self, name: str, slot: str | None, at: str, around: tuple[str, ...]) -> None:
        if name not in around:
            outside = name in self._given
            why = (
                f"{name!r:.80} is used outside its let" if outside else f"no let gives {name!r:.80}"
            )
            raise NameFault(f"{at}.name", why + nearest(name[:80], around))
        _check_name(slot if slot is not None else name, f"{at}.slot")


def _check_name(name: str, at: str) -> None:
    why = name_fault(name)
    if not why and any(mark in name for mark in ".[]*"):
        why = f"the name {name!r:.80} holds one of . [ ] *, by which places are told"
    if why:
        raise NameFault(at, why)


def _uses(shape: Shape, name: str) -> bool:
    if isinstance(shape, sh.Use):
        return shape.name == name
    return any(_uses(part, name) for part in sh.parts(shape))


def _repeated(body: Shape, name: str, deep: int | None) -> Shape | None:
    """The rounds, or instances side by side, that `body` comes to; None if it is no such thing."""
    for kind, again in ((sh.Seq, sh.Loop), (sh.Par, sh.Many)):
        step = _step(body, kind, lambda part: _is_optional_use(part, name), name)
        if step is not None:
            return again(step, 1, None if deep is None else deep + 1)
        repeated = _repeated_ways(_ways(body), name, kind, again, deep)
        if repeated is not None:
            return repeated
    return None


def _repeated_ways(
    ways: list[Shape],
    name: str,
    kind: type[sh.Seq | sh.Par],
    again: type[sh.Loop | sh.Many],
    deep: int | None,
) -> Shape | None:
    """The same of alternatives: those that use the name come again and again, the others once."""
    steps: list[Shape] = []
    ends = [way for way in ways if not _uses(way, name)]
    for way in ways:
        if way not in ends and not _is_use(way, name):
            step = _step(way, kind, lambda part: _is_use(part, name), name)
            if step is None:
                return None
            steps.append(step)
    end = _one_of(ends)
    if not steps or end is None:
        return end
    steps_taken = again(_sure(_one_of(steps)), 0, deep)
    return steps_taken if end == sh.NOTHING else kind((steps_taken, end))


def _step(
    shape: Shape, kind: type[sh.Seq | sh.Par], is_use: Callable[[Shape], bool], name: str
) -> Shape | None:
    """What `shape` is besides a use: at its end if parts come one after the other, anywhere if they
    come side by side."""
    if not isinstance(shape, kind) or not shape.of:
        return None
    rest = [part for part in shape.of if not is_use(part)]
    at_end = kind is sh.Par or is_use(shape.of[-1])
    if len(rest) + 1 != len(shape.of) or not at_end or any(_uses(part, name) for part in rest):
        return None
    return rest[0] if len(rest) == 1 else kind(tuple(rest))


def _is_use(shape: Shape, name: str) -> bool:
    return isinstance(shape, sh.Use) and shape.name == name


def _is_optional_use(shape: Shape, name: str) -> bool:
    return (
        isinstance(shape, sh.Alt)
        and len(shape.of) == 2
        and sh.NOTHING in shape.of
        and any(_is_use(part, name) for part in shape.of)
    )


def _ways(shape: Shape) -> list[Shape]:
    if isinstance(shape, sh.Alt):
        return [way for part in shape.of for way in _ways(part)]
    return [shape]


def _one_of(ways: list[Shape]) -> Shape | None:
    """None: there is no way."""
    if len(ways) < 2:
        return ways[0] if ways else None
    return sh.Alt(tuple(ways))


def _sure(shape: Shape | None) -> Shape:
    assert shape is not None, "what is there with nothing in it is there with more in it"
    return shape
