"""`.map`: one call for each item."""

from __future__ import annotations

from typing import assert_type

from foretell import each, workflow
from tests.typing.tasks import (
    Pair,
    fetch,
    first,
    join,
    model,
    nested,
    pair,
    plan,
    shout,
    square,
    total,
    use_model,
)  # fmt: skip


@workflow
def maps(n: int, name: str) -> int:
    assert_type(square.map(each([1, 2])), list[int])
    assert_type(square.map(n=each(range(3))), list[int])
    assert_type(square.map(each(square.map(each([n, n])))), list[int])
    assert_type(shout.map(each(["a"]), n), list[str])
    assert_type(shout.map(text=each({"a", "b"}), times=each([1, 2])), list[str])
    assert_type(shout.map("a", each([1]), mark=each(["?"])), list[str])
    assert_type(fetch.map(each(["a"]), tries=2), list[bytes])
    assert_type(pair.map(each([1])), list[Pair])
    assert_type([found.high for found in pair.map(each([1]))], list[str])
    assert_type(nested.map(each([1]), name=name), list[Pair])
    assert_type(plan.map(each([1, 2])), list[list[int]])
    assert_type(total.map(each(plan.map(each([1, 2])))), list[int])
    assert_type(use_model.map(each([model(n)])), list[float])
    assert_type(join(shout.map(each(["a"]))), str)
    assert_type(first(square.map(each([1]))), int)
    assert_type(square.options(retries=1).map(each([1])), list[int])
    return total(square.map(each([1, 2])))
