"""Options and order before the call; keywords and defaults in it."""

from __future__ import annotations

from typing import assert_type

from foretell import Task, workflow
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
    assert_type(shout.options(id="s")("x", mark="?"), str)
    assert_type(shout("x", 2), str)
    assert_type(shout("x", mark="?", times=2), str)
    assert_type(plan.options(id="p")(n), list[int])
    assert_type(nested.options(id="inner")(n).low, int)
    assert_type(nested.after(ready)(n).low, int)
    twice: Task[..., int] = square.options(retries=2)
    return twice(n)
