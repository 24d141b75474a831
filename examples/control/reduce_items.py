"""One round for each item of a list that is known only when the workflow runs, one after the other.

Each round takes what the one before it gave.

    foretell run examples/control/reduce_items.py
"""

from __future__ import annotations

from foretell import task, workflow
from foretell.control import reduce


@task
def chapters_of(book: str) -> list[str]:
    return [f"{book} I", f"{book} II", f"{book} III"]


@task
def read(chapter: str) -> int:
    return len(chapter)


@task
def remember(so_far: str, pages: int) -> str:
    return f"{so_far}+{pages}"


@workflow
def reduce_items(book: str = "Tea") -> str:
    return reduce(lambda so_far, chapter: remember(so_far, read(chapter)), chapters_of(book), "0")
