"""5, Simple merge: whichever branch was taken, what follows runs once, after it."""

from __future__ import annotations

from foretell import Grow, may, one_of, task, workflow


@task
def by_card(euros: int) -> str:
    return f"{euros} by card"


@task
def in_cash(euros: int) -> str:
    return f"{euros} in cash"


class Ways(Grow):
    by_card, in_cash = may(by_card), may(in_cash)
    shape = one_of(by_card, in_cash)


@task(grows=Ways)
def pay(grow: Ways, euros: int) -> str:
    return grow.by_card(euros) if euros > 20 else grow.in_cash(euros)


@task
def receipt(paid: str) -> str:
    return f"received: {paid}"


@workflow
def simple_merge(euros: int = 35) -> str:
    return receipt(pay(euros))
