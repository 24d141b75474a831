"""Naming the place of a promised shape that a new node fills, where its task does not tell."""

from __future__ import annotations

import pytest

from foretell import (
    Anything,
    LawBroken,
    PromiseBroken,
    Shaped,
    WiringError,
    loop,
    many,
    may,
    one,
    promise,
    rehearse,
    seq,
    task,
    workflow,
)
from foretell.bodies.advice import look_at
from tests.engine import Engine


@task
def taste(dish: str) -> str:
    return f"{dish}, tasted"


@task(grows=Anything)
def cook(grow: Anything, dish: str, places: list[str]) -> str:
    for place in places:
        name, _, number = place.partition(" ")
        into = grow
        if name:
            into = grow.into(name, instance=int(number)) if number else grow.into(name)
        dish = into.create(taste, dish).out
    return dish


@workflow
def tasted_twice(places: list[str]) -> str:
    dish = cook("soup", places)
    promise(Shaped(seq(one(taste), may(taste)), scope=dish))
    return dish


@workflow
def tasted_again(places: list[str]) -> str:
    dish = cook("soup", places)
    promise(Shaped(loop(seq(one(taste), one(taste))), scope=dish))
    return dish


def slots(engine: Engine) -> list[str | None]:
    return [live.node.slot for live in engine.state.judge.graph.nodes.values() if live.maker]


def test_a_creator_names_the_place_that_a_node_fills() -> None:
    engine = Engine(tasted_twice, places=["taste", "taste_2"])
    assert engine.run() == "soup, tasted, tasted"
    assert slots(engine) == ["taste", "taste_2"]


def test_and_the_instance_of_a_group() -> None:
    engine = Engine(tasted_again, places=["taste 0", "taste_2 0", "taste 1", "taste_2 1"])
    assert engine.run() == "soup, tasted, tasted, tasted, tasted"
    assert slots(engine) == ["taste[0]", "taste_2[0]", "taste[1]", "taste_2[1]"]


def test_the_refusal_names_the_places_and_how_to_say_one() -> None:
    with pytest.raises(LawBroken) as caught:
        Engine(tasted_twice, places=["taste", ""]).run()
    assert "(taste, taste_2)" in str(caught.value)
    assert "grow.into('taste_2').create(...)" in str(caught.value)


def test_a_place_that_is_not_there_is_a_broken_promise() -> None:
    with pytest.raises(PromiseBroken, match="in slot 'taste_3'"):
        Engine(tasted_twice, places=["taste", "taste_3"]).run()


def test_a_place_has_a_name() -> None:
    grow = rehearse(Anything)
    assert grow.into("taste").create(taste, "tea").out == "tea, tasted"
    with pytest.raises(WiringError, match="the name of a place"):
        grow.into(taste)  # type: ignore[arg-type]
    with pytest.raises(WiringError, match="instance must be"):
        grow.into("taste", instance=-1)


@task(grows=Anything)
def brew(grow: Anything, dish: str) -> str:
    return grow.into("taste_2").create(taste, grow.into("taste").create(taste, dish).out).out


def test_what_is_grown_into_a_place_is_read_in_a_body() -> None:
    body = look_at(brew)
    assert body is not None
    assert {what: str(amount) for what, amount in body.grows.items()} == {"taste": "2"}
    assert not body.unseen


def test_places_may_also_be_of_rounds_of_one_node() -> None:
    assert repr(loop(taste, at_most=2)) == "loop(taste, 0..2)"
    assert repr(many(taste)) == "many(taste, 0..∞)"
