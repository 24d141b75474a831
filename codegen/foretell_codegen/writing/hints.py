"""Types of tasks that are imported, as annotations: their classes come from where the tasks do."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, is_typeddict

from foretell.author.fields import UNKNOWN, attributes, items, keys
from foretell.graph.pointers import escape
from foretell_codegen.writing.layout import Expr, call, flat, listed, mapped, paired, subscript
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module

_PLAIN = (int, float, str, bool, bytes)
_PYTHONS = {
    "datetime": frozenset({"date", "datetime", "timedelta"}),
    "uuid": frozenset({"UUID"}),
    "pathlib": frozenset({"Path"}),
}
"""Classes of Python that a flow may need."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Writes types, where classes of these modules may be imported."""

    module: Module
    imports: Mapping[str, frozenset[str]]

    def annotation(self, hint: Any) -> Expr | None:
        """How a type is written; None if it cannot be."""
        if hint is Any or hint is UNKNOWN:
            return self.module.word("Any", "typing")
        if hint is None or hint is type(None):
            return "None"
        if hint in _PLAIN or hint in (list, dict, tuple):
            return str(hint.__name__)
        origin, args = get_origin(hint), get_args(hint)
        if origin is Literal:
            if all(one is None or type(one) in (str, int, bool) for one in args):
                return subscript(self.module.word("Literal", "typing"), *map(literal, args))
            return None
        if origin in (Union, types.UnionType):
            parts = [self.annotation(arg) for arg in args]
            return None if None in parts else " | ".join(flat(part or "") for part in parts)
        if origin in (list, dict, tuple):
            inner = ["..." if arg is Ellipsis else self.annotation(arg) for arg in args]
            found = [one for one in inner if one is not None]
            return subscript(origin.__name__, *found) if len(found) == len(inner) > 0 else None
        return self.class_(hint) if isinstance(hint, type) and origin is None else None

    def class_(self, hint: Any) -> str | None:
        home, name = hint.__module__, hint.__qualname__
        if name in self.imports.get(home, ()) or name in _PYTHONS.get(home, ()):
            return self.module.word(name, home)
        return None

    def has_class(self, hint: Any) -> bool:
        """Whether values of it are not written as JSON is."""
        if get_args(hint):
            return any(self.has_class(arg) for arg in get_args(hint))
        return isinstance(hint, type) and hint.__module__ in self.imports and not is_typeddict(hint)

    def value(self, value: Any, hint: Any, wires: Mapping[str, Expr], at: str = "") -> Expr | None:
        """A JSON value of this type, with `wires` in it; None if it cannot be written so."""
        if at in wires:
            return wires[at]
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            if value is None:
                return "None"
            some = [arg for arg in args if arg is not type(None)]
            return self.value(value, some[0], wires, at) if len(some) == 1 else None
        if origin is list and isinstance(value, list):
            return _all(
                listed, [self.value(v, args[0], wires, f"{at}/{i}") for i, v in enumerate(value)]
            )
        if (
            origin is tuple
            and isinstance(value, list)
            and args[-1:] != (Ellipsis,)
            and len(args) == len(value)
        ):
            pairs = enumerate(zip(value, args, strict=True))
            return _all(paired, [self.value(v, arg, wires, f"{at}/{i}") for i, (v, arg) in pairs])
        if origin is dict and isinstance(value, dict):
            found = {
                k: self.value(value[k], args[1], wires, f"{at}/{escape(k)}") for k in sorted(value)
            }
            if any(one is None for one in found.values()):
                return None
            return mapped([(text(k), one or "") for k, one in found.items()])
        if isinstance(hint, type) and origin is None and not is_typeddict(hint):
            return self._instance(value, hint, wires, at)
        return None if any(one.startswith(at + "/") for one in wires) else literal(value)

    def _instance(self, value: Any, kind: Any, wires: Mapping[str, Expr], at: str) -> Expr | None:
        if kind in (*_PLAIN, type(None)):
            return None if kind is bytes else literal(value)
        name = self.class_(kind)
        if name is None:
            return None
        if issubclass(kind, enum.Enum):
            return call(name, literal(value))
        known = attributes(kind)
        places = {str(i): v for i, v in enumerate(value)} if isinstance(value, list) else value
        if not known or not isinstance(places, dict):
            return None
        given: dict[str, Expr] = {}
        for field, (token, hint) in known.items():
            if token in places:
                written = self.value(places[token], hint, wires, f"{at}/{escape(token)}")
                if written is None:
                    return None
                given[field] = written
        return call(name, **given)


def step(hint: Any, token: str) -> tuple[str, Any] | None:
    """How a part of a value of this type is taken, and its type; None if it cannot be."""
    for name, (at, inner) in attributes(hint).items():
        if at == token:
            return f".{name}", inner
    if token in keys(hint):
        return f"[{text(token)}]", keys(hint)[token]
    places = items(hint)
    if places is not None and token.isdecimal() and int(token) < len(places):
        return f"[{int(token)}]", places[int(token)]
    return None


def _all(made: Any, parts: list[Expr | None]) -> Expr | None:
    expr: Expr = made([part for part in parts if part is not None])
    return None if None in parts else expr
