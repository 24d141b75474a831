"""Whole workflows made by a task that may grow anything: nodes of which nothing was said before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from foretell import (
    Anything,
    InputError,
    LawBroken,
    Node,
    Shaped,
    Static,
    WiringError,
    each,
    one,
    promise,
    rehearse,
    seq,
    task,
    workflow,
)
from foretell.control import when
from tests.engine import Engine


@task
def wash(what: str) -> str:
    return f"washed {what}"


@task
def dry(what: str) -> str:
    return f"dried {what}"


@task
def is_wet(what: str) -> bool:
    return "washed" in what


@task
def look(what: str) -> None:
    """Gives nothing."""


@workflow
def clean(what: str, twice: bool = False) -> str:
    washed = wash(what)
    return when(is_wet(washed), lambda: dry(washed), lambda: washed)


@workflow
def only_look(what: str) -> None:
    first = look(what)
    look.after(first)(what)


@workflow
def clean_all(items: list[str]) -> list[str]:
    return clean.map(each(items))


@workflow
def in_order(kinds: Static[list[str]]) -> list[str]:
    return [wash(kind) for kind in kinds]


DO: dict[str, Callable[[Anything], Any]] = {}
"""What the growing task does, by name."""


def do(body: Callable[[Anything], Any]) -> Callable[[Anything], Any]:
    DO[body.__name__] = body
    return body


@task(grows=Anything)
def maid(grow: Anything, what: str) -> Any:
    return DO[what](grow)


@workflow
def house(what: str) -> Any:
    return maid(what)


@do
def once(grow: Anything) -> Any:
    return grow.create(clean, "cup").out


@do
def more(grow: Anything) -> Any:
    first = grow.create(clean, "cup")
    second = grow.create(clean, what=first.out)
    return [second.out, grow.create(clean_all, ["pot", second.out]).out]


@do
def joined(grow: Anything) -> Any:
    seen = grow.create(only_look, "room")
    cup = grow.create(wash, "cup")
    grow.connect(cup, seen)
    pot = grow.create(clean.after(seen), "pot")
    pan = grow.create(dry.after(seen, pot), "pan")
    grow.connect(seen, grow.create(dry.options(id="mug"), "mug"))
    return pan.out


@do
def named(grow: Anything) -> Any:
    kitchen = grow.create(clean.options(id="mine"), "cup")
    other = grow.create(clean, "cup")
    return [kitchen.id, other.id]


@do
def cyclic(grow: Anything) -> Any:
    first = grow.create(only_look, "a")
    grow.connect(first, first)


@do
def styled(grow: Anything) -> Any:
    grow.style(grow.create(only_look, "a"), color="red")


@do
def static(grow: Anything) -> Any:
    return grow.create(in_order, ["a"]).out


@do
def lacking(grow: Anything) -> Any:
    return grow.create(clean).out  # type: ignore[call-overload]


def test_all_its_nodes_come_at_once_with_all_they_may_grow() -> None:
    engine = Engine(house, what="once")
    assert engine.run() == "dried washed cup"
    assert engine.ids == [
        "maid", "maid.clean.washed", "maid.clean.is_wet", "maid.clean.when",
        "maid.clean.when.then.dry",
    ]  # fmt: skip
    assert {"wash", "is_wet", "when", "dry"} <= engine.state.tasks.keys()
    assert engine.state.tasks["wash"].entry.endswith(":wash")


def test_again_it_brings_no_tasks_along_and_others_that_use_it_may_follow() -> None:
    engine = Engine(house, what="more")
    assert engine.run() == [
        "dried washed dried washed cup",
        ["dried washed pot", "dried washed dried washed dried washed cup"],
    ]
    changes: list[Any] = [f.change for f in engine.facts if f.kind == "changed"]
    assert [sorted(change.tasks) for change in changes if change.nodes[0].task == "wash"][1:] == [
        [],
        [],
    ]


def edges(engine: Engine, kind: str) -> set[tuple[str, str]]:
    return {
        (pair.source.id.removeprefix("maid."), pair.target.id.removeprefix("maid."))
        for pair in engine.state.judge.graph.pairs()
        if any(edge.edge.kind == kind for edge in pair.edges)
    }


def test_it_is_ordered_as_one_node() -> None:
    engine = Engine(house, what="joined")
    assert engine.run() == "dried pan"
    first, last = "seen.first", "seen.look"
    assert {
        (first, last), ("cup", first), (last, "pot.washed"), (last, "pan"), ("pot.when", "pan"),
        (last, "mug"),
    } <= edges(engine, "order")  # fmt: skip
    assert not {(first, "pot.washed"), ("cup", last), (first, "mug")} & edges(engine, "order")


def test_it_has_the_name_it_is_given() -> None:
    assert Engine(house, what="named").run() == ["maid.mine", "maid.other"]


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("cyclic", LawBroken, "cycle"),
        (
            "styled",
            WiringError,
            "style.. is of one node, and <node maid.only_look> stands for many",
        ),
        ("static", WiringError, "Static"),
        ("lacking", (WiringError, InputError), "input 'what': expected str, got nothing"),
    ],
)
def test_what_is_wrong_is_told(what: str, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        Engine(house, what=what).run()


def test_in_a_rehearsal_it_is_called() -> None:
    made: Node[str] = rehearse(Anything).create(clean, "cup")
    assert made.out == "dried washed cup"


@task(grows=Anything)
def tidy(grow: Anything) -> str:
    return grow.into("clean_up").create(clean_up, "cup").out


@workflow
def clean_up(what: str) -> str:
    return dry(wash(what))


@workflow
def shaped_house() -> str:
    tidied = tidy()
    promise(Shaped(seq(one(clean_up)), scope=tidied))
    return tidied


def test_it_fills_the_places_of_a_promised_shape() -> None:
    engine = Engine(shaped_house)
    assert engine.run() == "dried washed cup"
    slots = [live.node.slot for live in engine.state.judge.graph.nodes.values() if live.maker]
    assert slots == ["clean_up.wash", "clean_up.dry"]
