"""Types: from JSON Schemas to annotations, to parts of values, and to literals of their type.

Where registration would make the same schema of an ordinary annotation, that is written; an object
becomes a TypedDict, a tuple with a title a NamedTuple. Everything else is `Annotated[T, Schema({...})]`,
which says a schema word for word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from foretell.author.secrets import SCHEMA as SECRET
from foretell.document.wires import FAILURES
from foretell.graph.pointers import tokens
from foretell_codegen.names import identifier_like, is_identifier, is_variable
from foretell_codegen.writing.hints import Hints
from foretell_codegen.writing.layout import (
    Expr,
    Part,
    Prefixed,
    call,
    flat,
    mapped,
    statement,
    subscript,
)
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module

Schema = Mapping[str, Any]

_SIMPLE = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None"}
_FORMATS = {
    "date-time": ("datetime", "datetime"), "date": ("datetime", "date"),
    "duration": ("datetime", "timedelta"), "uuid": ("uuid", "UUID"), "path": ("pathlib", "Path"),
}  # fmt: skip
_CLASSLESS = frozenset({"item", "value"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A type. `annotation` is how it is written; `schema` what it says, None if nothing is known of it.

    `record` is the constructor of a NamedTuple. Values of an `opaque` one pass for anything. `hint` is the
    type itself, where it was seen.
    """

    annotation: Expr
    schema: Schema
    record: str = ""
    opaque: bool = False
    hint: Any = None


