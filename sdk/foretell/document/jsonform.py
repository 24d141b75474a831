"""The graph document as JSON text: reading it from anybody, writing it, and its published schema.
A change is read alike.

Reading trusts nothing. Size and nesting are limited before anything is built, the form is read
strictly (`foretell.graph.plain`), and then everything that one part says of another is checked
(`foretell.document.checks`). Nothing that a document names is ever imported or run here. The only
error is `DocumentError`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isinf
from typing import Any, NoReturn

from foretell.document.checks import check
from foretell.document.model import VERSION, Change, Graph
from foretell.document.schemas import schema_of
from foretell.errors import DocumentError
from foretell.graph import plain
from foretell.graph.surrogates import is_unicode

LARGEST = 256 * 1024 * 1024
"""Bytes of UTF-8."""
DEEPEST = 200
"""Arrays and objects within each other."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(text: str | bytes) -> Graph:
    """The graph in a JSON text. Raises `DocumentError` naming the place of the first fault."""
    data = parse(decoded(text))
    _check_version(data)
    graph = plain.decode(Graph, data)
    check(graph)
    return graph


def loads_change(text: str | bytes) -> Change:
    """The change in a JSON text. What it says of a graph is left to whoever judges it there."""
    change: Change = plain.decode(Change, parse(decoded(text)))
    return change


def dumps(graph: Graph) -> str:
    """The JSON text of a graph."""
    return graph.to_json()


def schema() -> dict[str, Any]:
    """The JSON Schema of the graph document."""
    return schema_of(Graph, "A compiled workflow")


def parse(text: str) -> Any:
    """Parsed JSON, strictly: no deep nesting, no NaN, no key twice, no lone surrogates."""
    _check_depth(text)
    try:
        data = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_float,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(where, _say_fault(text, error)) from None
    except (ValueError, RecursionError) as error:
        raise DocumentError("$", str(error)) from None
    if _SURROGATE.search(text):
        _check_unicode(data)
    return data


def decoded(text: str | bytes) -> str:
    """The text of a document; raises for one that is too large, or not UTF-8."""
    if len(text) > LARGEST:
        raise DocumentError("$", f"the document is larger than {LARGEST // 2**20} MiB")
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"line {line}", f"byte {error.start} is not UTF-8 text") from None


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if first in "[{":
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, token.start()) + 1
                raise DocumentError(f"line {line}", f"nested more than {DEEPEST} levels deep")
        elif first in "]}":
            depth -= 1


def _check_version(data: Any) -> None:
    """A newer version is refused by its name, before its unknown fields confuse anybody."""
    if not isinstance(data, dict):
        raise DocumentError("$", f"expected a graph (an object), got {plain.json_type(data)}")
    version = data.get("version", VERSION)
    if type(version) is not int or version < 1:
        raise DocumentError("$.version", f"expected a version number, got {version!r:.80}")
    if version > VERSION:
        raise DocumentError(
            "$.version",
            f"this document is of version {version}; this foretell reads up to version {VERSION}. "
            f"Install a newer foretell",
        )


def _say_fault(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return "the text ends in the middle of the document; it looks truncated"
    if error.msg.startswith("Unterminated string"):
        return "this string never ends; the document looks truncated"
    return f"this is not JSON: {error.msg}"


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one key every reader would see another one."""
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object holds the key {twice!r:.80} twice")
    return value


def _float(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise ValueError(f"{digits:.40} is too large for a number")
    return number


def _check_unicode(data: Any) -> None:
    if not is_unicode(data):
        raise DocumentError("$", "a text holds half of a surrogate pair (\\ud800...)")
