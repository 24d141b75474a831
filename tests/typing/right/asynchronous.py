"""Async tasks are wired like any others."""

from __future__ import annotations

from typing import assert_type

from foretell import Node, each, task, workflow
from tests.typing.tasks import count, fetch, wild


@workflow
def asynchronous(url: str) -> int:
    assert_type(fetch(url), bytes)
    assert_type(count(fetch(url, tries=count(fetch(url)))), int)
    assert_type(fetch.node(url), Node[bytes])
    assert_type(fetch.node(url).out, bytes)
    assert_type(fetch.options(id="f").after(fetch(url))(url), bytes)
    assert_type(fetch.map(each([url])), list[bytes])
    assert_type(wild(3), int)
    return count(fetch(url))


async def unit_test() -> None:
    assert_type(await fetch.fn("x"), bytes)


@task
async def calls_plainly(url: str) -> int:
    return len(await fetch.fn(url))


assert_type(fetch("x"), bytes)
assert_type(wild(3), int)
