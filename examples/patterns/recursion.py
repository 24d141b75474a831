"""22, Recursion: a task grows itself for the parts of its work."""

from __future__ import annotations

from foretell import Grow, may, par, seq, task, workflow


@task(grows=lambda: Halves)
def sort(grow: Halves, items: list[int]) -> list[int]:
    if len(items) < 2:
        return items
    middle = len(items) // 2
    return grow.merge(grow.left(items[:middle]), grow.right(items[middle:]))


@task
def merge(left: list[int], right: list[int]) -> list[int]:
    return sorted(left + right)


class Halves(Grow):
    left, right, merge = may(sort), may(sort), may(merge)
    shape = seq(par(left, right), merge)


@workflow
def recursion(last: int = 4) -> list[int]:
    return sort([3, 1, 2, last])
