"""40, Interleaved routing: all of these, in any order, one at a time."""

from __future__ import annotations

from foretell import limit, task, workflow


@task(tags=["lift"])
def pad(name: str) -> str:
    return f"{name}: new pads"


@task(tags=["lift"])
def tyre(name: str) -> str:
    return f"{name}: new tyres"


@task(tags=["lift"])
def oil(name: str) -> str:
    return f"{name}: new oil"


@workflow
def interleaved_routing(name: str = "bus") -> list[str]:
    limit("lift", running=1)
    return [pad(name), tyre(name), oil(name)]
