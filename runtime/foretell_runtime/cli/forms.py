"""A form in the terminal, made from a JSON Schema: what a person is asked, part by part.

Yes or no, a choice, a number and a text are asked as such, an object field by field; for all else
JSON is typed. What is typed is checked at once and asked again; nothing is kept here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

from foretell.document.words import in_words
from foretell.errors import InputError
from foretell.graph.model import Json
from foretell_runtime.inputs import check

DEEPEST = 8
"""Objects within each other that are asked field by field; deeper ones are typed as JSON."""

_MISSING = object()
_EMPTY = {"string": "", "null": None}


def fill_in(label: str, schema: Json) -> Json:
    """What a person types for `schema`, which fits it."""
    return _Form(schema).part(label, schema, 0)


class _Form:
    def __init__(self, whole: Json) -> None:
        found = whole.get("$defs") if isinstance(whole, Mapping) else None
        self._defs: Mapping[str, Json] = found if isinstance(found, Mapping) else {}

    def part(self, label: str, said: Json, depth: int) -> Json:
        schema = self._resolved(said)
        options = schema.get("enum")
        if isinstance(options, list) and options:
            return _choice(label, options, [_shown(option) for option in options])
        if "const" in schema:
            return schema["const"]
        several = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(several, list) and several:
            return self._one_of(label, several, depth)
        match schema.get("type"):
            case "boolean":
                return click.confirm(label, default=None, err=True)
            case "null":
                return None
            case "object" if isinstance(schema.get("properties"), Mapping) and depth < DEEPEST:
                return self._fields(label, schema, depth)
            case "integer" | "number" as kind:
                return self._typed(f"{label} ({in_words(schema)})", schema, _number, kind)
            case "string":
                return self._typed(
                    f"{label} ({in_words(schema)})", schema, lambda text, _: text, ""
                )
            case _:
                return self._typed(f"{label} ({in_words(schema)}, as JSON)", schema, _json, "")

    def _resolved(self, schema: Json) -> Mapping[str, Any]:
        """What a reference stands for; a schema that is none says nothing."""
        seen: set[str] = set()
        while isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
            name = schema["$ref"].removeprefix("#/$defs/")
            if name in seen:
                return {}
            seen.add(name)
            schema = self._defs.get(name)
        return schema if isinstance(schema, Mapping) else {}

    def _one_of(self, label: str, several: list[Json], depth: int) -> Json:
        words = [in_words(option) for option in several]
        if all(set(self._resolved(option)) & {"const", "enum"} for option in several):
            values = [v for o in several for v in _values(self._resolved(o))]
            return _choice(label, values, [_shown(value) for value in values])
        taken = _choice(f"{label}: what kind", list(range(len(several))), words)
        return self.part(label, several[taken], depth)

    def _fields(self, label: str, schema: Mapping[str, Any], depth: int) -> Json:
        found: dict[str, Json] = {}
        required = schema.get("required") or ()
        for name, part in schema["properties"].items():
            field = f"{label}.{name}"
            resolved = self._resolved(part)
            if name not in required and not click.confirm(
                f"{field}: give it (else {_left_out(part, resolved)})", default=False, err=True
            ):
                continue
            found[name] = self.part(field, part, depth + 1)
        return found

    def _typed(
        self, label: str, schema: Mapping[str, Any], read: Callable[[str, str], Json], kind: str
    ) -> Json:
        def value_of(text: str) -> Json:
            value = read(text, kind)
            try:
                check(
                    "what you typed",
                    value,
                    {**schema, "$defs": self._defs} if self._defs else schema,
                )
            except InputError as fault:
                raise click.UsageError(f"expected {fault.expected}") from None
            return value

        empty = "" if kind == "" and schema.get("type") == "string" else None
        return click.prompt(label, default=empty, show_default=False, value_proc=value_of, err=True)


def _values(schema: Mapping[str, Any]) -> list[Json]:
    return [schema["const"]] if "const" in schema else list(schema["enum"])


def _left_out(part: Json, resolved: Mapping[str, Any]) -> str:
    default = part.get("default", _MISSING) if isinstance(part, Mapping) else _MISSING
    if default is _MISSING:
        default = resolved.get("default", _MISSING)
    return "it is left out" if default is _MISSING else json.dumps(default)


def _choice(label: str, values: list[Json], words: list[str]) -> Json:
    for number, word in enumerate(words, 1):
        click.echo(f"  {number}  {word}", err=True)

    def taken(text: str) -> int:
        if text in words:
            return words.index(text)
        if text.isdecimal() and 1 <= int(text) <= len(words):
            return int(text) - 1
        raise click.UsageError(f"type one of them, or its number, from 1 to {len(words)}")

    return values[click.prompt(label, value_proc=taken, err=True)]


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(text: str, kind: str) -> Json:
    try:
        value = _json(text, "")
    except click.UsageError:
        value = None
    if type(value) is int or (kind == "number" and type(value) is float):
        return value
    raise click.UsageError(
        "that is not a number" if kind == "number" else "that is no whole number"
    )


def _json(text: str, _: str) -> Json:
    def refuse(word: str) -> Json:
        raise ValueError(word)

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise click.UsageError("that is not JSON") from None