class Kinds:
    """The types of one module."""

    def __init__(self, module: Module, imports: Mapping[str, frozenset[str]] | None = None) -> None:
        self._module = module
        self.hints = Hints(module, imports or {})
        self._known: dict[str, Kind] = {}
        self._classes: dict[str, Schema] = {}

    def is_class(self, title: Any, schema: Schema) -> bool:
        """Whether a class of that name was declared here for that schema."""
        return isinstance(title, str) and self._classes.get(title) == schema

    def of(self, schema: Schema, hint: str = "value", parts: Iterable[str] = ()) -> Kind:
        """The type of the values that `schema` allows, of which `parts` (JSON Pointers) are taken.
        `hint` is what a type is called that must have a name."""
        paths = sorted({pointer for pointer in parts if pointer})
        key = _frozen([schema, paths])
        found = self._known.get(key)
        if found is None:
            plain = self._plain(schema)
            if plain is None or not all(_leads(schema, tokens(path)) for path in paths):
                plain = self._stated(schema, hint, [tokens(path) for path in paths])
            found = self._known[key] = plain
        return found

    def loose(self, schema: Schema, name: str) -> Kind:
        """A type that is anything to a type checker."""
        return self.of(schema) if not schema else self._stated(schema, name, [])

    def seen(self, hint: Any, schema: Schema, name: str) -> Kind:
        """A type that was seen, of which registration makes this schema."""
        written = self.hints.annotation(hint)
        if written is None:
            return replace(self.of(schema, name), hint=hint)
        return Kind(written, schema, opaque=not schema, hint=hint)

    def any(self) -> str:
        return self._module.word("Any", "typing")

    def _plain(self, schema: Schema) -> Kind | None:
        written = self._annotation(schema)
        if written is None:
            return None
        record = flat(written) if _is_named_tuple(schema) else ""
        return Kind(written, schema, record, opaque=not schema)

    def _annotation(self, schema: Any) -> Expr | None:
        """An annotation of which registration makes exactly this schema, if there is one."""
        if not isinstance(schema, Mapping):
            return None
        if not schema:
            return self.any()
        kind = schema.get("type")
        keys = set(schema)
        if keys == {"type"} and isinstance(kind, str):
            return _SIMPLE.get(kind)
        if keys == {"type", "format"} and kind == "string":
            if schema["format"] == "base64url":
                return "bytes"
            home = _FORMATS.get(schema["format"]) if isinstance(schema["format"], str) else None
            return None if home is None else self._module.word(home[1], home[0])
        if schema == SECRET:
            return self._module.word("Secret")
        if schema == FAILURES["items"]:
            return self._module.word("Failure")
        if keys in ({"const", "type"}, {"const"}, {"enum", "type"}, {"enum"}):
            return self._literal(schema)
        if keys == {"anyOf"}:
            return self._union(schema["anyOf"])
        if kind == "array":
            return self._array(schema, keys)
        if kind == "object" and keys == {"type", "additionalProperties"}:
            inner = schema["additionalProperties"]
            item = self.any() if inner is True else self._annotation(inner) if inner else None
            return None if item is None else subscript("dict", "str", item)
        if kind == "object":
            return self._record(schema, keys)
        return None

    def _literal(self, schema: Schema) -> Expr | None:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(values, list) or not values or ("enum" in schema) is (len(values) == 1):
            return None
        if any(value is not None and type(value) not in (str, int, bool) for value in values):
            return None
        names = {_NAME[type(value)] for value in values}
        if schema.get("type") != (next(iter(names)) if len(names) == 1 else None):
            return None
        if len({(type(value), value) for value in values}) < len(values):
            return None
        return subscript(self._module.word("Literal", "typing"), *map(literal, values))

    def _union(self, members: Any) -> Expr | None:
        if not isinstance(members, list) or len(members) < 2:
            return None
        written = [None if _is_union(member) else self._annotation(member) for member in members]
        if any(one is None for one in written):
            return None
        texts = [flat(one) for one in written if one is not None]
        if len(set(texts)) < len(texts) or self.any() in texts:
            return None
        if texts.count("bytes") and len(texts) - texts.count("None") > 1:
            return None
        if sum(not (member.keys() <= {"type"}) for member in members) > 1:
            return None  # pydantic has its own way with unions of objects
        return " | ".join(texts)

    def _array(self, schema: Schema, keys: set[str]) -> Expr | None:
        if keys == {"type", "items"}:
            item = self._annotation(schema["items"])
            return None if item is None else subscript("list", item)
        if _is_named_tuple(schema):
            return self._named_tuple(schema)
        items = schema.get("prefixItems", [])
        if keys - {"prefixItems"} != {"type", "minItems", "maxItems"} or not (
            isinstance(items, list) and schema["minItems"] == schema["maxItems"] == len(items)
        ):
            return None
        if not items:
            return None if "prefixItems" in keys else "tuple[()]"
        inner = [self._annotation(item) for item in items]
        found = [one for one in inner if one is not None]
        return subscript("tuple", *found) if len(found) == len(inner) else None

    def _named_tuple(self, schema: Schema) -> Expr | None:
        fields = [(f"item_{i}", item) for i, item in enumerate(schema["prefixItems"])]
        return self._class(schema, "NamedTuple", fields, frozenset())

    def _record(self, schema: Schema, keys: set[str]) -> Expr | None:
        if keys - {"required"} != {"title", "type", "properties", "additionalProperties"}:
            return None
        properties, required = schema["properties"], schema.get("required", [])
        if schema["additionalProperties"] is not False or not isinstance(properties, Mapping):
            return None
        if not isinstance(required, list) or ("required" in keys) is not bool(required):
            return None
        if not set(required) <= set(properties) or len(set(required)) < len(required):
            return None
        optional = sorted(set(properties) - set(required))
        fields = [(name, properties[name]) for name in (*required, *optional)]
        return self._class(schema, "TypedDict", fields, frozenset(optional))

    def _class(
        self, schema: Schema, base: str, fields: list[tuple[str, Any]], optional: frozenset[str]
    ) -> Expr | None:
        title = schema["title"]
        if not isinstance(title, str) or not is_variable(title):
            return None
        if not all(is_identifier(name) and name[0] != "_" for name, _ in fields):
            return None
        if self.is_class(title, schema):
            return title
        inner = [(name, self._annotation(field)) for name, field in fields]
        if any(one is None for _, one in inner) or not self._module.names.take(title):
            return None
        self._classes[title] = schema
        lines = [f"class {title}({self._module.word(base, 'typing')}):"]
        for name, one in inner:
            assert one is not None
            if name in optional:
                one = subscript(self._module.word("NotRequired", "typing"), one)
            lines.append(f"    {name}: {flat(one)}")
        self._module.blocks.append("\n".join(lines if inner else [*lines, "    pass"]) + "\n")
        return title

    def _stated(self, schema: Schema, hint: str, paths: list[list[str]]) -> Kind:
        """A type with a name, whose schema is said word for word."""
        inner = self._shape_of(paths, hint) if paths else self.any()
        said = call(self._module.word("Schema"), literal(schema))
        name = self._module.names.fresh(_class_name(schema, hint))
        annotated = subscript(self._module.word("Annotated", "typing"), inner, said)
        if paths:  # the class of which parts are taken comes first
            self._module.blocks.append(statement(Prefixed(f"{name} = ", annotated), 0))
        else:
            self._module.alias(name, annotated)
        return Kind(name, schema, opaque=not paths)

    def _shape_of(self, paths: list[list[str]], hint: str) -> Expr:
        """A type from which these paths can be taken."""
        heads: dict[str, list[list[str]]] = {}
        for path in paths:
            if path:
                heads.setdefault(path[0], []).append(path[1:])
        if not heads:
            return self.any()
        inner = {head: self._shape_of(rest, f"{hint}_{head}") for head, rest in heads.items()}
        if all(head.isdecimal() and int(head) < 100 for head in heads):
            places = range(max(map(int, heads)) + 1)
            return subscript("tuple", *(inner.get(str(i), self.any()) for i in places))
        name = self._module.names.fresh(_class_name({}, hint) + "Parts")
        if all(is_identifier(head) and not head.startswith("__") for head in inner):
            lines = [f"    {head}: {flat(one)}\n" for head, one in inner.items()]
            base = self._module.word("TypedDict", "typing")
            self._module.blocks.append(f"class {name}({base}):\n{''.join(lines)}")
            return name
        fields = mapped([(text(head), one) for head, one in inner.items()])
        made = call(self._module.word("TypedDict", "typing"), text(name), fields)
        self._module.blocks.append(statement(Prefixed(f"{name} = ", made), 0))
        return name


