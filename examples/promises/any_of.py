"""Promise: one thing or another, whichever way it goes.

A party is paid by card or in cash, but not partly this way and partly that. As soon as somebody has
paid, only one of the two ways is left, and the picture shows only that one.

    foretell run examples/promises/any_of.py
    foretell run examples/promises/any_of.py -i ways="card cash card"      breaks the promise
"""

from __future__ import annotations

from foretell import AnyOf, Count, Grow, many, promise, task, workflow


@task
def pay_by_card(guest: int) -> str:
    return f"guest {guest} by card"


@task
def pay_in_cash(guest: int) -> str:
    return f"guest {guest} in cash"


class Payments(Grow):
    card = many(pay_by_card)
    cash = many(pay_in_cash)


@task(grows=Payments)
def bring_the_bill(grow: Payments, ways: str) -> list[str]:
    pay = {"card": grow.card, "cash": grow.cash}
    return [pay[way](guest) for guest, way in enumerate(ways.split())]


@workflow
def any_of(ways: str = "card card") -> list[str]:
    promise(AnyOf(Count(pay_by_card, at_most=0), Count(pay_in_cash, at_most=0)))
    return bring_the_bill(ways)
