"""41, Thread merge: three of them go on as one."""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def read(page: int) -> int:
    return page


class Pages(Grow):
    read = many(read, at_least=3, at_most=3)


@task(grows=Pages)
def open_book(grow: Pages, first: int) -> list[int]:
    return grow.read.map(each(range(first, first + 3)))


@task
def retell(pages: list[int]) -> str:
    return f"about {pages}"


@workflow
def thread_merge(first: int = 7) -> str:
    return retell(open_book(first))
