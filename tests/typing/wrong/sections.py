"""Rights to whole workflows take what the workflow takes."""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow
from tests.typing.tasks import square


@workflow
def twice(n: int) -> int:
    return square(square(n))


class Sections(Grow):
    twice = many(twice, at_most=2)


@task(grows=Sections)
def grow_sections(grow: Sections, n: int) -> str:
    grow.twice("x")  # !
    grow.twice()  # !
    grow.twice.map(each(["a"]))  # !
    return grow.twice(n)  # !
