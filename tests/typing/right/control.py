"""Deciding on values that are not there yet: what each form gives."""

from __future__ import annotations

from typing import assert_type

from foretell import workflow
from foretell.control import given, switch, when
from tests.typing.tasks import Pair, level, lookup, pair, shout, square


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
