"""Promise: the contrary of another vow.

There are never exactly thirteen at the table; twelve are fine, and so are fourteen.

    foretell run examples/promises/not_so.py -i guests=12
    foretell run examples/promises/not_so.py -i guests=13      breaks the promise
"""

from __future__ import annotations

from foretell import Count, Grow, Not, each, many, promise, task, workflow


@task
def lay_a_place(guest: int) -> str:
    return f"plate {guest}"


class Places(Grow):
    lay_a_place = many(lay_a_place)


@task(grows=Places)
def invite(grow: Places, guests: int) -> list[str]:
    return grow.lay_a_place.map(each(range(guests)))


@task
def dine(places: list[str]) -> int:
    return len(places)


@workflow
def not_so(guests: int = 3) -> int:
    promise(Not(Count(lay_a_place, exactly=13)))
    return dine(invite(guests))
