"""Workflows that are grown as a whole, for the tests of sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from foretell import (
    Count,
    Grow,
    Shaped,
    each,
    free,
    limit,
    many,
    may,
    one,
    one_of,
    promise,
    seq,
    task,
    workflow,
)
from tests.unit.author.samples import Pair, pair, plan, square, total


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def add_up(numbers: list[int]) -> int:
    return sum(numbers)


@task
def note() -> None:
    """Returns nothing."""


class Both(NamedTuple):
    small: int
    large: int


@dataclass
class Report:
    name: str
    squared: int
    parts: list[int]


@workflow
def twice(n: int) -> int:
    first = square(n)
    return add(first)


@workflow
def nested(n: int, more: int = 5) -> Both:
    inner = twice.options(id="inner")(n)
    low, high = pair(inner)
    large = add.after(low)(high, more)
    return Both(inner, large)


@workflow
def report(pair: Pair, parts: list[int]) -> Report:
    squared = square(pair.low)
    listed = add_up.options(id="listed")(parts)
    return Report("r", squared, [listed, pair.high])


@workflow
def unchanged(n: int) -> int:
    return n


@workflow
def idle() -> None:
    note()
    note()


@workflow
def planned(n: int) -> int:
    return total(plan(n))


@workflow
def thrifty(n: int) -> list[int]:
    """Promises, and limits, what comes of it."""
    squares = plan(n)
    promise(Count(square, at_most=2))
    limit(square, running=1)
    return squares


@workflow
def shaped(n: int) -> list[int]:
    squares = plan(n)
    promise(Shaped(many(square, at_most=1), scope=squares))
    return squares


class Twices(Grow):
    twice = many(twice, at_most=3)


@task(grows=Twices)
def grow_twice(grow: Twices, n: int) -> list[int]:
    return grow.twice.map(each(range(n)))


@workflow
def several(n: int = 3) -> int:
    return add_up(grow_twice(n))


class Nested(Grow):
    load = one(pair)
    nested = one(nested)
    last = may(report)
    shape = seq(load, nested, last)


@task(grows=Nested)
def grow_nested(grow: Nested, n: int) -> Report:
    loaded = grow.load(n)
    middle = grow.nested.after(loaded)(loaded.low)
    return grow.last.options(id="final").after(middle)(Pair(middle.small, 7), [middle.large])


@workflow
def deeper(n: int = 2) -> Report:
    return grow_nested(n)


class Few(Grow):
    unchanged = many(unchanged)
    idle = may(idle)
    planned = may(planned)
    shape = free(unchanged, idle, planned)


@task(grows=Few)
def grow_few(grow: Few, n: int) -> list[int]:
    same = grow.unchanged(n)
    made = grow.planned(grow.unchanged(3))
    grow.idle()
    return [same, made]


@workflow
def few(n: int = 9) -> list[int]:
    return grow_few(n)


class Thrifty(Grow):
    thrifty = many(thrifty)


@task(grows=Thrifty)
def grow_thrifty(grow: Thrifty, n: int) -> list[list[int]]:
    return grow.thrifty.map(each([1, n]))


@workflow
def sparing(n: int = 2) -> list[list[int]]:
    return grow_thrifty(n)


@task(grows=lambda: Rounds)
def again(grow: Rounds, n: int) -> int:
    return grow.rounds(n - 1) if n else 0


@workflow
def rounds(n: int) -> int:
    doubled = add(n, n)
    return again.after(doubled)(n)


class Rounds(Grow):
    rounds = may(rounds)


@workflow
def recursive(n: int = 4) -> int:
    return rounds(n)


class Choice(Grow):
    small = may(square)
    large = may(nested)
    shape = one_of(small, large)


@task(grows=Choice)
def choose(grow: Choice, n: int) -> Any:
    if n < 10:
        return grow.small(n)
    return grow.large(n, more=1)


@workflow
def chosen(n: int = 3) -> Any:
    return choose(n)


class Unordered(Grow):
    load = one(square)
    twice = one(twice)


@task(grows=Unordered)
def wire(grow: Unordered, n: int) -> int:
    return grow.twice(grow.load(n))


@workflow
def unordered(n: int = 2) -> int:
    return wire(n)


class Groups(Grow):
    load = many(square)
    twice = many(twice)
    shape = free(load, twice)


@task(grows=Groups)
def grow_groups(grow: Groups) -> None:
    grow.twice(grow.load(1))


@workflow
def groups() -> None:
    grow_groups()
