"""A decision on a value that is known only when the workflow runs.

Both branches are drawn before; one of them comes.

    foretell run examples/control/when_flag.py
    foretell run examples/control/when_flag.py -i item=sugar
"""

from __future__ import annotations

from foretell import task, workflow
from foretell.control import when


@task
def in_stock(item: str) -> bool:
    return item in ("tea", "cups")


@task
def pack(item: str) -> str:
    return f"a parcel of {item}"


@task
def ship(parcel: str) -> str:
    return f"{parcel}, shipped"


@task
def order(item: str) -> str:
    return f"{item}, ordered"


@task
def tell(news: str) -> str:
    return f"Dear customer: {news}"


@workflow
def when_flag(item: str = "tea") -> str:
    there = in_stock(item)
    news = when(there, lambda: ship(pack(item)), lambda: order(item))
    return tell(news)
