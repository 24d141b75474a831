"""39, Critical section: of the nodes with a tag only one runs at a time, whoever made them."""

from __future__ import annotations

from foretell import Grow, each, limit, many, task, workflow


@task(tags=["till"])
def pay(customer: str) -> str:
    return f"{customer} has paid"


class Shop(Grow):
    pay = many(pay)


@task(grows=Shop)
def serve(grow: Shop, customers: list[str]) -> list[str]:
    return grow.pay.map(each(customers))


@workflow
def critical_section(last: str = "Mary") -> list[list[str]]:
    limit("till", running=1)
    return [serve(["Ada", "Grace"]), serve([last])]
