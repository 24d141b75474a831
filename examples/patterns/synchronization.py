"""3, Synchronization: a task that takes two results runs when both are there."""

from __future__ import annotations

from foretell import task, workflow


@task
def pack(item: str) -> str:
    return f"{item} in a box"


@task
def pay(item: str) -> str:
    return f"{item}, paid"


@task
def ship(parcel: str, bill: str) -> str:
    return f"{parcel} ({bill})"


@workflow
def synchronization(item: str = "tea") -> str:
    return ship(pack(item), pay(item))
