"""Options and order before the call; keywords and defaults in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import assert_type

from foretell import Backoff, Cached, Permanent, RetryAfter, Task, cancelled, task, workflow
from tests.typing.tasks import nested, plan, prepare, shout, square, total


@workflow
def options(n: int) -> int:
    ready = prepare.node()
    assert_type(square.options(retries=3)(n), int)
    assert_type(square.options(id="sq", label="Square", tags=["a"])(n), int)
    assert_type(square.options(style={"color": "red"}).options(retries=1)(n=n), int)
    assert_type(square.after(ready)(n), int)
    assert_type(square.options(id="b").after(ready, square(n))(n), int)
    assert_type(total.after(ready).options(retries=2)([n], start=1), int)
    assert_type(square.after(ready, on="fail").after(total([n]), on="any")(n), int)
    assert_type(square.options(retries=9, backoff=1.5, timeout=30)(n), int)
    patient = Backoff(1, factor=3, at_most=60, jitter=0.5)
    assert_type(square.options(backoff=patient, timeout=timedelta(hours=1))(n), int)
    assert_type(square.options(retry_on=OSError)(n), int)
    assert_type(square.options(priority=3)(n), int)
    assert_type(square.options(cache=True)(n), int)
    assert_type(square.options(cache="v2")(n), int)
    assert_type(square.options(cache=timedelta(days=1))(n), int)
    assert_type(square.options(cache=Cached("v2", within=60))(n), int)
    assert_type(square.options(retry_on=(OSError, KeyError))(n), int)
    assert_type(shout.options(id="s")("x", mark="?"), str)
    assert_type(shout("x", 2), str)
    assert_type(shout("x", mark="?", times=2), str)
    assert_type(plan.options(id="p")(n), list[int])
    assert_type(nested.options(id="inner")(n).low, int)
    assert_type(nested.after(ready)(n).low, int)
    twice: Task[..., int] = square.options(retries=2)
    return twice(n)


class Gone(Permanent): ...


@task(retries=5, backoff=2, retry_on=(TimeoutError, ConnectionError), timeout=60)
def fetch(url: str) -> str:
    if cancelled():
        raise Gone(url)
    if url:
        raise RetryAfter(30, "too many requests")
    if len(url) > 1:
        raise RetryAfter(timedelta(minutes=1))
    if len(url) > 2:
        raise RetryAfter(datetime.now(UTC))
    raise RetryAfter("120")
