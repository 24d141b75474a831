"""Deciding on values that are not there yet: what no branch may be."""

from __future__ import annotations

from foretell import failure_of, failures_of, or_else, workflow
from foretell.control import above, below, fallback, given, repeat, switch, when
from tests.typing.tasks import lookup, shout, square


@workflow
def control(n: int, name: str) -> int:
    small = below(n, 3)
    found = lookup({"a": n}, name)
    when(small, square(n))  # !
    when(small)  # !
    when(name, lambda: square(n))  # !
    when(small, lambda: square(name))  # !
    square(when(small, lambda: square(n)))  # !
    square(when(small, lambda: square(n), lambda: shout(name)))  # !
    square(given(found, square))  # !
    square(switch(name, ("a", lambda: shout(name))))  # !
    repeat(shout, n, until=lambda x: above(x, 9))  # !
    repeat(square, n, until=above)  # !
    below(name, 3)  # !
    fallback(square(n), lambda: n)  # !
    fallback(lambda: n)  # ! neither
    square(fallback(lambda: n, lambda: name))  # !
    square(or_else(square(n), None))  # !
    square(or_else(shout(name), 0))  # !
    or_else(square(n))  # !
    square(failure_of(square(n)))  # !
    failure_of(square(n)).why  # !
    shout(failures_of(square(n)).error)  # !
    return when(small, lambda: square(n), lambda: shout(name))  # !
