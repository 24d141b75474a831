"""Workflows whose tasks do nothing, so that what is measured is the cost of running them."""

from __future__ import annotations

from foretell import task, workflow

CHAIN = 200
WIDE = 1_000
WIDER = 4_000
MANY = 10_000


@task
def step(n: int) -> int:
    return n + 1


@task
def gather(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def chain(n: int = 0) -> int:
    for _ in range(CHAIN):
        n = step(n)
    return n


@workflow
def fan(n: int = 0) -> int:
    return gather([step(n) for _ in range(WIDE)])


@workflow
def wider(n: int = 0) -> int:
    return gather([step(n) for _ in range(WIDER)])


@workflow
def short_fan(n: int = 0) -> int:
    return gather([step(n) for _ in range(CHAIN)])


@workflow
def many(n: int = 0) -> int:
    """Only registered, never run."""
    return gather([step(n) for _ in range(MANY)])
