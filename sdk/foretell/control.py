"""Deciding, in a workflow, on values that are known only when it runs.

    shipped = when(in_stock, lambda: ship(order), lambda: refund(order))

These are ordinary tasks that grow, written with what `foretell` gives to everybody: nothing that
runs a workflow has heard of them. A branch is called once, at registration, on values that are not
there yet; what it wires is a section, which the deciding node may grow and which is drawn before.
With values that are there, all of them do what they stand for in plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

from foretell import (
    Sections,
    WiringError,
    either_of,
    may,
    one_of,
    pending,
    section,
    task,
    without_none,
)

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
K = TypeVar("K")
T = TypeVar("T")


@task(grows=Sections)
def decide(grow: Sections, flag: bool, sections: dict[str, Any]) -> Any:
    """Grows `then` or `otherwise`."""
    return _taken(grow, sections, "then" if flag else "otherwise")


@task(grows=Sections)
def decide_on_none(grow: Sections, value: Any, sections: dict[str, Any]) -> Any:
    """Grows `then` if there is a value, else `otherwise`."""
    return _taken(grow, sections, "otherwise" if value is None else "then")


@task(grows=Sections)
def choose(grow: Sections, key: Any, keys: list[Any], sections: dict[str, Any]) -> Any:
    """Grows the section of the key."""
    for known, name in zip(keys, sections, strict=True):
        if type(key) is type(known) and key == known:
            return grow.section(sections[name])
    raise ValueError(
        f"switch: there is no case for {key!r}; there are {', '.join(map(repr, keys))}"
    )


def _taken(grow: Sections, sections: dict[str, Any], name: str) -> Any:
    return grow.section(sections[name]) if name in sections else None


@overload
def when(flag: bool, /, then: Callable[[], A]) -> A | None: ...
@overload
def when(flag: bool, /, then: Callable[[], A], otherwise: Callable[[], B]) -> A | B: ...
def when(flag: bool, /, then: Callable[[], Any], otherwise: Callable[[], Any] | None = None) -> Any:
    """`then()` if `flag`, else `otherwise()`, or None where there is none."""
    if pending(flag):
        return _grown("when", decide, flag, {"then": then, "otherwise": otherwise})
    if flag:
        return then()
    return otherwise() if otherwise is not None else None


@overload
def given(value: T | None, then: Callable[[T], A], /) -> A | None: ...
@overload
def given(value: T | None, then: Callable[[T], A], otherwise: Callable[[], B], /) -> A | B: ...
def given(
    value: Any, then: Callable[[Any], Any], otherwise: Callable[[], Any] | None = None, /
) -> Any:
    """`then(value)` if there is a value, else `otherwise()`, or None where there is none."""
    if pending(value):
        there = without_none(value)
        branches = {"then": lambda: then(there), "otherwise": otherwise}
        return _grown("given", decide_on_none, value, branches)
    if value is not None:
        return then(value)
    return otherwise() if otherwise is not None else None


@overload
def switch(key: K, a: tuple[K, Callable[[], A]], /) -> A: ...
@overload
def switch(key: K, a: tuple[K, Callable[[], A]], b: tuple[K, Callable[[], B]], /) -> A | B: ...
@overload
def switch(
    key: K,
    a: tuple[K, Callable[[], A]],
    b: tuple[K, Callable[[], B]],
    c: tuple[K, Callable[[], C]],
    /,
) -> A | B | C: ...
@overload
def switch(
    key: K,
    a: tuple[K, Callable[[], A]],
    b: tuple[K, Callable[[], B]],
    c: tuple[K, Callable[[], C]],
    d: tuple[K, Callable[[], D]],
    /,
) -> A | B | C | D: ...
@overload
def switch(key: K, /, *cases: tuple[K, Callable[[], A]]) -> A: ...
def switch(key: Any, /, *cases: tuple[Any, Callable[[], Any]]) -> Any:
    """What the case of `key` gives: `switch(kind, ("bug", lambda: ...), ("spam", lambda: ...))`."""
    known = [case for case, _ in cases]
    for i, case in enumerate(known):
        if pending(case) or any(_same(case, other) for other in known[:i]):
            raise WiringError(
                f"switch: the case {case!r} {'is not known yet' if pending(case) else 'comes twice'}"
            )
    if pending(key):
        names = _names(known)
        branches = {name: body for name, (_, body) in zip(names, cases, strict=True)}
        return _grown("switch", choose, key, branches, keys=known)
    for case, body in cases:
        if _same(case, key):
            return body()
    raise ValueError(_no_case(key, known))


def _same(case: Any, key: Any) -> bool:
    return type(case) is type(key) and bool(case == key)


def _no_case(key: Any, known: list[Any]) -> str:
    return f"switch: there is no case for {key!r}; there are {', '.join(map(repr, known))}"


def _names(cases: list[Any]) -> list[str]:
    """A name for each case: the case itself where it may be one."""
    texts = [re.sub(r"\W+", "_", str(case)).strip("_") or "case" for case in cases]
    return [t if texts.index(t) == i else f"{t}_{i + 1}" for i, t in enumerate(texts)]


def _grown(
    name: str, task: Any, value: Any, bodies: Mapping[str, Callable[[], Any] | None], **more: Any
) -> Any:
    """A node that grows one of these sections, or nothing in the place of one that is None."""
    sections = {n: section(n, body) for n, body in bodies.items() if body is not None}
    parts = [may(one) for one in sections.values()]
    result = either_of(*(one.result for one in sections.values()))
    if len(sections) < len(bodies):
        shape, result = parts[0], either_of(result, None)
    else:
        shape = one_of(*parts)
    use = task.growing(shape, name=name, result=result)
    waits = [ref for one in sections.values() for ref in one.waits]
    return use.after(*waits)(value, sections={n: one.data for n, one in sections.items()}, **more)


__all__ = ["given", "switch", "when"]
