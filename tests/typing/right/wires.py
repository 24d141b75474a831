"""Results as inputs: what fits."""

from __future__ import annotations

from typing import Any, assert_type

from foretell import Graph, Workflow, workflow
from tests.typing.tasks import (
    either,
    greet,
    join,
    lookup,
    maybe,
    mean,
    nested,
    quiet,
    shout,
    square,
    total,
    user,
)  # fmt: skip


@workflow
def wires(n: int, name: str) -> float:
    assert_type(square(n), int)
    assert_type(square(square(n)), int)
    assert_type(shout(name), str)
    assert_type(shout(name, square(n)), str)
    assert_type(shout(text=name, times=square(n), mark=shout(name)), str)
    assert_type(total([square(1), square(2), 3]), int)
    assert_type(total([square(i) for i in range(3)], square(4)), int)
    assert_type(mean([square(1), 2.5]), float)
    assert_type(mean((square(1), mean([1]))), float)
    assert_type(join([shout(name), "x"]), str)
    assert_type(join({name: 1}), str)
    assert_type(lookup({name: square(n)}, shout(name)), int | None)
    assert_type(either(square(n)), int | str)
    assert_type(either(either(shout(name))), int | str)
    assert_type(maybe(lookup({"a": n}, "a")), str | None)
    assert_type(greet(user(n)), str)
    assert_type(nested(square(n)).low, int)
    assert_type(nested(n, name=shout(name)).high, str)
    quiet(n)
    made: float = total([n])
    return made


assert_type(wires.compile(), Graph)
assert_type(wires(3, "x"), float)
assert_type(square(3), int)
assert_type(square.fn(3), int)
whole: Workflow[Any, float] = wires
