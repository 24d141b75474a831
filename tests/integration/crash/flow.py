"""A workflow with growth in growth, whose tasks note in a file that they ran, and where."""

from __future__ import annotations

import os
from pathlib import Path

from foretell import Grow, many, one, task, workflow

DOUBLES = 3


def note(label: str) -> None:
    """A line to the file named by SIDE; one write, so lines of several processes never mix."""
    with Path(os.environ["SIDE"]).open("a") as file:
        file.write(f"{label} {os.getpid()}\n")


@task
def double(label: str, n: int) -> int:
    note(label)
    print("doubling", n)
    return 2 * n


class One(Grow):
    double = one(double)


@task(grows=One)
def delegate(grow: One, label: str, n: int) -> int:
    note(label)
    return grow.double(f"{label}.double", n)


class Plan(Grow):
    doubles = many(double)
    delegates = many(delegate)


@task(grows=Plan)
def plan(grow: Plan, label: str, n: int) -> list[int]:
    note(label)
    plain = [grow.doubles(f"double{i}", i) for i in range(n)]
    return [*plain, grow.delegates("delegate", 100)]


@task
def total(label: str, numbers: list[int]) -> int:
    note(label)
    return sum(numbers)


@workflow
def growing() -> int:
    return total("total", plan("plan", DOUBLES))


EXPECTED = 2 * sum(range(DOUBLES)) + 200
