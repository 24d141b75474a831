"""Names in shapes, as authors use them: rights in a use, and saying which."""

from __future__ import annotations

import pytest

from foretell import (
    Anything,
    Grow,
    LawBroken,
    PromiseBroken,
    Shaped,
    WiringError,
    let,
    many,
    may,
    one,
    par,
    promise,
    seq,
    task,
    use,
    workflow,
)
from foretell.bodies.advice import look_at
from foretell_runtime.machine import events as ev
from tests.engine import Engine


@task
def begin(n: int) -> int:
    return n + 1


@task
def end(n: int) -> int:
    return n * 2


@workflow
def both(n: int) -> int:
    return end(begin(n))


class Pairs(Grow):
    begin, end = many(begin), many(end)
    shape = let("pair", may(seq(begin, use("pair"), end)), deep=3)


@task(grows=Pairs)
def nest(grow: Pairs, deep: int) -> int:
    n = 0
    for _ in range(deep):
        n = grow.begin(n)
    for _ in range(deep):
        n = grow.end(n)
    return n


class Sides(Grow):
    begin, both, last = many(begin), many(both), one(end)
    shape = let(
        "side",
        seq(begin, both),
        seq(par(use("side", slot="left"), use("side", slot="right")), last),
    )


@task(grows=Sides)
def sides(grow: Sides, named: list[str]) -> int:
    begun = []
    for slot in named:
        right = grow.begin.options(slot=slot) if slot else grow.begin
        begun.append(right(1))
    return grow.last.after(*[grow.both(n) for n in begun])(1)


@task(grows=Anything)
def freely(grow: Anything, deep: int) -> int:
    n = 0
    for i in range(deep):
        n = grow.into("pair." * i + "begin").create(begin, n).out
    for _ in range(deep):
        n = grow.into("*.end").create(end, n).out
    return n


@workflow
def nested(deep: int) -> int:
    return nest(deep)


@workflow
def less_nested(deep: int) -> int:
    n = nest(deep)
    promise(Shaped(let("pair", may(seq(one(begin), use("pair"), one(end))), deep=2), scope=n))
    return n


@workflow
def freely_nested(deep: int) -> int:
    n = freely(deep)
    promise(Shaped(let("pair", may(seq(one(begin), use("pair"), one(end))), deep=3), scope=n))
    return n


@workflow
def two_sides(named: list[str]) -> int:
    return sides(named)


def slots(engine: Engine) -> list[str | None]:
    return [live.node.slot for live in engine.state.judge.graph.nodes.values() if live.maker]


def test_pairs_grown_in_a_loop_lie_within_each_other() -> None:
    engine = Engine(nested, deep=3)
    assert engine.run() == 3 * 8
    inner = ["pair.pair.begin", "pair.pair.end"]
    assert slots(engine) == ["begin", "pair.begin", *inner, "pair.end", "end"]


def test_less_may_be_promised_of_one_node() -> None:
    engine = Engine(less_nested, deep=2)
    assert {c.id for c in engine.horizons[0].classes} == {
        "n/begin", "n/pair.begin", "n/pair.end", "n/end",
    }  # fmt: skip
    assert engine.run() == 2 * 4
    engine = Engine(less_nested, deep=3)
    with pytest.raises(PromiseBroken, match="finds no place that is free"):
        engine.run()
    (broken,) = (fact for fact in engine.facts if isinstance(fact, ev.Broken))
    assert broken.says.startswith("Shaped(let('pair', one_of(seq(one(begin), use('pair'), ")


def test_who_may_grow_anything_names_the_use_or_leaves_it_to_the_wires() -> None:
    engine = Engine(freely_nested, deep=3)
    assert engine.run() == 3 * 8
    assert slots(engine)[-3:] == ["pair.pair.end", "pair.end", "end"]


def test_nodes_of_a_workflow_lie_in_the_use_to_which_their_wires_lead() -> None:
    engine = Engine(two_sides, named=["right.begin", "left.begin"])
    engine.run()
    assert slots(engine) == [
        "right.begin", "left.begin",
        "right.both.begin", "right.both.end", "left.both.begin", "left.both.end", "last",
    ]  # fmt: skip


def test_where_nobody_can_tell_the_use_the_task_is_told_its_places() -> None:
    with pytest.raises(LawBroken, match=r"\(left.begin, right.begin\).*options\(slot=...\)"):
        Engine(two_sides, named=[""]).run()


def test_a_place_of_another_right_is_refused_where_it_is_named() -> None:
    with pytest.raises(WiringError, match="must be a place of the right 'begin'"):
        Pairs.begin.options(slot="pair.end")


def test_bodies_are_read_without_false_alarms() -> None:
    for growing in (nest, sides):
        body = look_at(growing)
        assert body is not None
        assert not body.warnings and not body.advice
