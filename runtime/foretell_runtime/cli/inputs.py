"""`-i name=value`: from words on a command line to a workflow's inputs.

Knows the declared inputs and their JSON Schemas. Whether a value fits its schema in depth is
checked where the run is registered; here a value only becomes JSON, and names are looked up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from foretell.document.model import Input
from foretell.document.words import in_words
from foretell.errors import InputError, nearest
from foretell.graph.model import Json
from foretell.graph.plain import json_type
from foretell_runtime.cli.trouble import CommandError


def parse_inputs(
    words: Iterable[str], declared: Mapping[str, Input], *, all_of_them: bool = True
) -> dict[str, Json]:
    """`["n=3", "names=@names.json"]` as `{"n": 3, "names": [...]}`.

    A value is JSON, but plain text where the input is a string; `@file` reads either from a file.
    Raises for what is unknown, given twice, unreadable or, if `all_of_them` are wanted, missing.
    """
    given: dict[str, Json] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise CommandError(f"-i {word}: expected name=value")
        if name not in declared:
            raise CommandError(f"-i {word}: there is no input {name!r}{_known(name, declared)}")
        if name in given:
            raise CommandError(f"-i {name}=...: given twice")
        given[name] = value_of(name, text, declared[name].schema, f"-i {name}=")
    for name, declaration in declared.items():
        if all_of_them and declaration.required and name not in given:
            raise InputError(name, in_words(declaration.schema), f"nothing; add -i {name}=...")
    return given


def _known(name: str, declared: Mapping[str, Input]) -> str:
    if not declared:
        return "; the workflow takes none"
    return f"{nearest(name, declared)} (the workflow takes {', '.join(declared)})"


def value_of(name: str, text: str, schema: Mapping[str, Any], said: str) -> Json:
    """The value that `text` stands for. `said` is what stood before it on the command line."""
    if text.startswith("@"):
        text = _file(said, text[1:])
    if schema.get("type") == "string":
        return text
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        if _takes_text(schema):
            return text
        raise InputError(name, in_words(schema), f"the text {text!r:.80}") from None
    _check_kind(name, value, schema)
    return value


def _no_constant(text: str) -> Json:
    raise ValueError(f"{text} is not JSON")


def _takes_text(schema: Any) -> bool:
    """Whether a value that is no JSON may stand for itself."""
    if not isinstance(schema, Mapping):
        return True
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        return any(_takes_text(option) for option in options)
    if isinstance(schema.get("enum"), list):
        return any(isinstance(value, str) for value in schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, list):
        return "string" in kind
    return kind == "string" or (kind is None and "$ref" not in schema)


def _check_kind(name: str, value: Json, schema: Mapping[str, Any]) -> None:
    """Refuses a value of the wrong JSON type early, in words that speak of the command line."""
    kind, got = schema.get("type"), json_type(value)
    if not isinstance(kind, str) or got == kind or (kind, got) == ("number", "integer"):
        return
    raise InputError(name, in_words(schema), f"{got} {json.dumps(value):.80}")


def _file(said: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{said}@{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise CommandError(f"{said}@{path}: the file is not text in UTF-8") from None
