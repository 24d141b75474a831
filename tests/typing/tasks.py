"""Tasks that the files in `right` and `wrong` wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, NewType, TypedDict, TypeVar

from pydantic import BaseModel

from foretell import Anything, Grow, Shape, each, empty, many, may, one, one_of, seq, task, workflow

T = TypeVar("T")
K = TypeVar("K")
UserId = NewType("UserId", int)


class Pair(NamedTuple):
    low: int
    high: str


@dataclass
class Parts:
    train: list[int]
    test: str


class Named(TypedDict):
    name: str
    size: int


class Model(BaseModel):
    score: float
    label: str = ""


@task
def square(n: int) -> int:
    return n * n


@task
def shout(text: str, times: int = 1, *, mark: str = "!") -> str:
    return text * times + mark


@task(retries=3, tags=["slow"])
def total(numbers: list[int], start: int = 0) -> int:
    return sum(numbers, start)


@task
def mean(numbers: Sequence[float]) -> float:
    return sum(numbers)


@task
def join(texts: Iterable[str]) -> str:
    return "".join(texts)


@task
def lookup(table: Mapping[str, int], key: str) -> int | None:
    return table.get(key)


@task
def either(value: int | str) -> int | str:
    return value


@task
def maybe(value: int | None = None) -> str | None:
    return None if value is None else str(value)


@task
def level(name: Literal["low", "high"]) -> Literal[0, 1]:
    return 1 if name == "high" else 0


@task
async def fetch(url: str, *, tries: int = 3) -> bytes:
    return url.encode() * tries


@task(retries=2)
async def count(data: bytes) -> int:
    return len(data)


@task
def prepare() -> None: ...


@task
def pair(n: int) -> Pair:
    return Pair(n, "x")


@task
def parts(n: int) -> Parts:
    return Parts([n], "x")


@task
def named(n: int) -> Named:
    return {"name": "x", "size": n}


@task
def model(n: int) -> Model:
    return Model(score=n)


@task
def both(n: int) -> tuple[int, str]:
    return n, "x"


@task
def use_model(model: Model) -> float:
    return model.score


@task
def use_parts(parts: Parts) -> int:
    return len(parts.train)


@task
def first(items: list[T]) -> T:
    return items[0]


@task
def swap(pair: tuple[T, K]) -> tuple[K, T]:
    return pair[1], pair[0]


@task
def keep(value: T) -> T:
    return value


@task
def user(n: int) -> UserId:
    return UserId(n)


@task
def greet(who: UserId) -> str:
    return str(who)


class Squares(Grow):
    square = many(square, at_most=100)
    fetch = may(fetch)
    prepare = one(prepare)
    shout = many(shout)
    pair = may(pair)


class Ordered(Grow):
    begin = one(square)
    left = may(square)
    right = many(shout)
    shape: Shape = seq(begin, one_of(left, right, empty))


@task(grows=Squares)
def plan(grow: Squares, seed: int) -> list[int]:
    return [grow.square(i) for i in range(seed)]


@task(grows=lambda: Links, retries=1)
def crawl(grow: Links, url: str, depth: int = 3) -> int:
    return grow.crawl(url, depth - 1) if depth else 0


class Links(Grow):
    crawl = many(crawl)


@task(grows=Anything)
async def wild(grow: Anything, n: int) -> int:
    return grow.create(square, n).out


@workflow
def nested(n: int, name: str = "x") -> Pair:
    return pair(square(n))


@workflow
def quiet(n: int) -> None:
    square.map(each([n]))
