"""A task with the name of another."""

from __future__ import annotations

from foretell import task


@task
def square(n: int) -> int:
    return n**2
