"""A promise that is broken, on purpose: the run ends with exit code 3 and says whose promise it
was, where it was made, what broke it, and what would have been allowed.

    foretell run examples/promise_broken.py -i guests=5
"""

from __future__ import annotations

from foretell import Count, Grow, many, promise, task, workflow


@task
def lay_a_place(guest: int) -> str:
    return f"plate {guest}"


class Places(Grow):
    place = many(lay_a_place)


@task(grows=Places)
def invite(grow: Places, guests: int) -> list[str]:
    return [grow.place(guest) for guest in range(guests)]


@task
def dine(places: list[str]) -> int:
    return len(places)


@workflow
def promise_broken(guests: int = 5) -> int:
    promise(Count(lay_a_place, at_most=4))  # there are four chairs
    return dine(invite(guests))
