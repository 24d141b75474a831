"""17, Interleaved parallel routing: one at a time, in any order that the edges leave."""

from __future__ import annotations

from foretell import limit, task, workflow


@task(tags=["patient"])
def blood(name: str) -> str:
    return f"blood of {name}"


@task(tags=["patient"])
def x_ray(name: str) -> str:
    return f"picture of {name}"


@task(tags=["patient"])
def explain(picture: str) -> str:
    return f"words about the {picture}"


@workflow
def interleaved_parallel_routing(name: str = "Ada") -> list[str]:
    limit("patient", running=1)
    return [blood(name), explain(x_ray(name))]
