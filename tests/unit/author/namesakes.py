"""A task that shares its name with another module's."""

from __future__ import annotations

from foretell import task, workflow
from tests.unit.author import samples


@task
def square(n: int) -> int:
    return n**2


@workflow
def both(n: int) -> list[int]:
    return [square(n), samples.square(n)]
