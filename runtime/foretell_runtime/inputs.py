"""Checks the inputs of a run against what its graph declares, before anything is made.

Knows JSON Schemas. The plain ones are checked here; jsonschema, which is slow to load, only sees
the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from foretell.document.model import Graph
from foretell.errors import DocumentError, InputError, nearest
from foretell.graph.model import Json
from foretell.graph.plain import json_type

_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
}


def checked_inputs(graph: Graph, given: Mapping[str, Json]) -> dict[str, Json]:
    """`given`, completed by defaults. Raises `InputError` for the first that is unknown, missing
    or of the wrong type."""
    for name in given:
        if name not in graph.inputs:
            words = ", ".join(graph.inputs) or "none"
            expected = f"one of the inputs of {graph.name!r} ({words})"
            raise InputError(name, expected, f"an unknown one{nearest(name, graph.inputs)}")
    complete: dict[str, Json] = {}
    for name, declared in graph.inputs.items():
        if name in given:
            check(name, given[name], declared.schema)
            complete[name] = given[name]
        elif declared.required:
            raise InputError(name, _words(declared.schema), "nothing: it is missing")
        else:
            complete[name] = declared.default
    return complete


def check(name: str, value: Json, schema: Mapping[str, Json]) -> None:
    """Raises `InputError` unless `value` fits `schema`."""
    fits = _fits(value, schema)
    if fits is None:
        _check_thoroughly(name, value, schema)
    elif not fits:
        raise InputError(name, _words(schema), _shown(value))


def _fits(value: Json, schema: Mapping[str, Json]) -> bool | None:
    """Whether `value` fits a plain schema; None if the schema says more than can be seen here."""
    if not schema.keys() - {"title", "description", "default"}:
        return True
    if schema.keys() == {"type"} and schema["type"] in _KINDS:
        return _KINDS[schema["type"]](value)
    if schema.keys() == {"type", "items"} and schema["type"] == "array":
        if not isinstance(value, list):
            return False
        each = {_fits(item, schema["items"]) for item in value}
        return None if None in each else False not in each
    return None


def _check_thoroughly(name: str, value: Json, schema: Mapping[str, Json]) -> None:
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.exceptions import best_match

    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        raise DocumentError(f"$.inputs.{name}.schema", error.message) from None
    fault = best_match(Draft202012Validator(dict(schema)).iter_errors(value))
    if fault is not None:
        path = "".join(f"[{part!r}]" for part in fault.absolute_path)
        expected = f"{_words(schema)} ({fault.message:.200})"
        raise InputError(name + path, expected, _shown(fault.instance))


def _words(schema: Mapping[str, Json]) -> str:
    """A schema as a person would say it: `array of integer`."""
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(_words(option) for option in options)
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"array of {_words(schema['items'])}"
    if isinstance(kind, list):
        return " or ".join(kind)
    return str(schema.get("title") or kind or "a JSON value")


def _shown(value: Json) -> str:
    return f"{json_type(value)} {json.dumps(value, default=str):.80}"
