"""What the body of a growing task says about the growth it declares: growth that can never be
permitted, rights that are never used, and the tightest `Grow` that covers what was seen.

Only what is certain is a warning. A branch that is never taken is no fault, so a shape is in the
way only if it forbids every way through the body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from types import FunctionType
from typing import Any, cast

from foretell.author.growth import Anything, Grow, Right, Sections, rights_of
from foretell.author.shaping import shape_of
from foretell.author.tasks import Task
from foretell.bodies.amounts import NONE, Amount
from foretell.bodies.reading import OPEN, Seen, read_body, tightest
from foretell.promises import shapes as sh
from foretell.promises.filled import ANY_USE
from foretell.promises.form import Form


@dataclass(slots=True)
class Body:
    """`grows`: what was seen, by right or (of `Anything`) by task. `warnings`: what is certainly
    wrong. `advice`: a `Grow` that would be tighter; empty if there is none, or if not all was
    seen. `unseen`: what could not be followed."""

    task: str
    grows: Mapping[str, Amount] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    advice: str = ""


def look_at(task: Task[..., Any]) -> Body | None:
    """What the body of `task` grows, read from its source; None if it declares no growth."""
    growth = task.growth
    if growth is None or issubclass(growth, Sections):  # what that grows, each use of it says
        return None
    body = Body(task.__name__)
    rights = rights_of(growth)
    seen = read_body(cast("FunctionType", task._fn), tuple(rights))
    if seen is None:
        body.unseen.append("its source is not there")
        return body
    body.unseen = seen.unseen
    found = tightest(seen)
    if issubclass(growth, Anything):
        body.grows = {right.removeprefix(f"{OPEN} "): found[right] for right in found}
        if not seen.unseen:
            body.advice = _instead_of_anything(growth.__name__, task, body.grows, seen)
        return body
    body.grows = {right: found.get(right, NONE) for right in rights}
    shape = shape_of(growth, lambda used: used.__name__)
    body.warnings = [
        *_never_permitted(growth.__name__, rights, shape, body.grows, seen),
        *_never_used(growth.__name__, rights, body.grows, seen),
        *_wires(growth.__name__, Form(shape), seen),
    ]
    if not seen.unseen and not body.warnings:
        body.advice = _tighter(growth, shape, body.grows)
    return body


def _never_permitted(
    growth: str, rights: Mapping[str, Right[..., Any]], shape: sh.Shape,
    found: Mapping[str, Amount], seen: Seen,
) -> Iterator[str]:  # fmt: skip
    if not seen.ways or any(_permits(shape, dict(way)) for way in seen.ways):
        return
    faults = [
        f"{name} {found[name]}, where {growth}.{name} = {right!r}"
        for name, right in rights.items()
        if not _meets(found[name], right._low if right._word == "one" else 0, right._high)
    ]
    used = ", ".join(f"{name} {amount}" for name, amount in found.items() if amount.high)
    whole = f"{used or 'nothing'}, which the shape of {growth} never allows"
    yield f"whatever it does, it grows {'; '.join(faults) or whole}"


def _permits(shape: sh.Shape, way: Mapping[str, Amount]) -> bool:
    """Whether some growth along this way may fit the shape, as far as numbers tell."""
    match shape:
        case sh.Leaf(slot=slot):
            return _meets(way.get(slot, NONE), 1, 1)
        case sh.Many(sh.Leaf(slot=slot), low, high) | sh.Loop(sh.Leaf(slot=slot), low, high):
            return _meets(way.get(slot, NONE), low, high)
        case sh.Seq(of=of) | sh.Par(of=of) | sh.Free(of=of):
            return all(_permits(part, way) for part in of)
        case sh.Alt(of=of):
            return any(
                _permits(part, way) and not any(_needs(other, way) for other in of if other != part)
                for part in of
            )
        case _:
            return True


def _needs(shape: sh.Shape, way: Mapping[str, Amount]) -> bool:
    return any(way.get(leaf.slot, NONE).low for leaf in sh.leaves(shape))


def _meets(amount: Amount, low: int, high: int | None) -> bool:
    return amount.high >= low and (high is None or amount.low <= high)


def _never_used(
    growth: str, rights: Mapping[str, Right[..., Any]], found: Mapping[str, Amount], seen: Seen
) -> Iterator[str]:
    if not seen.unseen and seen.ways:
        for name, right in rights.items():
            if not found[name].high and not right._low:
                yield f"it never uses the right {growth}.{name}; leave it out"


def _wires(growth: str, form: Form, seen: Seen) -> Iterator[str]:
    said: set[tuple[str, str]] = set()
    for wire in seen.wires:
        ends = (wire.source, wire.target)
        places = [form.meant(ANY_USE + end)[0] for end in ends]
        if ends in said or not all(places) or form.may_ever_precede(*ends):
            continue
        said.add(ends)
        cure = f"shape = seq({wire.source}, {wire.target})"
        if wire.source == wire.target:
            cure = f"shape = free({wire.source})"
        yield (
            f"{wire.target} takes what {wire.source} gives ({wire.place}), but {growth} allows no "
            f"edge {wire.source} -> {wire.target}; {cure} would"
        )


def _tighter(growth: type[Grow], shape: sh.Shape, found: Mapping[str, Amount]) -> str:
    """The rights that could be narrower, as they would be written."""
    lines = []
    counted = set(_counted_by_groups(shape))
    branched = any(isinstance(part, sh.Alt) for part in _all_parts(shape))
    for name, right in rights_of(growth).items():
        seen, task = found[name], right._task.__name__
        low, high = max(seen.low, right._low), min(seen.high, _most(right))
        if branched and (low, high) == (1, 1):
            low = 0  # a branch says itself whether it comes, so `one` is refused there
        if name in counted or (low, high) == (right._low, _most(right)):
            continue
        if right._word == "many" or (right._word == "may" and low == 1 and not branched):
            lines.append(f"{name} = {_right(task, Amount(low, high))}")
    if not lines:
        return ""
    rest = len(lines) < len(found) or "shape" in vars(growth)
    as_it_is = "  # the rest as it is" if rest else ""
    return f"class {growth.__name__}(Grow): {'; '.join(lines)}{as_it_is}"


def _most(right: Right[..., Any]) -> float:
    return inf if right._high is None else right._high


def _all_parts(shape: sh.Shape) -> Iterator[sh.Shape]:
    yield shape
    for part in sh.parts(shape):
        yield from _all_parts(part)


def _counted_by_groups(shape: sh.Shape) -> Iterator[str]:
    """The rights of which a group says how many there are."""
    for part in _all_parts(shape):
        is_group = isinstance(part, (sh.Many, sh.Loop)) and not isinstance(part.of, sh.Leaf)
        if is_group or isinstance(part, sh.Let):
            yield from (leaf.slot for leaf in sh.leaves(part))


def _instead_of_anything(
    growth: str, task: Task[..., Any], found: Mapping[str, Amount], seen: Seen
) -> str:
    known = task.fn.__globals__
    if not found or seen.reaches_out or not all(isinstance(known.get(t), Task) for t in found):
        return ""
    rights = "; ".join(f"{name} = {_right(name, amount)}" for name, amount in found.items())
    shape = f"; shape = free({', '.join(found)})" if len(found) > 1 or seen.wires else ""
    name = f"{task.__name__.title().replace('_', '')}Grows"
    how = f", with grows=lambda: {name}" if any(known[t] is task for t in found) else ""
    return f"class {name}(Grow): {rights}{shape}  # instead of {growth}{how}"


def _right(task: str, amount: Amount) -> str:
    if (amount.low, amount.high) == (1, 1):
        return f"one({task})"
    if (amount.low, amount.high) == (0, 1):
        return f"may({task})"
    low = f", at_least={amount.low}" if amount.low else ""
    high = "" if amount.high == inf else f", at_most={amount.high:.0f}"
    return f"many({task}{low}{high})"
