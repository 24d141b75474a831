"""Deciding on values that are not there yet: what no branch may be."""

from __future__ import annotations

from foretell import workflow
from foretell.control import above, below, given, repeat, switch, when
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
    return when(small, lambda: square(n), lambda: shout(name))  # !
