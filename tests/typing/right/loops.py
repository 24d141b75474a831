"""Loops: said in a workflow, and come round to by a running task."""

from __future__ import annotations

from typing import assert_type

from foretell import Rounds, again, back, iteration, promise, task, workflow
from tests.typing.tasks import prepare, shout, square


@workflow
def loops(n: int) -> int:
    ready = prepare.node()
    first = square.after(ready)(n)
    word = shout("a")
    last = square(n=first)
    back(last, to=first, into="n", at_most=3)
    back(last, to=square.node(n))
    back(last, to=ready)
    back(word, to=word)
    promise(Rounds(first, at_most=2), Rounds("first", at_most=1))
    return last


@task
def asks(n: int) -> int:
    assert_type(iteration(), int)
    if n < 3:
        again()
    if n < 6:
        again(n + 1, to="first")
    return n


@task
def always_asks(n: int) -> int:
    again({"n": n})  # so nothing is missing below
