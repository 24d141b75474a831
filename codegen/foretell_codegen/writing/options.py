"""Options of tasks and nodes, as the keywords by which they are given."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from foretell.graph.model import Json
from foretell_codegen.writing.layout import Expr, call, listed, mapped, paired
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module


def run_options(options: Mapping[str, Json], module: Module) -> dict[str, Expr]:
    """Orders to whoever runs a node."""
    found = {name: _WRITTEN[name](options[name], module) for name in _WRITTEN if name in options}
    return {name: expr for name, expr in found.items() if expr is not None}


def looks(tags: tuple[str, ...], label: str | None, style: Mapping[str, str]) -> dict[str, Expr]:
    """What a node is called, and how it is drawn."""
    found: dict[str, Expr] = {}
    if label is not None:
        found["label"] = text(label)
    if style:
        found["style"] = mapped([(text(key), text(style[key])) for key in sorted(style)])
    if tags:
        found["tags"] = listed([text(tag) for tag in tags])
    return found


def _plain(value: Json, module: Module) -> Expr | None:
    return None if value is None else literal(value)


def _backoff(value: Json, module: Module) -> Expr | None:
    if not isinstance(value, Mapping):
        return _plain(value, module)
    given = {name: literal(value[name]) for name in sorted(value, key=_BACKOFF.index)}
    first = given.pop("first")
    return call(module.word("Backoff"), first, **given)


def _cache(value: Json, module: Module) -> Expr | None:
    if value is None:
        return None
    given = {k: literal(value[k]) for k in ("version", "within") if value.get(k) not in (None, "")}
    if not given:
        return "True"
    if set(given) == {"version"}:
        return given["version"]
    return call(module.word("Cached"), **given)


def _retry_on(value: Json, module: Module) -> Expr | None:
    names = [name if is_exception(name) else text(name) for name in value]
    return names[0] if len(names) == 1 else paired(names)


def is_exception(name: str) -> bool:
    """Whether `name` is one of Python's own exceptions, which need no import."""
    found: Any = vars(builtins).get(name)
    return isinstance(found, type) and issubclass(found, Exception)


_BACKOFF = ("first", "factor", "at_most", "jitter")
_WRITTEN: dict[str, Any] = {
    "retries": _plain, "backoff": _backoff, "retry_on": _retry_on, "timeout": _plain,
    "priority": _plain, "cache": _cache,
}  # fmt: skip
