"""What promises and shapes must look like by themselves, whoever makes them.

Registration, a document from a stranger and a running task are held to the same rules. Whether a
promise can be kept, and whether the tasks it names exist, is not asked here. A fault is told as
its place in the promise and why, both in words; an empty reason is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from foretell.graph.wellformed import LONGEST_NAME, name_fault
from foretell.promises import language as lang
from foretell.promises import selectors as sel
from foretell.promises.language import Promise
from foretell.promises.selectors import Selector

LARGEST_BOUND = 2**53
"""Every program can hold whole numbers up to this one exactly."""
MOST_PARTS = 10_000
"""Promises and selectors in one promise, which every later event is compared with."""
DEEPEST = 50
"""Promises and selectors within each other."""
MOST_STYLES = 100
"""Style keys in one promise, and values for one of them."""

Fault: TypeAlias = tuple[str, str]
FINE: Fault = ("", "")


@dataclass(frozen=True, slots=True)
class Part:
    """A promise or selector in a promise, and the way to it: `.of[1].out`."""

    what: Promise | Selector
    at: str = ""
    depth: int = 0


def bounds_fault(low: int, high: int | None) -> str:
    if low < 0 or (high is not None and high < low):
        return f"min {low!s:.20} and max {high!s:.20} leave nothing"
    if max(low, high or 0) > LARGEST_BOUND:
        return f"a bound may be {LARGEST_BOUND} at most"
    return ""


def promise_fault(promise: Promise) -> Fault:
    """The first fault of `promise`."""
    parts = parts_in(promise)
    if len(parts) > MOST_PARTS:
        return "", f"a promise of more than {MOST_PARTS:,} promises and selectors"
    if parts[-1].depth > DEEPEST:
        return parts[-1].at, f"promises and selectors nested more than {DEEPEST} levels deep"
    free = {part.at for part in top_level(promise)}
    for part in parts:
        alone = isinstance(part.what, (lang.Grows, lang.Shaped, lang.Styled, lang.Rearm))
        if alone and part.at not in free:
            return part.at, f"{part.what.kind!r} stands alone or under 'all' only"
        at, why = _part_fault(part.what)
        if why:
            return part.at + at, why
    return FINE


def parts_in(promise: Promise) -> list[Part]:
    """`promise` and everything in it, outer parts first; no more than a few above what is
    allowed."""
    found = [Part(promise)]
    for part in found:
        if len(found) > MOST_PARTS or part.depth > DEEPEST:
            break
        for name, inner in _inside(part.what):
            found.append(Part(inner, f"{part.at}.{name}", part.depth + 1))
            if len(found) > MOST_PARTS:
                break
    return found


def selectors_in(promise: Promise) -> list[Selector]:
    """Every selector in `promise`, outer ones first."""
    return [part.what for part in parts_in(promise) if not isinstance(part.what, Promise)]


def top_level(promise: Promise) -> Iterator[Part]:
    """What `promise` comes to, with `all` taken apart."""
    stack = [Part(promise)]
    while stack:
        part = stack.pop()
        if isinstance(part.what, lang.AllKept):
            inner = enumerate(part.what.of)
            stack += [Part(one, f"{part.at}.of[{i}]") for i, one in inner][::-1]
        else:
            yield part


def _inside(what: Promise | Selector) -> Iterator[tuple[str, Promise | Selector]]:
    match what:
        case lang.Count(of) | lang.Grows(of) | lang.Styled(of) | lang.NotKept(of):
            yield "of", of
        case lang.Edges():
            yield "source", what.source
            yield "target", what.target
            if what.by is not None:
                yield "by", what.by
            for i, pair in enumerate(what.besides):
                yield f"besides[{i}].source", pair.source
                yield f"besides[{i}].target", pair.target
        case lang.Each(of, out, into):
            yield "of", of
            if out is not None:
                yield "out", out
            if into is not None:
                yield "into", into
        case lang.AllKept(parts) | lang.AnyKept(parts) | lang.OneKept(parts):
            for i, one in enumerate(parts):
                yield f"of[{i}]", one
        case sel.AllOf(chosen) | sel.AnyOf(chosen):
            for i, selector in enumerate(chosen):
                yield f"of[{i}]", selector
        case sel.NotSo(selector):
            yield "of", selector
        case sel.MadeBy(selector):
            yield "by", selector
        case _:
            return


def _part_fault(what: Promise | Selector) -> Fault:
    match what:
        case lang.Count() | lang.Edges():
            return "", bounds_fault(what.min, what.max)
        case lang.Each():
            if (what.out is None) == (what.into is None):
                return "", "'each' has either 'out' or 'into'"
            return "", bounds_fault(what.min, what.max)
        case lang.Shaped(scope) | sel.InScope(scope):
            return ".scope", name_fault(scope) if scope else ""
        case lang.Styled():
            return _style_fault(what)
        case lang.Rearm(target, most):
            why = name_fault(target)
            return (".target", why) if why else (".max", bounds_fault(0, most))
        case lang.AllKept(of) | lang.AnyKept(of) | lang.OneKept(of):
            return ".of", "" if of else f"{what.kind!r} of no promises says nothing"
        case sel.IdIs(glob):
            if len(glob) > LONGEST_NAME:
                return ".glob", f"the glob {glob[:40]!r}... is too long"
            return ".glob", "" if glob else "an empty glob is the name of no node"
        case sel.TaskIs(name):
            return ".task", name_fault(name)
        case sel.TagIs(name):
            return ".tag", name_fault(name)
        case sel.Under(name) | sel.BornAfter(name):
            return ".node", name_fault(name)
        case _:
            return FINE


def _style_fault(styled: lang.Styled) -> Fault:
    if not styled.values or len(styled.values) > MOST_STYLES:
        return ".values", f"a promise of styles names 1 to {MOST_STYLES} keys"
    for key, values in styled.values.items():
        if why := name_fault(key):
            return ".values", why
        if len(values) > MOST_STYLES:
            return f".values.{key}", f"more than {MOST_STYLES} values"
        if any(len(value) > LONGEST_NAME for value in values):
            return f".values.{key}", f"a value is longer than {LONGEST_NAME}"
    return FINE
