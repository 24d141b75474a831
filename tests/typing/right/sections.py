"""Rights to whole workflows."""

from __future__ import annotations

from typing import assert_type

from foretell import Answer, Grow, Shape, each, many, seq, task, workflow
from tests.typing.tasks import square


@workflow
def twice(n: int, name: str = "x") -> int:
    return square(square(n))


class Sections(Grow):
    twice = many(twice)
    shape: Shape = many(seq(twice), at_most=2)


@task(grows=Sections)
def grow_sections(grow: Sections, n: int) -> list[int]:
    assert_type(grow.twice(n, name="x"), int)
    assert_type(grow.twice.options(id="t").after(n)(n), int)
    assert_type(grow.twice.would(n), Answer)
    assert_type(grow.twice.map(each([n])), list[int])
    return grow.twice.map(each([n]), name="y")
