"""Several results at once, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypedDict, assert_type

from foretell import task, workflow
from tests.typing.tasks import (
    Model,
    Named,
    Pair,
    Parts,
    both,
    first,
    keep,
    model,
    named,
    nested,
    pair,
    parts,
    shout,
    square,
    swap,
    total,
    use_model,
    use_parts,
)  # fmt: skip


@workflow
def outputs(n: int) -> Pair:
    assert_type(pair(n), Pair)
    assert_type(pair(n).low, int)
    assert_type(pair(n)[1], str)
    low, high = pair(n)
    assert_type(low, int)
    assert_type(high, str)
    assert_type(square(low), int)
    assert_type(shout(pair(n)[1]), str)
    assert_type(parts(n).train, list[int])
    assert_type(total(parts(n).train), int)
    assert_type(shout(parts(n).test), str)
    assert_type(named(n)["size"], int)
    assert_type(shout(named(n)["name"]), str)
    assert_type(model(n).score, float)
    assert_type(use_model(model(n)), float)
    assert_type(use_parts(parts(n)), int)
    assert_type(use_parts(Parts([square(n)], shout("x"))), int)
    assert_type(both(n)[0], int)
    number, name = both(n)
    assert_type(shout(name, number), str)
    assert_type(first([square(n)]), int)
    assert_type(first([pair(n)]).high, str)
    assert_type(keep(model(n)).label, str)
    assert_type(keep(named(n))["size"], int)
    assert_type(keep(square(n)), int)
    flipped, back = swap(both(n))
    assert_type(flipped, str)
    assert_type(back, int)
    assert_type(nested(n), Pair)
    return Pair(low, high)


@workflow
def result(n: int) -> Named:
    return {"name": shout("x"), "size": square(n)}


class Inner(NamedTuple):
    pair: Pair
    model: Model


@dataclass
class Outer:
    inner: Inner
    rows: list[Parts]


class Keys(TypedDict):
    outer: Outer


@task
def deep(n: int) -> Keys:
    return {"outer": Outer(Inner(Pair(n, "x"), Model(score=1)), [])}


@workflow
def deeper(n: int) -> int:
    assert_type(deep(n)["outer"].inner.pair.low, int)
    assert_type(deep(n)["outer"].inner.model.score, float)
    assert_type(deep(n)["outer"].rows, list[Parts])
    return square(deep(n)["outer"].inner.pair.low)


assert_type(outputs(3).high, str)
assert_type(result(3)["name"], str)