def part(value: Expr, schema: Schema, pointer: str, stated: bool = False) -> Expr:
    """How the part of `value` at `pointer` is taken."""
    for token in tokens(pointer):
        value = Part(
            value, f"[{token if token.isdecimal() and not _is_object(schema) else text(token)}]"
        )
        schema = _step(schema, token) or {}
    return value


def _is_object(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "properties" in schema


def _leads(schema: Any, path: list[str]) -> bool:
    for token in path:
        schema = _step(schema, token)
        if schema is None:
            return False
    return True


def _step(schema: Any, token: str) -> Any:
    """The schema of a part that can be taken in a workflow; None if it cannot."""
    if not isinstance(schema, Mapping):
        return None
    if "properties" in schema and isinstance(schema["properties"], Mapping):
        return schema["properties"].get(token)
    items = schema.get("prefixItems")
    if isinstance(items, list) and token.isdecimal() and int(token) < len(items):
        return items[int(token)]
    return None


def assignable(given: Schema | None, wanted: Schema | None) -> bool:
    """Whether a type checker lets a value of the one type be given where the other is taken. Where
    in doubt it does not."""
    if not given or not wanted or given == wanted:
        return True
    if "anyOf" in given:
        return all(assignable(member, wanted) for member in given["anyOf"])
    if "anyOf" in wanted:
        return any(assignable(given, member) for member in wanted["anyOf"])
    if given.get("type") == "integer" and wanted == {"type": "number"}:
        return True
    values = given.get("enum", [given["const"]] if "const" in given else None)
    if isinstance(values, list) and "type" in given:
        return dict(wanted) == {"type": given["type"]} or (
            given["type"] == "integer" and wanted == {"type": "number"}
        )
    return False


def _is_named_tuple(schema: Schema) -> bool:
    return (
        set(schema) == {"title", "type", "prefixItems", "minItems", "maxItems"}
        and isinstance(schema["prefixItems"], list)
        and schema["minItems"] == schema["maxItems"] == len(schema["prefixItems"]) > 0
    )


def _is_union(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "anyOf" in schema


def _class_name(schema: Schema, hint: str) -> str:
    title = schema.get("title")
    said = title if isinstance(title, str) and title else hint
    words = identifier_like(said, "Value").strip("_").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words) or "Value"


_NAME = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


def _frozen(value: Any) -> str:
    import json

    return json.dumps(value, sort_keys=True)


__all__ = ["Kind", "Kinds", "Schema", "assignable", "part"]
