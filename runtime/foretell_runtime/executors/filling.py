"""What a program is started with: its words, its environment and its stdin, with a trial's inputs in
them.

A secret may go into the environment and into stdin. In a word everybody on the machine could read
it, so that is refused.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foretell.document.model import TaskSpec
from foretell.document.programs import Program
from foretell.document.running import BYTES
from foretell.document.templates import ALL, Place, filled, names_in, parts_of, words_of
from foretell.errors import DocumentError, InputError
from foretell.graph.model import Json
from foretell.graph.secrets import KEY, secrets_in
from foretell.protocol.messages import Start
from foretell_runtime.inputs import check


class CannotFill(Exception):
    """Inputs that a program cannot be given, and why. Another trial could not, either."""


@dataclass(frozen=True, slots=True)
class Filled:
    """`env` is what is added to the environment; `hidden` are those of its names whose values nobody
    may see."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    hidden: frozenset[str]
    stdin: bytes


def fill(start: Start, spec: TaskSpec, program: Program) -> Filled:
    """Raises `CannotFill`."""
    shown = complete(start, spec)
    inputs = {name: _revealed(value, start.secrets) for name, value in shown.items()}
    _refuse_shown_secrets(program, shown)
    words = [word for template in program.words for word in words_of(template, inputs)]
    if program.script is not None:
        words.append(program.script)
    words += [word for template in program.args for word in words_of(template, inputs)]
    env = {name: filled(text, inputs) for name, text in program.env.items()}
    for text in (*words, *env.values()):
        if "\0" in text:
            raise CannotFill(f"no program can be given a null character, as in {text!r:.80}")
    secret = {name for name, value in shown.items() if any(secrets_in(value))}
    hidden = {name for name, text in program.env.items() if _names(text, shown) & secret}
    stdin = _stdin(program.stdin, inputs, spec)
    return Filled(tuple(words), {**_context(start), **env}, frozenset(hidden), stdin)


def _stdin(template: str, inputs: Mapping[str, Json], spec: TaskSpec) -> bytes:
    """What it is given to read. An input that is bytes, and all of it, is these bytes."""
    parts = list(parts_of(template))
    if len(parts) == 1 and isinstance(place := parts[0], Place) and place.name in inputs:
        schema = spec.inputs.get("properties", {}).get(place.name, {})
        if isinstance(schema, Mapping) and BYTES.items() <= schema.items():
            try:
                return urlsafe_b64decode(inputs[place.name])
            except ValueError as error:
                raise CannotFill(f"input {place.name!r} is not bytes as base64: {error}") from None
    return filled(template, inputs).encode("utf-8")


def complete(start: Start, spec: TaskSpec) -> dict[str, Json]:
    """The inputs, with the defaults of those that are not given. Raises `CannotFill` where they are not
    what the task takes."""
    declared: Mapping[str, Any] = spec.inputs.get("properties", {})
    rest = {key: spec.inputs[key] for key in ("$defs",) if key in spec.inputs}
    inputs = dict(start.inputs)
    for name in spec.inputs.get("required", ()):
        if name not in inputs and name not in start.streams:
            raise CannotFill(f"input {name!r} is missing")
    if spec.inputs.get("additionalProperties") is False:
        for name in inputs:
            if name not in declared:
                raise CannotFill(f"there is no input {name!r:.80}")
    for name, schema in declared.items():
        if name in inputs:
            try:
                check(name, inputs[name], {**schema, **rest})
            except (InputError, DocumentError) as error:
                raise CannotFill(str(error)) from None
        elif isinstance(schema, Mapping) and "default" in schema:
            inputs[name] = schema["default"]
    return inputs


def _context(start: Start) -> dict[str, str]:
    """What every program may want to know of where it runs."""
    return {
        "FORETELL_NODE": start.node,
        "FORETELL_TASK": start.task,
        "FORETELL_TRIAL": str(start.trial),
        "FORETELL_ITERATION": str(start.iteration),
    }


def _refuse_shown_secrets(program: Program, inputs: Mapping[str, Json]) -> None:
    for template in (*program.words, *program.args):
        for part in parts_of(template):
            if not isinstance(part, Place):
                continue
            value = dict(inputs) if part.name == ALL else inputs.get(part.name)
            for name in secrets_in(value):
                raise CannotFill(
                    f"the secret {name!r} would be an argument of the program, which everybody on this "
                    f"machine can read; put it into `env` or `stdin`"
                )


def _names(template: str, inputs: Mapping[str, Json]) -> set[str]:
    names = names_in(template)
    return set(inputs) if ALL in names else names


def _revealed(value: Json, secrets: Mapping[str, str]) -> Json:
    """`value` with secrets in the place of their names."""
    if isinstance(value, dict):
        if len(value) == 1 and value.get(KEY) in secrets:
            return secrets[value[KEY]]
        return {key: _revealed(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_revealed(item, secrets) for item in value]
    return value
