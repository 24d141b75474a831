"""42, Thread split: one begins three of the same, and no more, each with a sequel of its own."""

from __future__ import annotations

from foretell import Grow, each, many, seq, task, workflow


@task
def print_page(page: int) -> str:
    return f"page {page}"


@task
def fold(page: str) -> str:
    return f"{page}, folded"


class Copies(Grow):
    print_page, fold = many(print_page), many(fold)
    shape = many(seq(print_page, fold), at_least=3, at_most=3)


@task(grows=Copies)
def start_press(grow: Copies, page: int) -> list[str]:
    return grow.fold.map(each(grow.print_page.map(each([page] * 3))))


@workflow
def thread_split(page: int = 1) -> list[str]:
    return start_press(page)
