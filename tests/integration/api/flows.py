"""Small workflows for the tests of the Python API."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from foretell import (
    Anything,
    Grow,
    NoNewNodes,
    Shaped,
    many,
    one,
    one_of,
    promise,
    seq,
    task,
    workflow,
)


@dataclass
class Point:
    x: int
    y: int


@task
def square(n: int) -> int:
    print("squaring", n)
    return n * n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


class Squares(Grow):
    square = many(square)


@task(grows=Squares)
def plan(grow: Squares, count: int) -> list[int]:
    return [grow.square(i) for i in range(count)]


@workflow
def sum_of_squares(count: int = 3) -> int:
    return total(plan(count))


@workflow
def closed(count: int) -> int:
    promise(NoNewNodes())
    return total(plan(count))


@task
def swap(point: Point) -> Point:
    return Point(point.y, point.x)


@workflow
def swapped(point: Point) -> Point:
    return swap(point)


@task
def divide(a: int, b: int) -> float:
    return a / b


@workflow
def quotient(a: int, b: int) -> float:
    return divide(a, b)


@task
def wait(gate: str) -> str:
    """Until somebody has written to the named pipe `gate`."""
    return Path(gate).read_text()


@task
def shout(text: str) -> str:
    return text.upper()


@task(grows=Anything)
def either(grow: Anything, word: str) -> int:
    if word == "both":
        return grow.create(total, [grow.create(square, 3).out]).out
    grow.create(shout, word)
    if word == "wrong":
        grow.create(square, 3)
    return len(word)


@workflow
def formed(word: str) -> int:
    way = either(word)
    promise(Shaped(one_of(seq(one(square), one(total)), many(shout, at_most=1)), scope=way))
    return way


class Pairs(Grow):
    square = many(square)
    check = many(shout)
    shape = many(seq(square, check), at_most=3)


@task(grows=Pairs)
def pair(grow: Pairs, count: int) -> list[str]:
    squares = [grow.square(i) for i in range(count)]
    return [grow.check.after(one)("even" if i % 2 == 0 else "odd") for i, one in enumerate(squares)]


@workflow
def pairs(count: int) -> list[str]:
    return pair(count)


@workflow
def gated(gate: str) -> str:
    return shout(wait(gate))


@task
def daemon(gate: str) -> str:
    """Starts a program that leaves our process group, and waits."""
    process = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    Path(gate + ".pid").write_text(str(process.pid))
    return Path(gate).read_text()


@workflow
def with_daemon(gate: str) -> str:
    return daemon(gate)
