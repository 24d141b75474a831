"""The form that is made from a JSON Schema: what a person types, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

from foretell_runtime.cli.forms import fill_in

WINDOW = {
    "type": "object",
    "properties": {
        "start": {"type": "integer"},
        "note": {"type": "string", "default": "none"},
        "kind": {"$ref": "#/$defs/Kind"},
    },
    "required": ["start", "kind"],
    "$defs": {"Kind": {"enum": ["small", "large"]}},
}
TREE = {"$ref": "#/$defs/T", "$defs": {"T": {"type": "object", "properties": {
    "n": {"type": "integer"}, "sub": {"anyOf": [{"$ref": "#/$defs/T"}, {"type": "null"}]}},
    "required": ["n", "sub"]}}}  # fmt: skip


def typed(schema: Any, *lines: str) -> tuple[Any, str]:
    """What comes of a form, and what was said meanwhile."""

    @click.command()
    def command() -> None:
        click.echo("=> " + json.dumps(fill_in("it", schema)))

    result = CliRunner().invoke(command, input="".join(f"{line}\n" for line in lines))
    assert "=> " in result.output, result.output
    said, _, value = result.output.partition("=> ")
    return json.loads(value), said


@pytest.mark.parametrize(
    ("schema", "lines", "value"),
    [
        ({"type": "boolean"}, ["y"], True),
        ({"type": "boolean"}, ["maybe", "no"], False),
        ({"type": "integer"}, ["x", "1.5", "3"], 3),
        ({"type": "number"}, ["1.5"], 1.5),
        ({"type": "number", "minimum": 2}, ["1", "2"], 2),
        ({"type": "string"}, ["hello there"], "hello there"),
        ({"type": "string"}, [""], ""),
        ({"type": "string", "minLength": 2}, ["a", "ab"], "ab"),
        ({"type": "null"}, [], None),
        ({"const": 3}, [], 3),
        ({"enum": ["bug", "spam"]}, ["bgu", "spam"], "spam"),
        ({"enum": ["bug", "spam"]}, ["0", "1"], "bug"),
        ({"enum": [1, None, "x"]}, ["null"], None),
        ({"anyOf": [{"const": "a"}, {"enum": ["b", "c"]}]}, ["b"], "b"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["2"], None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["integer", "7"], 7),
        ({"type": "array", "items": {"type": "integer"}}, ["1, 2", '["a"]', "[1, 2]"], [1, 2]),
        ({}, ['{"a": NaN}', '{"a": 1}'], {"a": 1}),
        (True, ["3"], 3),
        (WINDOW, ["3", "n", "large"], {"start": 3, "kind": "large"}),
        (WINDOW, ["3", "y", "late", "2"], {"start": 3, "note": "late", "kind": "large"}),
        (TREE, ["1", "1", "2", "null"], {"n": 1, "sub": {"n": 2, "sub": None}}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, ["3"], 3),
        ({"$ref": "elsewhere"}, ["3"], 3),
    ],
)
def test_what_is_typed_becomes_what_fits(schema: Any, lines: list[str], value: Any) -> None:
    assert typed(schema, *lines)[0] == value


def test_what_may_be_left_out_says_what_stands_for_it() -> None:
    _, said = typed(WINDOW, "3", "n", "large")
    assert 'it.note: give it (else "none")' in said
    assert "it.start (integer)" in said
    assert "  1  small\n  2  large\n" in said
