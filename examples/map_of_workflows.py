"""A -> (a whole workflow)* -> B: every item goes through the same steps.

`prepare` is a workflow, and `pack` holds a right to it. Using the right adds all its nodes at once, in
a frame of their own. Before the run the frame says how many there may be; inside it the steps stand
in the order of the workflow.

    foretell run examples/map_of_workflows.py
    foretell run examples/map_of_workflows.py -i order="tea pot cup tin"    more than three
"""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def weigh(item: str) -> int:
    return len(item)


@task
def wrap(item: str, paper: str) -> str:
    return f"{item} in {paper}"


@task
def address(wrapped: str, grams: int) -> str:
    return f"{wrapped} ({grams} g)"


@workflow
def prepare(item: str, paper: str = "blue") -> str:
    grams = weigh(item)
    return address(wrap(item, paper), grams)


class Parcels(Grow):
    prepare = many(prepare, at_most=3)


@task(grows=Parcels)
def pack(grow: Parcels, items: list[str]) -> list[str]:
    return grow.prepare.map(each(items), paper="red")


@task
def pick(order: str) -> list[str]:
    return order.split()


@task
def ship(parcels: list[str]) -> str:
    return ", ".join(parcels)


@workflow
def map_of_workflows(order: str = "tea pot") -> str:
    return ship(pack(pick(order)))
