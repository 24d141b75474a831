"""JSON Schemas as a person would say them. Trusts nobody: a schema may come from anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from foretell.graph.model import Json

_LONGEST = 80
_DEEPEST = 20


def in_words(schema: Json) -> str:
    """A JSON Schema in words: `array of integer`."""
    text = _words(schema, 0)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _words(schema: Any, depth: int) -> str:
    if schema is False:
        return "nothing"
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return "any JSON value"
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        return " or ".join(_words(option, depth + 1) for option in options)
    if isinstance(schema.get("enum"), list):
        return "one of " + ", ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type")
    if kind == "object" and isinstance(schema.get("title"), str):
        return f"object {schema['title']}"
    first = schema.get("prefixItems")
    if kind == "array" and isinstance(first, list) and first:
        return f"array of {' and '.join(_words(item, depth + 1) for item in first)}"
    if kind == "array" and schema.get("items"):
        return f"array of {_words(schema['items'], depth + 1)}"
    if kind == "string" and isinstance(schema.get("format"), str):
        return f"string ({schema['format']})"
    if isinstance(kind, list):
        return " or ".join(map(str, kind))
    return str(kind or schema.get("title") or "any JSON value")
