"""7, Structured synchronizing merge: what follows waits for the branches taken, and for no other."""

from __future__ import annotations

from foretell import Grow, may, task, workflow


@task
def bake(order: str) -> str:
    return "bake"


@task
def brew(order: str) -> str:
    return "brew"


class Kitchen(Grow):
    bake, brew = may(bake), may(brew)


@task(grows=Kitchen)
def prepare(grow: Kitchen, order: str) -> list[str]:
    made = [grow.bake(order)] if "cake" in order else []
    return [*made, grow.brew(order)] if "tea" in order else made


@task
def serve(dishes: list[str]) -> int:
    return len(dishes)


@workflow
def structured_synchronizing_merge(order: str = "tea and cake") -> int:
    return serve(prepare(order))
