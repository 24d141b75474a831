"""Promise: A -> X -> B, where X is of the form N -> M or of the form J -> K, in one line.

`handle` may grow anything. What lies between it and `tell` is promised by the workflow instead: a
parcel is packed and posted, or it is ordered and passed on.

    foretell run examples/promises/shaped.py
    foretell run examples/promises/shaped.py -i steps="pack pass_on"      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, Shaped, Task, one, one_of, promise, seq, task, workflow


@task
def pack(item: str) -> str:
    return f"box of {item}"


@task
def post(item: str) -> str:
    return f"{item}, by post"


@task
def order(item: str) -> str:
    return f"order of {item}"


@task
def pass_on(item: str) -> str:
    return f"{item}, passed on"


STEPS: dict[str, Task[[str], str]] = {t.__name__: t for t in (pack, post, order, pass_on)}


@task(grows=Anything)
def handle(grow: Anything, item: str, steps: str) -> str:
    for step in steps.split():
        item = grow.create(STEPS[step], item).out
    return item


@task
def tell(parcel: str) -> str:
    return f"on its way: {parcel}"


@workflow
def shaped(item: str = "tea", steps: str = "pack post") -> str:
    parcel = handle(item, steps)
    ways = one_of(seq(one(pack), one(post)), seq(one(order), one(pass_on)))
    promise(Shaped(ways, scope=parcel))
    return tell(parcel)
