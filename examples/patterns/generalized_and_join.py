"""33, Generalized AND-join: pairs that belong together meet, however many come."""

from __future__ import annotations

from foretell import Grow, many, par, seq, task, workflow


@task
def text(page: int) -> str:
    return f"text {page}"


@task
def picture(page: int) -> str:
    return f"picture {page}"


@task
def lay_out(text: str, picture: str) -> str:
    return f"{text}, {picture}"


class Book(Grow):
    text, picture, lay_out = many(text), many(picture), many(lay_out)
    shape = many(seq(par(text, picture), lay_out), at_most=50)


@task(grows=Book)
def make(grow: Book, pages: int) -> list[str]:
    return [
        grow.lay_out(grow.text(page), grow.picture.options(instance=page)(page))
        for page in range(pages)
    ]


@workflow
def generalized_and_join(pages: int = 2) -> list[str]:
    return make(pages)
