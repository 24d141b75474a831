"""What comes from outside: what cannot be asked, and is of another type than is wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from foretell import answers, ask, signal, sleep_until, workflow
from foretell.control import when
from tests.typing.tasks import Parts, shout, square


@workflow
def asking(n: int) -> int:
    ask(3, "How many?")  # !
    ask("Go on?")  # !
    ask(bool, 3)  # !
    ask(bool, "Go on?", square(n))  # !
    square(ask(str, "What?"))  # !
    shout(ask(int, "How many?"))  # !
    square(ask(int | None, "How many?"))  # !
    square(ask(Literal["a", "b"], "Which?"))  # !
    ask(Parts, "Which parts?").tran  # !
    when(ask(str, "Go on?"), lambda: n)  # !
    signal(str, "arrived")  # !
    square(signal("arrived", str))  # !
    ask(bool, "Go on?", within=timedelta(1))  # !
    ask(bool, "Go on?", default=True)  # !
    ask(bool, "Go on?", within=3600, default=True)  # !
    square(ask(int, "How many?", within=timedelta(1), default="none"))  # !
    sleep_until("tomorrow")  # !
    square(sleep_until(datetime(2030, 1, 1)))  # !
    answers({1: True})  # !
    answers(True)  # !
    return ask(str, "What?")  # !
