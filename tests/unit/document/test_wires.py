"""The wires of a graph document: what can never fit is refused with both places and types."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from foretell import DocumentError, WiringError, each, task, workflow
from foretell.document.jsonform import loads
from foretell.document.wires import wires_of
from tests.unit.author.samples import Pair, anything, named, pair, shout, square, total


@workflow
def wired(n: int, name: str) -> Any:
    low, high = pair(n)
    loose = anything(named(low)["name"])
    total.map(each([[square(high), n], [low]]))
    return [shout(name), square.options(id="late")(loose)]


def test_every_wire_has_its_ends_and_an_answer() -> None:
    found = {(wire.source, wire.target): wire.fits for wire in wires_of(wired.compile())}
    assert found == {
        ("input n", "pair.n"): "compatible",
        ("pair[0]", "named.n"): "compatible",
        ("pair[1]", "square.n"): "compatible",
        ("named.name", "loose.value"): "compatible",
        ("square", "total.numbers[0]"): "compatible",
        ("input n", "total.numbers[1]"): "compatible",
        ("pair[0]", "total_2.numbers[0]"): "compatible",
        ("input name", "shout.text"): "compatible",
        ("loose", "late.n"): "checked",
    }


def swapped(change: Callable[[Any], None]) -> str:
    data = json.loads(wired.compile().to_json())
    change(data)
    return json.dumps(data)


def edge_to(data: Any, target: str) -> Any:
    return next(edge for edge in data["edges"] if edge["target"] == target)


def change_task(data: Any) -> None:
    next(node for node in data["nodes"] if node["id"] == "late")["task"] = "shout"
    edge_to(data, "late").update(source="named", output="/size", input="/text")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda data: edge_to(data, "square").update(output=""),
            "$.edges[2]: pair gives array of integer and integer, and square.n takes integer",
        ),
        (
            lambda data: edge_to(data, "total").update(source="named", output="/name"),
            "named.name gives string, and total.numbers[0] takes integer",
        ),
        (change_task, "named.size gives integer, and late.text takes string"),
        (
            lambda data: data["nodes"][0]["feeds"][0].update(name="name"),
            "$.nodes[0].feeds[0]: input name gives string, and pair.n takes integer",
        ),
    ],
)
def test_a_document_with_a_wire_that_never_fits_is_refused_with_both_places_and_types(
    change: Callable[[Any], None], words: str
) -> None:
    assert loads(swapped(lambda data: None))
    with pytest.raises(DocumentError) as caught:
        loads(swapped(change))
    assert words in str(caught.value)


@task
def one_pair(both: Pair) -> int:
    return both.low


@workflow
def text_for_a_pair(name: str) -> int:
    return one_pair(shout(name))  # type: ignore[arg-type] # pyright: ignore


@workflow
def text_in_a_list(name: str) -> int:
    return total([1, shout(name)])  # type: ignore[list-item] # pyright: ignore


@workflow
def input_for_a_number(names: list[str]) -> int:
    return square(names)  # type: ignore[arg-type] # pyright: ignore


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (text_for_a_pair, "'shout' is str, but input 'both' of task 'one_pair' takes Pair"),
        (text_in_a_list, "'shout' is str, but input 'numbers[1]' of task 'total' takes integer"),
        (input_for_a_number, "'names' is list[str], but input 'n' of task 'square' takes int"),
    ],
)
def test_registration_refuses_it_at_its_line(flow: Any, words: str) -> None:
    with pytest.raises(WiringError) as caught:
        flow.compile()
    assert str(caught.value).startswith("test_wires.py:")
    assert words in str(caught.value)


def ask(data: Any, schema: Any) -> None:
    node = next(node for node in data["nodes"] if node["id"] == "shout")
    question = {"kind": "question", "input": "/text", "says": "What?", "schema": schema}
    node["outside"] = [question]


def test_what_comes_from_outside_is_a_wire_too() -> None:
    asked = loads(swapped(lambda data: ask(data, {"type": "string"})))
    assert ("question 'What?'", "shout.text") in {(w.source, w.target) for w in wires_of(asked)}
    with pytest.raises(DocumentError, match=r"question 'What\?' gives integer, and shout.text"):
        loads(swapped(lambda data: ask(data, {"type": "integer"})))
