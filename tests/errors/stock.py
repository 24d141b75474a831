"""What the mistakes of the corpus are made with: a few tasks, and a plan that may grow."""

from __future__ import annotations

from foretell import *  # noqa: F403 - the corpus is to look like what a stranger writes
from foretell import Anything, Grow, many, task
from foretell.control import given as given
from foretell.control import switch as switch
from foretell.control import when as when


@task
def square(n: int) -> int:
    return n * n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def shout(word: str) -> str:
    return word.upper()


@task
def note() -> None:
    """Returns nothing."""


@task
def divide(n: int) -> tuple[int, int]:
    return n // 10, n % 10


@task
async def later(n: int) -> int:
    return n


class Squares(Grow):
    square = many(square, at_most=3)


@task(grows=Squares)
def plan(grow: Squares, n: int) -> list[int]:
    return [grow.square(i) for i in range(n)]


@task(grows=Anything)
def explore(grow: Anything) -> None:
    """May do anything, and does nothing."""
