"""Deciding on values that are not there yet: branches, rounds, optional values."""

from __future__ import annotations

from typing import assert_type

from foretell import workflow
from foretell.control import above, below, given, reduce, repeat, switch, when
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
    return when(small, lambda: square(n), lambda: shout(name))
