"""Wrong lines that a type checker cannot see (or only the one that is named), because their types
are right or not known. Each is refused at registration, with the words beside it
(`test_unseen.py`)."""

from __future__ import annotations

from typing import Any

from foretell import NoNewEdges, each, promise, workflow
from foretell.control import given
from tests.typing.tasks import Squares, lookup, pair, shout, square, total


@workflow
def each_outside_map(n: int) -> int:
    return square(each([1, 2]))  # ! neither: each(...) belongs into .map(...)


@workflow
def map_without_each(n: int) -> list[int]:
    return square.map(n)  # ! neither: .map() needs an argument marked with each(...)


@workflow
def unequal(n: int) -> list[str]:
    return shout.map(each(["a"]), each([1, 2]))  # ! neither: must be equally long, not 1 and 2


@workflow
def after_a_text(n: int) -> int:
    return square.after("prepare")(n)  # ! neither: after() takes results and nodes of this workflow


@workflow
def right_of_nobody(n: int) -> int:
    return Squares.square(n)  # ! neither: is used outside a running task


@workflow
def edges_of_nothing(n: int) -> int:
    promise(NoNewEdges(start=3))  # ! neither: NoNewEdges speaks of a task
    return square(n)


@workflow
def out_of_any(n: int) -> int:
    numbers: Any = pair(n)
    return total([numbers.high.upper])  # ! neither: has no field 'upper'


@workflow
def constant_out_of_any(n: int) -> int:
    wrong: Any = "three"
    return square(wrong)  # ! neither: input 'n': expected int, got str 'three'


@workflow
def wire_out_of_any(n: int) -> int:
    wrong: Any = lookup({"x": n}, "x")
    return total(wrong)  # ! neither: but input 'numbers' of task 'total' takes list[int]


@workflow
def branch_of_another_type(n: int) -> str | None:
    return given(
        lookup({"a": n}, "a"),
        lambda size: shout(size),  # ! pyright: is int, but input 'text' of task 'shout' takes str
    )
