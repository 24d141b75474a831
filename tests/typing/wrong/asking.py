"""What comes from outside: what cannot be asked, and is of another type than is wanted."""

from __future__ import annotations

from typing import Literal

from foretell import answers, ask, signal, workflow
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
    answers({1: True})  # !
    answers(True)  # !
    return ask(str, "What?")  # !
