"""Branches that have a name, and use what is not there yet as if it were."""

from __future__ import annotations

from typing import Any

from foretell import task, workflow
from foretell.control import fallback, given, repeat, switch, when


@task
def perhaps(n: int) -> int | None:
    return n or None


@task
def is_good(n: int) -> bool:
    return n > 3


@task
def same(value: Any) -> Any:
    return value


@workflow
def taken_value(n: int) -> Any:
    def known(x: int) -> Any:
        return same(1 if x is None else x)  # ! 'x' cannot be compared with `is None`

    return given(perhaps(n), known)


@workflow
def captured_value(n: int) -> Any:
    def then() -> Any:
        return same(x is None)  # ! 'x' cannot be compared with `is None`

    if n is n:  # so that it is read only when it is called
        x: Any = perhaps(n)
    return when(is_good(n), then)


@workflow
def round_of_its_own(n: int) -> Any:
    def better(x: Any) -> Any:
        return same(f"{x!r}")  # ! 'x' cannot be turned into text

    return repeat(better, n, until=is_good)


def of_the_module(x: int) -> Any:
    return same(isinstance(x, int))  # ! 'x' has no type that could be looked at yet


@workflow
def branch_of_the_module(n: int) -> Any:
    return given(perhaps(n), of_the_module)


@workflow
def a_workflow(x: int) -> Any:
    return same(x is None)  # ! 'x' cannot be compared with `is None`


@workflow
def branch_that_is_a_workflow(n: int) -> Any:
    return given(perhaps(n), a_workflow)


@workflow
def case_and_way(n: int) -> Any:
    x = perhaps(n)

    def case() -> Any:
        return same(1)

    def other() -> Any:
        match x:  # ! 'x' cannot be matched
            case None:
                return 1
        return 2

    return fallback(lambda: switch(is_good(n), (True, case), (False, case)), other)


@workflow
def right(n: int) -> Any:
    mode = None

    def then(x: int) -> Any:
        y = 3 if mode is None else 4
        return same([x, y])

    def otherwise() -> Any:
        return same(repr(mode))

    return given(perhaps(n), then, otherwise)
