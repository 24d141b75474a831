"""What the names in a shape mean, by their plain definition: a use stands for what the name was
given, which may lie within itself once less.

Nothing is unfolded here before it is asked for. Where every use of a name makes one more round, or
one more beside the others, places have the number of their round as a key; else the places in a use
begin with its slot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape


@dataclass(frozen=True)
class Inner:
    """What a use stands for."""

    slot: str
    of: Defined


@dataclass(frozen=True)
class Never:
    """What a use stands for that lies too deep."""


@dataclass(frozen=True)
class Again:
    """One of `steps`, and then (or beside it) as much again, `more` times at most; or one of `ends`.
    `may_stop`: a step may also be the last."""

    steps: tuple[Defined, ...]
    ends: tuple[Defined, ...]
    in_turn: bool
    may_stop: bool
    more: int | None

    @property
    def less(self) -> Again | None:
        """As much again; None: no more."""
        if self.more is None:
            return self
        return replace(self, more=self.more - 1) if self.more else None

    @property
    def has_keys(self) -> bool:
        """Single nodes side by side have none."""
        single = len(self.steps) == 1 and all(isinstance(step, sh.Leaf) for step in self.steps)
        return self.in_turn or not single


Defined: TypeAlias = Shape | Inner | Never | Again


def opened(let: sh.Let) -> Defined:
    """What it is, as far as no use in it is looked into."""
    if let.within is not None:
        meant = replace(let, within=None)
        return put(let.within, let.name, lambda slot: Inner(slot, meant))
    again = _again(let)
    if again is not None:
        return again
    if let.deep == 0:
        return put(let.of, let.name, lambda slot: Never())
    inner = replace(let, deep=None if let.deep is None else let.deep - 1)
    return put(let.of, let.name, lambda slot: Inner(slot, inner))


def put(shape: Defined, name: str, meant: Callable[[str], Defined]) -> Defined:
    """The shape, with what is meant by the name in the place of its uses."""

    def inside(part: Defined) -> Defined:
        return put(part, name, meant)

    match shape:
        case sh.Use(used, slot):
            return meant(slot or name) if used == name else shape
        case sh.Seq(of) | sh.Par(of) | sh.Alt(of) | sh.Free(of):
            return replace(shape, of=tuple(map(inside, of)))  # type: ignore[arg-type]
        case sh.Many(of) | sh.Loop(of) | Inner(_, of):
            return replace(shape, of=inside(of))  # type: ignore[arg-type]
        case sh.Let():
            within = None if shape.within is None else inside(shape.within)
            return replace(shape, of=inside(shape.of), within=within)  # type: ignore[arg-type]
        case _:
            return shape


def _again(let: sh.Let) -> Again | None:
    """What it is if every use of it is the last part of a sequence, or one of parts side by side."""
    ways = let.of.of if isinstance(let.of, sh.Alt) else (let.of,)
    growing = [way for way in ways if f"Use(name={let.name!r}" in repr(way)]
    ends = tuple(way for way in ways if way not in growing)
    growing = [way for way in growing if not isinstance(way, sh.Use)]
    for kind in (sh.Seq, sh.Par):
        steps, last = [], set()
        for way in growing:
            if not isinstance(way, kind):
                break
            uses = [i for i, part in enumerate(way.of) if f"Use(name={let.name!r}" in repr(part)]
            if len(uses) != 1 or (kind is sh.Seq and uses[0] != len(way.of) - 1):
                break
            use = way.of[uses[0]]
            last.add(_kind_of_use(use))
            rest = tuple(part for part in way.of if part is not use)
            steps.append(rest[0] if len(rest) == 1 else kind(rest))
        else:
            may_stop = last == {"or nothing"}
            if steps and (last == {"always"} or (may_stop and len(ways) == 1)):
                return Again(tuple(steps), ends, kind is sh.Seq, may_stop, let.deep)
    return None


def _kind_of_use(part: Shape) -> str:
    if isinstance(part, sh.Use):
        return "always"
    optional = isinstance(part, sh.Alt) and len(part.of) == 2 and sh.NOTHING in part.of
    return "or nothing" if optional and any(isinstance(p, sh.Use) for p in part.of) else "elsewhere"  # type: ignore[union-attr]
