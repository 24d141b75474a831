"""Deciding, in a workflow, on values that are known only when it runs.

    shipped = when(in_stock, lambda: ship(order), lambda: refund(order))

These are ordinary tasks that grow, written with what `foretell` gives to everybody: nothing that
runs a workflow has heard of them. A branch is called once, at registration, on values that are not
there yet; what it wires is a section, which the deciding node may grow and which is drawn before.
With values that are there, all of them do what they stand for in plain Python.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, overload

from foretell import (
    Count,
    Failure,
    PromiseBroken,
    Sections,
    Unread,
    WiringError,
    either_of,
    empty,
    failures_of,
    loop,
    may,
    one,
    one_of,
    or_else,
    pending,
    promise,
    registering,
    result_name,
    section,
    task,
    type_of,
    type_of_items,
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
def decide(grow: Sections, flag: bool, sections: Unread[dict[str, Any]]) -> Any:
    """Grows `then` or `otherwise`."""
    return _taken(grow, sections, "then" if flag else "otherwise")


@task(grows=Sections)
def decide_on_none(grow: Sections, value: Any, sections: Unread[dict[str, Any]]) -> Any:
    """Grows `then` if there is a value, else `otherwise`."""
    return _taken(grow, sections, "otherwise" if value is None else "then")


@task(grows=Sections)
def choose(grow: Sections, key: Any, keys: list[Any], sections: Unread[dict[str, Any]]) -> Any:
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
    """A name of its own for each case: the case itself where it may be one, else numbered."""
    names: list[str] = []
    for case in cases:
        text = re.sub(r"\W+", "_", str(case)).strip("_") or "case"
        numbered = (f"{text}_{n}" for n in itertools.count(2))
        names.append(next(n for n in itertools.chain([text], numbered) if n not in names))
    return names


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


@task(grows=Sections)
def fold(grow: Sections, items: list[Any], start: Any, sections: Unread[dict[str, Any]]) -> Any:
    """Grows a round for each item, which takes what the one before it gave."""
    for item in items:
        start = grow.then(sections["round"], so_far=start, item=item)
    return start


def reduce(step: Callable[[A, T], A], items: Iterable[T], start: A, /) -> A:
    """`step(step(start, first), second)` and so on: one round for each item, one after the other."""
    if not pending(items):
        for item in items:
            start = step(start, item)
        return start
    one_round = section("round", step, so_far=type_of(start), item=type_of_items(items))
    use = fold.growing(loop(one_round), name="reduce", result=type_of(start))
    listed: Any = items
    result: A = use.after(*one_round.waits)(listed, start, {"round": one_round.data})
    return result


@task(grows=Sections)
def begin_rounds(grow: Sections, value: Any, left: int, sections: Unread[dict[str, Any]]) -> Any:
    """Grows the first round."""
    return _next_round(grow, value, left, sections)


@task(grows=Sections)
def go_on(
    grow: Sections, done: bool, value: Any, left: int, sections: Unread[dict[str, Any]]
) -> Any:
    """Grows another round if it is not done and one is left (less than 0: any number)."""
    return value if done or left == 0 else _next_round(grow, value, left, sections)


def _next_round(grow: Sections, value: Any, left: int, sections: dict[str, Any]) -> Any:
    more = {"value": value, "left": max(left - 1, -1), "sections": sections}
    return grow.section(sections["round"], **more)


def repeat(
    body: Callable[[T], T], start: T, /, *, until: Callable[[T], bool], at_most: int | None = None
) -> T:
    """`body(body(start))` and so on, until `until` says that it is enough of what it gave, or until
    it was done `at_most` times; at least once."""
    if at_most is not None and (type(at_most) is not int or at_most < 1):
        raise WiringError(f"repeat: at_most must be a whole number from 1, not {at_most!r}")
    if not registering():
        rounds = 0
        while True:
            start, rounds = body(start), rounds + 1
            if until(start) or rounds == at_most:
                return start

    def one_round(value: T, left: int, sections: dict[str, Any]) -> Any:
        better = body(value)
        return again(until(better), better, left, sections)

    kind = type_of(start)
    again = go_on.growing(lambda: may(round_), name="repeat", result=kind)
    params = {"value": kind, "left": int, "sections": dict[str, Any]}
    round_ = section("round", one_round, **params)
    first = begin_rounds.growing(one(round_), name="repeat", result=kind)
    if at_most is not None:
        promise(Count(again, at_most=at_most))
    left = -1 if at_most is None else at_most
    result: T = first.after(*round_.waits)(start, left, {"round": round_.data})
    return result


@task(grows=Sections)
def attempt(grow: Sections, sections: Unread[dict[str, Any]]) -> list[Any]:
    """Grows its only section. What that gives lies in a list, so that nothing is not None."""
    return [grow.section(data) for data in sections.values()]


@task(grows=Sections)
def take_first(
    grow: Sections, given: list[list[Any] | None], failures: list[list[Failure]], names: list[str]
) -> Any:
    """What the first attempt gave that ended well."""
    for value in given:
        if value is not None:
            return value[0]
    told = (
        f"{name}: " + ("; ".join(f"{one.node}: {one.error}" for one in failed) or "could not run")
        for name, failed in zip(names, failures, strict=True)
    )
    raise RuntimeError(f"all have failed: {', '.join(told)}")


@overload
def fallback(first: Callable[[], A], second: Callable[[], B], /) -> A | B: ...
@overload
def fallback(
    first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /
) -> A | B | C: ...
@overload
def fallback(
    first: Callable[[], A],
    second: Callable[[], B],
    third: Callable[[], C],
    fourth: Callable[[], D],
    /,
) -> A | B | C | D: ...
@overload
def fallback(first: Callable[[], A], /, *others: Callable[[], A]) -> A: ...
def fallback(first: Callable[[], Any], /, *others: Callable[[], Any]) -> Any:
    """`first()`, or if anything in it fails, the next of `others`: the first that does not fail."""
    if not others:
        raise WiringError("fallback: it takes what is tried first, and what is done if that fails")
    if not registering():
        return _tried(first, *others)
    called = result_name("fallback")
    sections = [section(_ordinal(i), way) for i, way in enumerate((first, *others))]
    attempts: list[Any] = []
    for tried in sections:
        use: Any = attempt.growing(one(tried), name="attempt", result=list[Any])
        use = use.options(id=f"{called[:90]}_try").after(*tried.waits)
        if attempts:
            use = use.after(attempts[-1], on="fail")
        attempts.append(use({tried.__name__: tried.data}))
    result = either_of(*(tried.result for tried in sections))
    join = sections[0].before(take_first.growing(empty, name="fallback", result=result))
    return join(
        [or_else(tried, None) for tried in attempts],
        [or_else(failures_of(tried), []) for tried in attempts],
        [tried.__name__ for tried in sections],
    )


def _tried(first: Callable[[], Any], *others: Callable[[], Any]) -> Any:
    try:
        result = first()
    except (WiringError, PromiseBroken):  # which no run would come back from
        raise
    except Exception:
        if not others:
            raise
        return _tried(*others)  # in here, so that the error says what had failed before
    if pending(result):
        raise WiringError(
            "fallback: in a running task nothing waits for a failure; let the task hold a right "
            "to a task that may fail, or say fallback in the workflow"
        )
    return result


def _ordinal(i: int) -> str:
    named = ("first", "second", "third", "fourth")
    return named[i] if i < len(named) else f"way_{i + 1}"


@task
def below(value: float, bound: float) -> bool:
    return value < bound


@task
def above(value: float, bound: float) -> bool:
    return value > bound


@task
def equal(value: Any, other: Any) -> bool:
    return bool(value == other)


@task
def is_none(value: Any) -> bool:
    return value is None


@task
def not_(flag: bool) -> bool:
    return not flag


@task
def both(flag: bool, other: bool) -> bool:
    return flag and other


@task
def either(flag: bool, other: bool) -> bool:
    return flag or other


__all__ = [
    "above",
    "below",
    "both",
    "either",
    "equal",
    "fallback",
    "given",
    "is_none",
    "not_",
    "reduce",
    "repeat",
    "switch",
    "when",
]
