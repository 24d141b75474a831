"""What promises and shapes must look like by themselves, whoever makes them.

Registration, a document from a stranger and a running task are held to the same rules. Whether a
promise can be kept, and whether the tasks it names exist, is not asked here. A fault is told in
words; an empty text is none.
"""

from __future__ import annotations

from foretell.graph.wellformed import LONGEST_NAME, name_fault
from foretell.promises.language import Count, Promise, Vowed
from foretell.promises.selectors import (
    AllOf,
    AnyOf,
    IdIs,
    InScope,
    MadeBy,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
    Under,
)

LARGEST_BOUND = 2**53
"""Every program can hold whole numbers up to this one exactly."""
MOST_PARTS = 10_000
"""Selectors in one promise, which every later event is compared with."""


def bounds_fault(low: int, high: int | None) -> str:
    if low < 0 or (high is not None and high < low):
        return f"min {low!s:.20} and max {high!s:.20} leave nothing"
    if max(low, high or 0) > LARGEST_BOUND:
        return f"a bound may be {LARGEST_BOUND} at most"
    return ""


def vow_fault(vowed: Vowed) -> str:
    return bounds_fault(vowed.promise.min, vowed.promise.max) or _selectors_fault(vowed.promise)


def selectors_in(promise: Promise) -> list[Selector]:
    """Every selector in `promise`, outer ones first; no more than one above what is allowed."""
    if isinstance(promise, Count):
        found: list[Selector] = [promise.of]
    else:
        found = [promise.source, promise.target]
        found += [promise.by] if promise.by is not None else []
        found += [end for pair in promise.besides for end in (pair.source, pair.target)]
    for one in found:
        if len(found) > MOST_PARTS:
            break
        if isinstance(one, (AllOf, AnyOf)):
            found += one.of
        elif isinstance(one, NotSo):
            found.append(one.of)
        elif isinstance(one, MadeBy):
            found.append(one.by)
    return found


def _selectors_fault(promise: Promise) -> str:
    selectors = selectors_in(promise)
    if len(selectors) > MOST_PARTS:
        return f"a promise of more than {MOST_PARTS:,} selectors"
    return next(filter(None, map(_selector_fault, selectors)), "")


def _selector_fault(selector: Selector) -> str:
    match selector:
        case IdIs(glob):
            return f"the glob {glob[:40]!r}... is too long" if len(glob) > LONGEST_NAME else ""
        case TaskIs(name) | TagIs(name) | Under(name):
            return name_fault(name)
        case InScope(name):
            return name_fault(name) if name else ""
        case _:
            return ""
