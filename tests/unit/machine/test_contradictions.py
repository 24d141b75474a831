"""Two promises that ask the same nodes for different numbers of the same neighbours."""

from __future__ import annotations

import pytest

from foretell import Every, Grow, many, promise, task, workflow
from foretell.errors import PromiseBroken
from foretell_runtime.foresight import foresee


@task
def step(n: int) -> int:
    return n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


class Steps(Grow):
    step = many(step, at_most=3)


@task(grows=Steps)
def plan(grow: Steps, n: int) -> list[int]:
    return [grow.step(i) for i in range(n)]


@workflow
def of_what_is_there(n: int) -> int:
    promise(Every(total, out_of=step, exactly=1), Every(total, out_of=step, at_most=0))
    return total(plan(n))


@workflow
def of_what_may_come(n: int) -> int:
    promise(Every(step, into=total, exactly=1), Every(step, into=total, at_most=0))
    return total(plan(n))


def test_promises_that_contradict_each_other_about_a_node_that_is_there_are_refused() -> None:
    with pytest.raises(PromiseBroken, match=r"no number keeps both this and Every\(total"):
        foresee(of_what_is_there)


def test_promises_that_contradict_each_other_about_nodes_to_come_are_kept_without_them() -> None:
    assert foresee(of_what_may_come).left.low == 2
