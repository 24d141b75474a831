"""Promises made while it runs: once the estimate is there, no more is done than can be paid for.

`estimate` promises what could not be known before. From that event on the picture is narrower, and
the promise binds every task, whatever its own growth allows. A task may ask first (`would`).

    foretell run examples/promises/made_while_running.py
    foretell run examples/promises/made_while_running.py -i reckless=true      breaks the promise
"""

from __future__ import annotations

from foretell import Count, Grow, many, task, workflow


@task
def lay_bricks(row: int) -> str:
    return f"row {row}"


@task(grows=Grow)  # adds nothing, may promise
def estimate(grow: Grow, money: int) -> int:
    rows = money // 100
    grow.promise(Count(lay_bricks, at_most=rows))
    return rows


class Rows(Grow):
    lay_bricks = many(lay_bricks)


@task(grows=Rows)
def build(grow: Rows, rows: int, reckless: bool) -> list[str]:
    wall = [grow.lay_bricks(row) for row in range(rows)]
    if reckless or grow.lay_bricks.would(rows):
        wall.append(grow.lay_bricks(rows))
    return wall


@workflow
def made_while_running(money: int = 250, reckless: bool = False) -> list[str]:
    return build(estimate(money), reckless)
