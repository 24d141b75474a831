"""Deciding on values that are not there yet: what each form gives."""

from __future__ import annotations

from typing import assert_type

from foretell import workflow
from foretell.control import (
    above,
    below,
    both,
    either,
    equal,
    given,
    is_none,
    not_,
    reduce,
    repeat,
    switch,
    when,
)
from tests.typing.tasks import Pair, join, level, lookup, pair, shout, square


@workflow
def decides(flag: bool, n: int, table: dict[str, int]) -> int | str:
    assert_type(when(flag, lambda: square(n)), int | None)
    assert_type(when(flag, lambda: square(n), lambda: shout("x")), int | str)
    assert_type(when(flag, lambda: square(n), lambda: square(2)), int)
    assert_type(when(flag, lambda: pair(n)), Pair | None)
    found = lookup(table, "x")
    assert_type(given(found, lambda known: square(known)), int | None)
    assert_type(given(found, square, lambda: shout("x")), int | str)
    assert_type(given(found, lambda known: known, lambda: "none"), int | str)
    assert_type(switch(n, (1, lambda: square(n)), (2, lambda: shout("x"))), int | str)
    assert_type(switch(n, (1, lambda: square(n)), (2, lambda: 2), (3, lambda: None)), int | None)
    switch(level("low"), (0, lambda: 1), (1, lambda: 2))

    def nested() -> str | None:
        return when(flag, lambda: shout("x"))

    assert_type(when(flag, nested, lambda: 3), str | int | None)
    return when(flag, lambda: square(n), lambda: shout("x"))


@workflow
def goes_round(n: int, texts: list[str]) -> int:
    assert_type(repeat(square, n, until=lambda m: below(m, 3), at_most=5), int)
    assert_type(repeat(lambda m: square(m), n, until=lambda m: not_(above(m, 3))), int)
    assert_type(reduce(lambda so_far, text: join([so_far, text]), texts, ""), str)
    assert_type(both(below(n, 2.5), equal("x", n)), bool)
    return repeat(square, n, until=lambda m: either(below(m, 1), is_none(m)))
