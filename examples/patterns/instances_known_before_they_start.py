"""14, Multiple instances with run-time knowledge: their number is known before the first starts."""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def square(n: int) -> int:
    return n * n


class Squares(Grow):
    square = many(square, at_most=100)


@task(grows=Squares)
def plan(grow: Squares, size: int) -> list[int]:
    return grow.square.map(each(range(size)))


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def instances_known_before_they_start(size: int = 4) -> int:
    return total(plan(size))
