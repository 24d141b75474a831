"""Checks the inputs of a run against what its graph declares, before anything is made.

Knows JSON Schemas. The plain ones are checked here; jsonschema, which is slow to load, only sees
the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from foretell.document.model import Graph
from foretell.document.words import in_words
from foretell.errors import DocumentError, InputError, nearest
from foretell.graph.model import Json
from foretell.graph.plain import json_type
from foretell.graph.surrogates import is_unicode

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
    check_given(graph, given)
    complete: dict[str, Json] = {}
    for name, declared in graph.inputs.items():
        if name in given:
            complete[name] = given[name]
        elif declared.required:
            raise InputError(name, in_words(declared.schema), "nothing: it is missing")
        else:
            complete[name] = declared.default
    return complete


def check_given(graph: Graph, given: Mapping[str, Json]) -> None:
    """Raises `InputError` for the first that is unknown or of the wrong type. Some may be missing."""
    for name in given:
        if name not in graph.inputs:
            words = ", ".join(graph.inputs) or "none"
            expected = f"one of the inputs of {graph.name!r} ({words})"
            raise InputError(name, expected, f"an unknown one{nearest(name, graph.inputs)}")
    for name, declared in graph.inputs.items():
        if name in given:
            check(name, given[name], declared.schema)


def check(name: str, value: Json, schema: Mapping[str, Json]) -> None:
    """Raises `InputError` unless `value` fits `schema`, and all text in it is Unicode."""
    if not is_unicode(value):
        raise InputError(name, "Unicode text", f"half of a surrogate pair in {_shown(value)}")
    fits = _fits(value, schema)
    if fits is None:
        _check_thoroughly(name, value, schema)
    elif not fits:
        raise InputError(name, in_words(schema), _shown(value))


def _fits(value: Json, schema: Json) -> bool | None:
    """Whether `value` fits a plain schema; None if the schema says more than can be seen here."""
    if not isinstance(schema, Mapping):
        return None
    if not schema.keys() - {"title", "description", "default"}:
        return True
    kind = schema.get("type")
    if not isinstance(kind, str):
        return None
    if schema.keys() == {"type"} and kind in _KINDS:
        return _KINDS[kind](value)
    if schema.keys() == {"type", "items"} and kind == "array":
        if not isinstance(value, list):
            return False
        each = {_fits(item, schema["items"]) for item in value}
        return None if None in each else False not in each
    return None


def _check_thoroughly(name: str, value: Json, schema: Mapping[str, Json]) -> None:
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # An empty registry: a schema may come from anybody, and must not make us fetch what it names.
    validator = Draft202012Validator(dict(schema), registry=Registry())
    try:
        Draft202012Validator.check_schema(dict(schema))
        fault = best_match(validator.iter_errors(value))
    except SchemaError as error:
        raise DocumentError(f"$.inputs.{name}.schema", error.message) from None
    except Unresolvable as error:
        why = f"it refers to {error.ref!r:.200}, which is not in it"
        raise DocumentError(f"$.inputs.{name}.schema", why) from None
    except RecursionError:
        raise DocumentError(f"$.inputs.{name}.schema", "it refers to itself without end") from None
    if fault is not None:
        path = "".join(f"[{part!r}]" for part in fault.absolute_path)
        # A schema within is told as it is; of the whole, all that it allows and not one way of it.
        wanted = fault.schema if path and isinstance(fault.schema, Mapping) else schema
        expected = f"{in_words(wanted)} ({fault.message:.200})"
        raise InputError(name + path, expected, _shown(fault.instance))


def _shown(value: Json) -> str:
    return "null" if value is None else f"{json_type(value)} {json.dumps(value, default=str):.80}"
