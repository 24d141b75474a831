"""11, Implicit termination: the run is done when nothing is left to do; no node says so."""

from __future__ import annotations

from foretell import Grow, may, task, workflow


@task
def thank(guest: str) -> str:
    return f"thanks, {guest}"


class Thanks(Grow):
    thank = may(thank)


@task(grows=Thanks)
def greet(grow: Thanks, guest: str) -> None:
    if guest.istitle():
        grow.thank(guest)


@workflow
def implicit_termination(guest: str = "Ada") -> None:
    greet(guest)
    greet("nobody")
