"""15, Multiple instances without knowledge before: more may come while others run already."""

from __future__ import annotations

from foretell import Grow, many, task, workflow


@task(grows=lambda: More)
def visit(grow: More, house: int) -> int:
    found = [grow.visit(next_door) for next_door in (2 * house, 2 * house + 1) if next_door < 7]
    return house + len(found)


class More(Grow):
    visit = many(visit, at_most=2)


@task
def report(first: int) -> str:
    return f"done, from {first}"


@workflow
def instances_not_known_before(house: int = 1) -> str:
    return report(visit(house))
