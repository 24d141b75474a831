"""Loops: said in a workflow, and come round to by a running task."""

from __future__ import annotations

from foretell import Rounds, again, back, iteration, promise, task, workflow
from tests.typing.tasks import square


@workflow
def loops(n: int) -> int:
    first = square(n)
    last = square(first)
    back(last)  # !
    back(last, first)  # !
    back(to=first)  # !
    back(last, to=first, into=3)  # !
    back(last, to=first, at_most="3")  # !
    back(last, to=first, atmost=3)  # !
    Rounds(first)  # !
    Rounds(first, 3)  # !
    Rounds(first, at_most="3")  # !
    promise(back(last, to=first))  # !
    return back(last, to=first)  # !


@task
def asks(n: int) -> int:
    again(1, 2)  # !


@task
def asks_a_node(n: int) -> int:
    again(n, to=3)  # !


@task
def counts(n: int) -> int:
    iteration(n)  # !
    return iteration  # !
