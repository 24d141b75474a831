"""Arguments: a constant, in which values that are not there yet may stand, as an expression of the
type that is asked for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from foretell.author.secrets import SCHEMA as SECRET
from foretell.graph.pointers import escape
from foretell.graph.secrets import KEY, NAME
from foretell_codegen.writing.kinds import Kind, Kinds, Schema, assignable
from foretell_codegen.writing.layout import Expr, call, listed, mapped, paired
from foretell_codegen.writing.literals import bytes_text, literal, text
from foretell_codegen.writing.module import Module


class Given(NamedTuple):
    """An expression that stands for a value of the type `schema`; None if nobody knows it. `hint` is the
    type itself, where it was seen."""

    expr: Expr
    schema: Schema | None = None
    hint: Any = None


Wires = Mapping[str, Given]
"""Where in a value something stands that is not there yet: JSON Pointer -> what."""


def value_of(
    value: Any, kind: Kind, module: Module, kinds: Kinds, wires: Wires | None = None
) -> Expr:
    """`value`, with `wires` in it, where the type `kind` is asked for."""
    wires = wires or {}
    if kind.hint is not None and kinds.hints.has_class(kind.hint):
        exprs = {at: one.expr for at, one in wires.items()}
        written = kinds.hints.value(value, kind.hint, exprs)
        if written is not None:
            return written
    if kind.opaque:
        return _Free(wires, module).written(value, {}, "")
    if type(value) in (str, int, bool) and not wires and _simple(value, kind.schema):
        return literal(value)
    typed = Typed(wires, module, kinds.is_class)
    found = typed.written(value, kind.schema, "")
    return found if typed.fits else cast(found, module, kinds)


def cast(expr: Expr, module: Module, kinds: Kinds) -> Expr:
    return call(module.word("cast", "typing"), kinds.any(), expr)


def _simple(value: Any, schema: Schema) -> bool:
    return len(schema) == 1 and _JSON[type(value)] == schema.get("type")


class _Free:
    """Writes values where anything is taken."""

    def __init__(self, wires: Wires, module: Module) -> None:
        self.wires = wires
        self.module = module
        self.inner = {at[:end] for at in wires for end in _steps(at)}
        self.fits = True

    def written(self, value: Any, schema: Schema, at: str) -> Expr:
        found = self.wires.get(at)
        if found is not None:
            if not assignable(found.schema, schema):
                self.fits = False
            return found.expr
        if at in self.inner and not value:
            value = self.skeleton(at)
        return self.constant(value, schema, at)

    def skeleton(self, at: str) -> Any:
        """An empty container for the wires below `at`."""
        heads = [
            one[len(at) + 1 :].partition("/")[0] for one in self.wires if one.startswith(at + "/")
        ]
        if all(head.isdecimal() for head in heads):
            return [None] * (1 + max(int(head) for head in heads))
        return {}

    def constant(self, value: Any, schema: Schema, at: str) -> Expr:
        if isinstance(value, Mapping):
            if _is_secret(value):
                return self.secret(value)
            return mapped([(text(key), self.written(one, {}, f"{at}/{escape(key)}"))
                           for key, one in self.items(value, at)])  # fmt: skip
        if isinstance(value, (list, tuple)):
            return listed([self.written(one, {}, f"{at}/{i}") for i, one in enumerate(value)])
        return literal(value)

    def items(self, value: Mapping[str, Any], at: str) -> list[tuple[str, Any]]:
        if at not in self.inner:
            return sorted(value.items())
        heads = {
            one[len(at) + 1 :].partition("/")[0] for one in self.wires if one.startswith(at + "/")
        }
        keys = {head.replace("~1", "/").replace("~0", "~") for head in heads} | set(value)
        return [(key, value.get(key)) for key in sorted(keys)]

    def secret(self, value: Mapping[str, Any]) -> Expr:
        return call(self.module.word("secret"), text(value[KEY]))


class Typed(_Free):
    """Writes values of a type, and notes in `fits` if they are not. `is_class`: whether the module has a
    class of that name, whose values are what that schema says. Nothing else of a schema is ever called."""

    def __init__(
        self, wires: Wires, module: Module, is_class: Callable[[Any, Schema], bool]
    ) -> None:
        super().__init__(wires, module)
        self.is_class = is_class

    def constant(self, value: Any, schema: Schema, at: str) -> Expr:
        if not schema:
            return super().constant(value, schema, at)
        if schema == SECRET and isinstance(value, Mapping) and _is_secret(value):
            return self.secret(value)
        if "anyOf" in schema:
            return self.one_of(value, schema["anyOf"], at)
        kind = schema.get("type")
        if isinstance(value, (list, tuple)) and kind == "array":
            return self.array(value, schema, at)
        if isinstance(value, Mapping) and kind == "object":
            return self.object(value, schema, at)
        if isinstance(value, str) and "format" in schema:
            return self.formatted(value, schema["format"])
        allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if allowed is not None:
            self.fits &= any(type(one) is type(value) and one == value for one in allowed)
        elif kind != _JSON.get(type(value)) and not (kind == "number" and type(value) is int):
            self.fits = False
        return super().constant(value, schema, at)

    def one_of(self, value: Any, members: list[Schema], at: str) -> Expr:
        before = self.fits
        for member in members:
            self.fits = True
            found = self.constant(value, member, at)
            if self.fits:
                self.fits = before
                return found
        self.fits = False
        return super().constant(value, {}, at)

    def array(self, value: Any, schema: Schema, at: str) -> Expr:
        places = schema.get("prefixItems")
        if places is None and "maxItems" not in schema:
            inner = schema.get("items", {})
            return listed([self.written(one, inner, f"{at}/{i}") for i, one in enumerate(value)])
        places = places or []
        if len(places) != len(value):
            self.fits = False
            return super().constant(value, schema, at)
        items = [
            self.written(v, s, f"{at}/{i}")
            for i, (v, s) in enumerate(zip(value, places, strict=True))
        ]
        if "title" not in schema:
            return paired(items)
        if self.is_class(schema["title"], schema):
            return call(schema["title"], *items)
        self.fits = False
        return super().constant(value, schema, at)

    def object(self, value: Mapping[str, Any], schema: Schema, at: str) -> Expr:
        items = self.items(value, at)
        if "properties" not in schema:
            inner = schema.get("additionalProperties")
            inner = inner if isinstance(inner, Mapping) else {}
            return mapped(
                [(text(k), self.written(v, inner, f"{at}/{escape(k)}")) for k, v in items]
            )
        parts, required = schema["properties"], schema.get("required", [])
        known = dict(items)
        self.fits &= set(required) <= set(known) <= set(parts)
        order = [
            *(name for name in required if name in known),
            *(k for k in known if k not in required),
        ]
        return mapped([(text(key), self.written(known[key], parts.get(key, {}), f"{at}/{escape(key)}"))
                       for key in order])  # fmt: skip

    def formatted(self, value: str, form: Any) -> Expr:
        if form == "base64url":
            raw = _bytes(value)
            if raw is not None:
                return bytes_text(raw)
        if form == "date" and _is_date(value):
            day = date.fromisoformat(value)
            return call(
                self.module.word("date", "datetime"), str(day.year), str(day.month), str(day.day)
            )
        if form == "date-time" and _is_moment(value):
            word = self.module.word("datetime", "datetime")
            return call(f"{word}.fromisoformat", text(value))
        self.fits = False
        return text(value)


def _bytes(value: str) -> bytes | None:
    try:
        raw = base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    from foretell.graph.references import text_of_bytes

    return raw if text_of_bytes(raw) == value else None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    """Whether a moment without a time zone, which is written as it was."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is None and moment.isoformat() == value


def _is_secret(value: Mapping[str, Any]) -> bool:
    name = value.get(KEY)
    return len(value) == 1 and isinstance(name, str) and NAME.fullmatch(name) is not None


def _steps(at: str) -> list[int]:
    """Where the places around `at` end."""
    return [i for i, sign in enumerate(at) if sign == "/"]


_JSON: dict[type[Any], str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null",
}  # fmt: skip
