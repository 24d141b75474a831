"""Tasks and growths that the tests of authoring share. (Tasks in functions cannot be compiled.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from foretell import Anything, Grow, many, may, one, one_of, seq, task


@task
def square(n: int) -> int:
    return n * n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def prepare() -> None:
    """Returns nothing."""


@task
async def later(n: int) -> int:
    return n + 1


@task
def shout(text: str, times: int = 1) -> str:
    return text.upper() * times


class Pair(NamedTuple):
    low: int
    high: int


@dataclass
class Parts:
    train: list[int]
    test: list[int]


class Named(TypedDict):
    name: str
    size: int


@task
def pair(n: int) -> Pair:
    return Pair(n, n + 1)


@task
def split(n: int) -> Parts:
    return Parts([n], [n + 1])


@task
def named(n: int) -> Named:
    return {"name": "n", "size": n}


@task
def fixed(n: int) -> tuple[int, str]:
    return n, "x"


@task
def anything(value: Any) -> Any:
    return value


class Squares(Grow):
    square = many(square, at_most=3)


@task(grows=Squares)
def plan(grow: Squares, seed: int) -> list[int]:
    return [grow.square(i) for i in range(seed)]


class Ways(Grow):
    left = may(square)
    right = may(later)
    shape = one_of(left, right)


class Chain(Grow):
    first = one(square)
    rest = many(later, at_least=1)
    shape = seq(first, rest)


@task(grows=Ways)
def choose(grow: Ways, n: int) -> int:
    return grow.left(n)


@task(grows=Chain)
def chain(grow: Chain, n: int) -> int:
    x = grow.first(n)
    return grow.rest(x)


@task(grows=lambda: Deeper)
def deep(grow: Deeper, n: int) -> int:
    return grow.deeper(n - 1) if n else 0


class Deeper(Grow):
    deeper = may(deep)


@task(grows=Anything)
def wild(grow: Anything, n: int) -> int:
    made = grow.create(square, n)
    return made.out
