"""2, Parallel split: two tasks need the same result, and none waits for the other."""

from __future__ import annotations

from foretell import task, workflow


@task
def order(item: str) -> str:
    return item


@task
def pack(item: str) -> str:
    return f"{item} in a box"


@task
def bill(item: str) -> str:
    return f"a bill for {item}"


@workflow
def parallel_split(item: str = "tea") -> list[str]:
    ordered = order(item)
    return [pack(ordered), bill(ordered)]
