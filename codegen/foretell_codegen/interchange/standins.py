"""Tasks that stand in for those whose code a foreign document does not bring.

A stand-in is a program that any machine has: `cat` writes down what the node says that it makes. So
an imported graph can be run, drawn, judged and timed at once, and what really runs can be put in the
place of one task after the other. It starts nothing that the document names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foretell.document.model import TaskSpec
from foretell.document.programs import Program
from foretell.document.templates import as_text
from foretell.graph.model import Json

_SAMPLES: dict[str, Json] = {
    "null": None, "boolean": False, "integer": 0, "number": 0.0, "string": "", "array": [], "object": {},
}  # fmt: skip

_WAITING = ("sh", "-c", 'sleep "$0"; cat')


def giving_input(name: str, wait: str | None = None) -> Program:
    """Gives what its input `name` is; with `wait`, after so many seconds as that input says."""
    if wait is None:
        return Program(("cat",), stdin=f"{{{name}}}")
    return Program((*_WAITING, f"{{{wait}}}"), stdin=f"{{{name}}}")


def giving(value: Json) -> Program:
    """Gives always `value`."""
    return Program(("cat",), stdin=as_text(value).replace("{", "{{").replace("}", "}}"))


def is_stand_in(spec: TaskSpec) -> bool:
    """Whether nothing is lost with how the task is run."""
    program = spec.program
    if program is None or program != Program(program.words, stdin=program.stdin):
        return False
    return program.words == ("cat",) or program.words[:3] == _WAITING


def sample(schema: Any) -> Json:
    """Some value that fits a simple schema."""
    if not isinstance(schema, Mapping):
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    kind = schema.get("type")
    if isinstance(kind, list) and kind:
        kind = kind[0]
    if kind == "object":
        parts, required = schema.get("properties"), schema.get("required")
        parts = parts if isinstance(parts, Mapping) else {}
        names = (
            [name for name in required if isinstance(name, str)]
            if isinstance(required, list)
            else []
        )
        return {name: sample(parts.get(name)) for name in names}
    return _SAMPLES.get(kind) if isinstance(kind, str) else None


def record(properties: Mapping[str, Any], required: list[str], title: str = "") -> dict[str, Any]:
    """The schema of an object with these keys and no others."""
    schema: dict[str, Any] = {"title": title} if title else {}
    schema |= {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False}


def inputs_of(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """The schema of the inputs of a task, as registration writes it."""
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": required} if required else schema
