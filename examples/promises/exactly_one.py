"""Promise: exactly one of several vows is kept.

A court of one judge or of three: never of two, and never of none. While the promise is still owed,
a court that ends its growth with two judges breaks it.

    foretell run examples/promises/exactly_one.py -i judges=3
    foretell run examples/promises/exactly_one.py -i judges=2      breaks the promise
"""

from __future__ import annotations

from foretell import Count, ExactlyOne, Grow, many, promise, task, workflow


@task
def judge(case: str) -> bool:
    return "guilty" in case


class Court(Grow):
    judge = many(judge, at_most=5)


@task(grows=Court)
def appoint(grow: Court, case: str, judges: int) -> list[bool]:
    return [grow.judge(case) for _ in range(judges)]


@task
def decide(votes: list[bool]) -> bool:
    return sum(votes) * 2 > len(votes)


@workflow
def exactly_one(case: str = "not guilty", judges: int = 3) -> bool:
    promise(ExactlyOne(Count(judge, exactly=1), Count(judge, exactly=3)))
    return decide(appoint(case, judges))
