# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What type checkers see. Not run: read by mypy and pyright in `test_typing.py`.

Lines marked as ignored must be errors to both checkers, all others to neither: an ignore that
ignores nothing is itself an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, assert_type

from foretell import (
    AllOf,
    Answer,
    AnyOf,
    Anything,
    Count,
    Every,
    ExactlyOne,
    Graph,
    Grow,
    Growing,
    Node,
    NoNewEdges,
    NoNewNodes,
    Not,
    OnlyEdges,
    OnlyNodes,
    Right,
    Shape,
    Workflow,
    each,
    empty,
    free,
    many,
    may,
    one,
    one_of,
    promise,
    rehearse,
    seq,
    task,
    workflow,
)


@task
def square(n: int) -> int:
    return n * n


@task
async def fetch(url: str, *, tries: int = 3) -> bytes:
    return url.encode() * tries


@task(retries=3, tags=["slow"])
def total(numbers: list[int], start: int = 0) -> int:
    return sum(numbers, start)


@task
def prepare() -> None: ...


class Pair(NamedTuple):
    low: int
    high: str


@dataclass
class Parts:
    train: list[int]
    test: str


@task
def pair(n: int) -> Pair:
    return Pair(n, "x")


@task
def split(n: int) -> Parts:
    return Parts([n], "x")


class Squares(Grow):
    square = many(square, at_most=100)
    fetch = may(fetch)
    prepare = one(prepare)


@task(grows=Squares)
def plan(grow: Squares, seed: int) -> list[int]:
    assert_type(grow.square(seed), int)
    assert_type(grow.fetch("x", tries=2), bytes)
    assert_type(grow.square.map(each([1, 2])), list[int])
    assert_type(grow.square.node(1), Node[int])
    assert_type(grow.fetch.node("x"), Node[bytes])
    assert_type(grow.square.would(1), Answer)
    assert_type(grow.square.left, int | None)
    assert_type(grow.square.options(id="x").after(grow.prepare.node())(3), int)
    grow.promise(Count(square, at_most=2))
    grow.promise(Every(square, into=fetch, exactly=1), Not(AnyOf(Count(square, at_most=2))))
    assert_type(grow.would(ExactlyOne(NoNewNodes(), AllOf(NoNewEdges()))), bool)
    Every(square, at_most="1")  # type: ignore[arg-type]
    Every(square, onto=fetch)  # type: ignore[call-arg]
    AnyOf(square)  # type: ignore[arg-type]
    Not(NoNewNodes(), NoNewNodes())  # type: ignore[call-arg]
    grow.limit(square, running=2)
    grow.square("x")  # type: ignore[arg-type]
    grow.square(n=1, m=2)  # type: ignore[call-arg]
    grow.rm_rf("/")  # type: ignore[attr-defined]
    grow.square.would("x")  # type: ignore[arg-type]
    grow.square.options(retires=3)  # type: ignore[call-arg]
    return [grow.square(i) for i in range(seed)]


@task(grows=lambda: Links)
def crawl(grow: Links, url: str) -> int:
    return grow.crawl(url)


class Links(Grow):
    crawl = many(crawl)


class Ordered(Grow):
    first = one(square)
    left = may(square)
    right = many(square)
    shape: Shape = seq(first, one_of(left, right, empty), many(free(right)))


@task(grows=Anything)
def wild(grow: Anything, n: int) -> int:
    made = grow.create(square, n)
    assert_type(made, Node[int])
    assert_type(grow.create(fetch, "x", tries=1), Node[bytes])
    grow.connect(made, grow.existing("mail"))
    grow.create(square, "x")  # type: ignore[call-overload]
    grow.connect(made, "mail")  # type: ignore[arg-type]
    return made.out


@workflow
def flow(seed: int, name: str = "x") -> int:
    numbers = plan(seed)
    assert_type(numbers, list[int])
    assert_type(fetch(name), bytes)
    assert_type(fetch.node(name).out, bytes)
    assert_type(square.map(n=each([1, 2])), list[int])
    assert_type(fetch.map(each(["a"]), tries=2), list[bytes])
    assert_type(pair(1).high, str)
    low, high = pair(seed)
    assert_type(low, int)
    assert_type(split(low).train, list[int])
    ready = prepare.node()
    assert_type(ready, Node[None])
    done = total.options(retries=2, id="done").after(ready)(numbers, start=1)
    promise(NoNewEdges(start=numbers), OnlyNodes(square), OnlyEdges((numbers, done)))
    square("x")  # type: ignore[arg-type]
    square()  # type: ignore[call-arg]
    square(1, 2)  # type: ignore[call-arg]
    total(["x"])  # type: ignore[list-item]
    total(square(1))  # type: ignore[arg-type]
    fetch("x", tires=3)  # type: ignore[call-overload]
    square.map(n=each(["a"]))  # type: ignore[arg-type]
    pair(1).middle  # type: ignore[attr-defined]
    square(high)  # type: ignore[arg-type]
    plan(Squares(), seed)  # type: ignore[call-arg, arg-type]
    square.options(retries="x")  # type: ignore[arg-type]
    promise("nothing")  # type: ignore[arg-type]
    OnlyEdges(numbers)  # type: ignore[arg-type]
    return total(plan(seed))


assert_type(flow.compile(), Graph)
assert_type(flow(3), int)
assert_type(plan(3), list[int])
assert_type(fetch("x"), bytes)
assert_type(rehearse(Squares), Squares)
assert_type(rehearse(Squares).square(3), int)
assert_type(square.fn(3), int)
kept: Growing[Squares, Any, list[int]] = plan
plan.fn(rehearse(Squares), 3)
plan.fn(3)  # type: ignore[call-arg, arg-type]
whole: Workflow[Any, int] = flow
right: Right[Any, int] = Squares.square
one("x")  # type: ignore[arg-type]
one_of(square)  # type: ignore[arg-type]


@task(grows=Squares)  # type: ignore[arg-type]
def mistaken(grow: Links, n: int) -> int:
    return n
