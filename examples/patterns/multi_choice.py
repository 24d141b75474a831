"""6, Multi-choice: any of the branches, also several or none."""

from __future__ import annotations

from foretell import Grow, may, task, workflow


@task
def police(street: str) -> str:
    return "police"


@task
def ambulance(street: str) -> str:
    return "ambulance"


class Help(Grow):
    police, ambulance = may(police), may(ambulance)


@task(grows=Help)
def answer(grow: Help, street: str, call: str) -> list[str]:
    sent = [grow.police(street)] if "thief" in call else []
    return [*sent, grow.ambulance(street)] if "hurt" in call else sent


@workflow
def multi_choice(call: str = "a thief is hurt") -> list[str]:
    return answer("High Street", call)
