"""38, General synchronizing merge: waits as long as somebody may still, and must, bring more."""

from __future__ import annotations

from foretell import Anything, Every, promise, task, workflow


@task
def deliver(part: str) -> str:
    return part


@task(grows=Anything)
def supply(grow: Anything, parts: list[str]) -> None:
    for part in parts:
        grow.connect(grow.create(deliver, part), grow.existing("car"))


@task
def assemble(frame: str) -> str:
    return f"{frame} and all parts"


@workflow
def general_synchronizing_merge(wheel: str = "wheel") -> str:
    supply([wheel, "seat"])
    car = assemble("a frame")
    promise(Every(assemble, out_of=deliver, at_least=2))
    return car
