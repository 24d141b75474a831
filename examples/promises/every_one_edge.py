"""Promise: every M has exactly one edge to B (here: every invoice goes into `add_up`, once).

What `collect` grows is added up anyway, for `add_up` comes after `collect`. What `look_again` finds
is not, unless it says so: an invoice that nobody can connect any more breaks the promise.

    foretell run examples/promises/every_one_edge.py
    foretell run examples/promises/every_one_edge.py -i forgetful=true      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, Every, Grow, each, many, promise, task, workflow


@task
def read_invoice(number: int) -> int:
    return number * 10


class Invoices(Grow):
    read_invoice = many(read_invoice)


@task(grows=Invoices)
def collect(grow: Invoices, count: int) -> list[int]:
    return grow.read_invoice.map(each(range(count)))


@task(grows=Anything)
def look_again(grow: Anything, forgetful: bool) -> None:
    late = grow.create(read_invoice, 7)
    if not forgetful:
        grow.connect(late, grow.existing("total"))


@task
def add_up(invoices: list[int]) -> int:
    return sum(invoices)


@workflow
def every_one_edge(count: int = 2, forgetful: bool = False) -> int:
    found = collect(count)
    look_again(forgetful)
    total = add_up(found)
    promise(Every(read_invoice, into=total, exactly=1))
    return total
