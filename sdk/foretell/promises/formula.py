"""Alternatives: promises of which only some must hold, and what that leaves of each.

An atom is true, false or undecided, by how much of it there is and may still come. So many of the
parts of a formula must hold, between `min` and `max`: `any` is 1 to all of them, `one` exactly 1,
`not` none of one. A formula that can no longer become true is a broken promise. Where only one
way is left to make it true, the atoms on that way bind like promises of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import TypeAlias, assert_never

from foretell.promises import language as lang
from foretell.promises.atoms import Atom, Misfits
from foretell.promises.entry import Entry
from foretell.promises.language import Promise
from foretell.promises.wording import atom_words


@dataclass(frozen=True, slots=True)
class Holds:
    """The number of `entry` ends between `min` and `max` (None: any)."""

    entry: Entry
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class Some:
    """Between `min` and `max` of these hold."""

    of: tuple[Formula, ...]
    min: int
    max: int


Formula: TypeAlias = Holds | Some


def formula_of(promise: Promise, open_entry: Callable[[Atom], Entry]) -> Formula:
    """What `promise` comes to. `open_entry` opens an entry for an atom, which binds nothing yet."""
    match promise:
        case lang.Count(_, low, high) | lang.Edges(min=low, max=high):
            return Holds(open_entry(replace(promise, min=0, max=None)), low, high)
        case lang.Each():
            return Holds(open_entry(Misfits(promise)), 0, 0)
        case lang.NotKept(inner):
            return Some((formula_of(inner, open_entry),), 0, 0)
        case lang.AllKept() | lang.AnyKept() | lang.OneKept():
            of = tuple(formula_of(part, open_entry) for part in promise.of)
            least = len(of) if isinstance(promise, lang.AllKept) else 1
            return Some(of, least, 1 if isinstance(promise, lang.OneKept) else len(of))
        case lang.Grows() | lang.Shaped() | lang.Styled() | lang.Rearm():
            raise AssertionError(f"{promise.kind!r} is no part of a formula")
        case _:
            assert_never(promise)


def value(formula: Formula, *, owed: bool) -> bool | None:
    """Whether `formula` holds in every future (True), in none (False) or in some."""
    match formula:
        case Holds(entry, low, high):
            least, most = entry.sure + entry.low, entry.have + entry.most if owed else inf
            if most < low or (high is not None and least > high):
                return False
            return True if least >= low and (high is None or most <= high) else None
        case Some(of, low, high):
            values = [value(part, owed=owed) for part in of]
            sure, possible = values.count(True), len(values) - values.count(False)
            if sure > high or possible < low:
                return False
            return True if sure >= low and possible <= high else None
        case _:
            assert_never(formula)


def holds_now(formula: Formula) -> bool:
    """Whether `formula` would hold if nothing more came."""
    match formula:
        case Holds(entry, low, high):
            have = entry.have + entry.kind.unmet()
            return low <= have and (high is None or have <= high)
        case Some(of, low, high):
            return low <= sum(map(holds_now, of)) <= high
        case _:
            assert_never(formula)


def holds_with(formula: Formula, more: Callable[[Entry], int]) -> bool:
    """Whether `formula` holds where so much `more` of each entry comes."""
    match formula:
        case Holds(entry, low, high):
            have = entry.have + more(entry)
            return low <= have and (high is None or have <= high)
        case Some(of, low, high):
            return low <= sum(holds_with(part, more) for part in of) <= high
        case _:
            assert_never(formula)


def most_told_apart(formula: Formula, entry: Entry) -> int:
    """How much more of `entry` may come before more of it makes no difference to `formula`."""
    match formula:
        case Holds(one, low, high):
            tops = (low, 0 if high is None else high + 1) if one is entry else (0,)
            return max(0, max(tops) - entry.have)
        case Some(of):
            return max((most_told_apart(part, entry) for part in of), default=0)
        case _:
            assert_never(formula)


def demand(formula: Formula, wanted: bool, *, owed: bool) -> bool:
    """Lets bind something that must hold (or, not `wanted`, fail) in every future in which
    `formula` does, and did not bind before. Says whether there was any."""
    match formula:
        case Holds(entry, low, high):
            if wanted:
                return _bind(entry, low, high)
            if low == 0 or entry.sure + entry.low >= low:  # too few is no way out
                return high is not None and _bind(entry, high + 1, None)
            if high is None or (owed and entry.have + entry.most <= high):  # nor is too many
                return _bind(entry, 0, low - 1)
            return False
        case Some(of):
            every, none = _only_way(formula, wanted, owed=owed)
            values = [(part, value(part, owed=owed)) for part in of]
            return any(
                (every and known is not False and demand(part, True, owed=owed))
                or (none and known is not True and demand(part, False, owed=owed))
                for part, known in values
            )
        case _:
            assert_never(formula)


def is_followed(formula: Formula, wanted: bool, *, owed: bool) -> bool:
    """Whether what binds now is all that `formula` (or, not `wanted`, its contrary) still says."""
    known = value(formula, owed=owed)
    if known is not None:
        return known is wanted
    if isinstance(formula, Holds):
        return formula.entry.promise.min > 0 or formula.entry.promise.max is not None
    every, none = _only_way(formula, wanted, owed=owed)
    return (every or none) and all(
        is_followed(part, every, owed=owed) for part in formula.of if value(part, owed=owed) is None
    )


def _only_way(some: Some, wanted: bool, *, owed: bool) -> tuple[bool, bool]:
    """Whether every part that still may must hold, and whether none that still may not may hold,
    for `some` to be as `wanted`."""
    values = [value(part, owed=owed) for part in some.of]
    sure, possible = values.count(True), len(values) - values.count(False)
    if wanted:
        return possible == some.min, sure == some.max
    few, many = sure < some.min, possible > some.max  # the two ways out
    return not few and possible == some.max + 1, not many and sure == some.min - 1


def _bind(entry: Entry, low: int, high: int | None) -> bool:
    """Lets bounds bind besides those that bind already. Where they exclude each other no future is
    left; that is seen when the values are, and here the first ones stay, or there would be no end
    of turning from one to the other."""
    bound = entry.promise.max
    low = max(low, entry.promise.min)
    high = bound if high is None else high if bound is None else min(high, bound)
    if (entry.promise.min, bound) == (low, high) or (high is not None and low > high):
        return False
    entry.promise = replace(entry.promise, min=low, max=high)
    return True


def entries_in(formula: Formula) -> Iterator[Entry]:
    if isinstance(formula, Holds):
        yield formula.entry
    else:
        for part in formula.of:
            yield from entries_in(part)


def because(formula: Formula, *, owed: bool) -> str:
    """Why `formula` holds in every future, or in none."""
    match formula:
        case Holds(entry, low):
            most = entry.most if owed else inf
            coming = "" if most == inf else _coming(most)
            if value(formula, owed=owed) is not False:
                return f"{entry.kind.existing()}{entry.kind.forced()}{coming}"
            if entry.have + most < low:
                return f"{entry.kind.existing()}{coming}"
            return f"{entry.kind.existing()}{entry.kind.forced()}"
        case Some(of, low, high):
            values = [value(part, owed=owed) for part in of]
            sure = [part for part, known in zip(of, values, strict=True) if known is True]
            gone = [part for part, known in zip(of, values, strict=True) if known is False]
            if len(sure) > high:
                return f"{_of_them(sure, of)} must hold: {_all(sure, owed=owed)}"
            return f"{_of_them(gone, of)} cannot hold: {_all(gone, owed=owed)}"
        case _:
            assert_never(formula)


def _of_them(chosen: list[Formula], of: tuple[Formula, ...]) -> str:
    if len(of) == 1:
        return "what is promised not to hold" if chosen else "nothing"
    return f"{len(chosen)} of its {len(of)} alternatives"


def _all(chosen: list[Formula], *, owed: bool) -> str:
    return "; ".join(f"{_words(part)}, for {because(part, owed=owed)}" for part in chosen)


def _words(formula: Formula) -> str:
    """The part in words; of several in one, how many of them."""
    match formula:
        case Holds(entry, low, high):
            return atom_words(entry.promise, low, high)
        case Some(of, low, high):
            many = "none" if high == 0 else "all" if low == len(of) else "exactly one"
            how = many if high < len(of) or low == len(of) else "any"
            return f"{how} of ({', '.join(map(_words, of))})"
        case _:
            assert_never(formula)


def ways_out(formula: Formula, *, owed: bool) -> Iterator[tuple[Holds, int]]:
    """The parts that too much has come for, of which one had to hold, and how much too much; or
    that had to fail, and too much has come for that."""
    match formula:
        case Holds(entry, max=high):
            if high is not None and entry.have + entry.low > high:
                yield formula, int(entry.have + entry.low - high)
        case Some(of, _, high):
            values = [value(part, owed=owed) for part in of]
            if values.count(True) > high:
                yield from _ways_to_fail(of)
            else:
                for part, known in zip(of, values, strict=True):
                    if known is False:
                        yield from ways_out(part, owed=owed)
        case _:
            assert_never(formula)


def _ways_to_fail(of: tuple[Formula, ...]) -> Iterator[tuple[Holds, int]]:
    for part in of:
        if isinstance(part, Holds) and part.max is None and part.min:
            yield part, int(part.entry.have + part.entry.low - part.min + 1)


def _coming(most: float) -> str:
    return f" and at most {most:.0f} more can come" if most else " and none can come any more"
