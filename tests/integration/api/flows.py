"""Small workflows for the tests of the Python API."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from foretell import Grow, NoNewNodes, many, promise, task, workflow


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
