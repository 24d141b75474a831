"""From `-i name=value` to JSON, and from JSON Schemas to words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Input
from foretell.document.words import in_words
from foretell.errors import InputError, UserError
from foretell_runtime.cli.inputs import parse_inputs

TEXT: Mapping[str, Any] = {"type": "string"}
WHOLE: Mapping[str, Any] = {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (TEXT, "3", "3"),
        (TEXT, '"quoted"', '"quoted"'),
        (TEXT, "", ""),
        (TEXT, "a=b", "a=b"),
        (WHOLE, "3", 3),
        ({"type": "number"}, "3", 3),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "boolean"}, "true", True),
        ({"type": "array", "items": WHOLE}, "[1, 2]", [1, 2]),
        ({"type": "object"}, '{"a": 1}', {"a": 1}),
        ({"anyOf": [WHOLE, {"type": "null"}]}, "null", None),
        ({"anyOf": [TEXT, {"type": "null"}]}, "null", None),
        ({"anyOf": [TEXT, {"type": "null"}]}, "Ada", "Ada"),
        ({"enum": ["red", "green"]}, "red", "red"),
        ({}, "[1]", [1]),
        ({}, "Ada", "Ada"),
    ],
)
def test_a_value_is_json_or_text_as_its_schema_wants(
    schema: Mapping[str, Any], text: str, value: Any
) -> None:
    assert parse_inputs([f"x={text}"], {"x": Input(schema)}) == {"x": value}


@pytest.mark.parametrize("schema", [WHOLE, {"type": "array"}, {"type": "boolean"}])
@pytest.mark.parametrize("text", ["", "soon", "NaN", "[" * 5000, '"3"', "2.5", "{}"])
def test_a_value_of_the_wrong_kind_is_refused_with_what_was_expected(
    schema: Mapping[str, Any], text: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse_inputs([f"x={text}"], {"x": Input(schema)})
    assert caught.value.name == "x"
    assert caught.value.expected == schema["type"]


@given(st.lists(st.text()))
def test_any_words_give_values_or_an_error_for_people(words: list[str]) -> None:
    declared = {"n": Input(WHOLE, required=False), "s": Input(TEXT, required=False)}
    try:
        values = parse_inputs(words, declared)
    except UserError as error:
        assert str(error)
    else:
        assert set(values) <= set(declared)


def test_an_optional_input_may_be_left_out_and_a_required_one_may_not() -> None:
    declared = {"n": Input(WHOLE, required=False, default=1), "s": Input(TEXT)}
    assert parse_inputs(["s=x"], declared) == {"s": "x"}
    with pytest.raises(InputError, match="'s': expected string, got nothing"):
        parse_inputs(["n=2"], declared)


def test_a_file_is_read_as_its_schema_wants(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    file.write_text("[1, 2]")
    words = [f"x=@{file}"]
    assert parse_inputs(words, {"x": Input({"type": "array"})}) == {"x": [1, 2]}
    assert parse_inputs(words, {"x": Input(TEXT)}) == {"x": "[1, 2]"}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (WHOLE, "integer"),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, "array of array of string"),
        ({"anyOf": [WHOLE, {"type": "null"}]}, "integer or null"),
        ({"enum": ["a", 1]}, 'one of "a", 1'),
        ({"const": 3}, "3"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"title": "Person", "$ref": "#/$defs/Person"}, "Person"),
        ({}, "any JSON value"),
    ],
)
def test_schemas_in_words(schema: Mapping[str, Any], words: str) -> None:
    assert in_words(schema) == words
