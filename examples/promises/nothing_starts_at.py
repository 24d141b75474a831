"""Promise: no edges can be created starting at node A (here `key`).

Nothing that comes later may wait for the login and so learn the key; only `fetch`, which was
there from the beginning, does.

    foretell run examples/promises/nothing_starts_at.py
    foretell run examples/promises/nothing_starts_at.py -i curious=true      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, NoNewEdges, promise, task, workflow


@task
def login(user: str) -> str:
    return f"key of {user}"


@task
def parse(page: str) -> str:
    return page.title()


@task(grows=Anything)
def fetch(grow: Anything, key: str, curious: bool) -> str:
    parsed = grow.create(parse, "home page")
    if curious:
        grow.connect(grow.existing("key"), parsed)
    return parsed.out


@workflow
def nothing_starts_at(user: str = "ada", curious: bool = False) -> str:
    key = login(user)
    promise(NoNewEdges(start=key))
    return fetch(key, curious)
