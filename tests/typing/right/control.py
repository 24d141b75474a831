"""Deciding on values that are not there yet: branches, rounds, optional values."""

from __future__ import annotations

from typing import assert_type

from foretell import Failure, failure_of, failures_of, or_else, workflow
from foretell.control import above, below, fallback, given, reduce, repeat, switch, when
from tests.typing.tasks import lookup, maybe, mean, plan, shout, square


@workflow
def control(n: int, name: str) -> int | str:
    small = below(n, 3)
    assert_type(when(small, lambda: square(n)), int | None)
    assert_type(when(small, lambda: square(n), lambda: shout(name)), int | str)
    found = lookup({"a": n}, name)
    assert_type(given(found, lambda size: square(size)), int | None)
    assert_type(given(found, square, lambda: shout(name)), int | str)
    assert_type(given(maybe(found), lambda text: shout(text), lambda: name), str)
    assert_type(switch(name, ("a", lambda: n), ("b", lambda: shout(name))), int | str)
    assert_type(repeat(square, n, until=lambda x: above(x, 9), at_most=3), int)
    assert_type(reduce(lambda so_far, x: mean([so_far, x]), plan(n), 0.0), float)
    assert_type(fallback(lambda: square(n), lambda: shout(name)), int | str)
    assert_type(fallback(lambda: square(n), lambda: shout(name), lambda: None), int | str | None)
    assert_type(
        fallback(lambda: square(n), lambda: "", lambda: None, lambda: 0.5), int | str | None | float
    )
    assert_type(or_else(square(n), None), int | None)
    assert_type(or_else(square(n), "none"), int | str)
    assert_type(square(or_else(square(n), 0)), int)
    assert_type(failure_of(square(n)), Failure)
    assert_type(or_else(failure_of(square(n)), None), Failure | None)
    assert_type(failures_of(square.node(n)), list[Failure])
    shout(failure_of(square(n)).error)
    return when(small, lambda: square(n), lambda: shout(name))
