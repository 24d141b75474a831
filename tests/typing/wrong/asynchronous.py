"""Async tasks: their results are results, not coroutines."""

from __future__ import annotations

from foretell import each, task, workflow
from tests.typing.tasks import count, fetch, square, wild


@workflow
def asynchronous(url: str) -> int:
    square(fetch(url))  # !
    count(url)  # !
    fetch(fetch(url))  # !
    fetch(url).split(1)  # !
    fetch.map(each([fetch(url)]))  # !
    fetch.node(3)  # !
    square(fetch.node(url).out)  # !
    wild(url)  # !
    return fetch(url)  # !


@task
async def awaits(url: str) -> int:
    await fetch(url)  # !
    return await fetch.fn(url)  # !
