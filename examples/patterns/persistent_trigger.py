"""24, Persistent trigger: a signal from outside is kept until its turn comes."""

from __future__ import annotations

from foretell import signal, task, workflow


@task
def set_the_table(guests: int) -> str:
    return f"{guests} places"


@task
def serve(table: str, dish: str) -> str:
    return f"{dish} at {table}"


@workflow
def persistent_trigger(guests: int = 4) -> str:
    table = set_the_table(guests)
    return serve(table, signal("the oven rings", str))
