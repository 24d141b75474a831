"""What comes from outside has the type that was asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, assert_type

from foretell import answers, ask, signal, sleep_until, workflow
from foretell.control import switch, when
from tests.typing.tasks import Model, Parts, shout, square


@workflow
def asking(n: int, name: str) -> int | None:
    yes = ask(bool, "Go on?")
    assert_type(yes, bool)
    assert_type(ask(int | None, "How many?", about=square(n)), int | None)
    kind = ask(Literal["bug", "spam"], "What is it?")
    assert_type(kind, Literal["bug", "spam"])
    assert_type(ask(list[int], "Which?"), list[int])
    parts = ask(Parts, "Which parts?")
    assert_type(parts.train, list[int])
    assert_type(signal("scored", Model).score, float)
    hour = timedelta(hours=1)
    assert_type(ask(bool, "Go on?", about=n, within=hour, default=False), bool)
    assert_type(ask(int | None, "How many?", within=hour, default=None), int | None)
    woken = sleep_until(datetime(2030, 1, 1))
    assert_type(woken, datetime)
    square.after(woken)(n)
    shout(ask(str, "What?"))
    switch(kind, ("bug", lambda: n), ("spam", lambda: 0))
    return when(yes, lambda: square(ask(int, "How many?")))


with answers({"Go on?": True, "arrived": iter([1, 2])}):
    assert_type(asking(1, "a"), int | None)
