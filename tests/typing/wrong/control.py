"""Branches are functions, and what they give is checked where it goes."""

from __future__ import annotations

from foretell import workflow
from foretell.control import below, given, not_, repeat, switch, when
from tests.typing.tasks import lookup, shout, square


@workflow
def decides(flag: bool, n: int, table: dict[str, int]) -> None:
    when("yes", lambda: square(n))  # !
    when(flag, square(n))  # !
    when(flag, lambda: square("x"))  # !
    perhaps = when(flag, lambda: square(n))
    square(perhaps)  # !
    square(when(flag, lambda: n, lambda: shout("x")))  # !
    given(lookup(table, "x"), lambda known: shout(known))  # ! pyright
    given(lookup(table, "x"), shout)  # !
    switch(n, (1, square(n)))  # !
    square(switch(n, (1, lambda: n), (2, lambda: "x")))  # !
    repeat(shout, n, until=lambda m: below(m, 3))  # !
    repeat(square, n, until=square)  # !
    below("x", 3)  # !
    when(not_(n), lambda: n)  # !
