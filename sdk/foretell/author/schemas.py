"""JSON Schemas of annotations. The plain ones are written by hand, as pydantic would write them,
so that compiling a workflow of plain types does not import it."""

from __future__ import annotations

import collections.abc
import types
from contextlib import suppress
from copy import deepcopy
from typing import Any, Literal, Union, cast, get_args, get_origin

from foretell.author.adapting import adapter
from foretell.author.fields import UNKNOWN
from foretell.author.mismatch import Mismatch
from foretell.author.ports import Port, Ports
from foretell.author.readers import NotPlain, record_of, unwrapped
from foretell.author.secrets import SCHEMA as SECRET
from foretell.author.secrets import Secret
from foretell.author.stated import stated
from foretell.author.streams import Stream
from foretell.graph.references import KEY
from foretell.values.codecs import codec_of

Schema = dict[str, Any]

_SIMPLE: dict[Any, str] = {
    int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null",
}  # fmt: skip
_LISTS = (list, collections.abc.Sequence)
_DICTS = (dict, collections.abc.Mapping)


def schema_of(hint: Any, mode: str = "validation") -> Schema:
    """The JSON Schema of the values that `hint` allows."""
    said = stated(hint)[1]
    if said is not None:
        return deepcopy(said.says)
    try:
        return _plain(hint, ())
    except NotPlain:
        if get_origin(hint) is Stream:
            hint = list[get_args(hint)[0]]  # type: ignore[misc]
        return _by_pydantic(hint, mode)


def inputs_schema(ports: Ports) -> Schema:
    """The JSON Schema of an object with one property a parameter."""
    if ports.stated is not None:
        return deepcopy(ports.stated.says)
    defs: Schema = {}
    properties = {port.name: _lifted(_with_default(port), defs) for port in ports.inputs.values()}
    required = [port.name for port in ports.inputs.values() if port.required]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if defs:
        schema["$defs"] = defs
    if required:
        schema["required"] = required
    return schema


def _lifted(schema: Schema, defs: Schema) -> Schema:
    """`schema` as a part of a greater one, which holds its definitions among its own `defs`."""
    own: Schema = schema.pop("$defs", {})
    names: dict[str, str] = {}
    for name, definition in own.items():
        free = name
        while free in defs and defs[free] != definition:
            free += "_"
        names[name] = free
    for name, definition in own.items():
        defs[names[name]] = _renamed(definition, names)
    return cast("Schema", _renamed(schema, names))


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, list):
        return [_renamed(item, names) for item in part]
    if not isinstance(part, dict):
        return part
    copy = {key: _renamed(value, names) for key, value in part.items()}
    reference = part.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix("#/$defs/")
        copy["$ref"] = f"#/$defs/{names.get(name, name)}"
    return copy


def _with_default(port: Port) -> Schema:
    schema = schema_of(port.hint)
    if not port.required:
        # A task's own default need not go through JSON: whoever runs the task has it, too.
        with suppress(Mismatch):
            schema["default"] = port.dump(port.default)
    return schema


def _plain(hint: Any, within: tuple[Any, ...]) -> Schema:
    if hint is UNKNOWN or hint is Any or hint is object:
        return {}
    hint = unwrapped(hint)
    if hint is Any:
        return {}
    if hint is Secret:
        return SECRET
    if hint is bytes:
        return {"type": "string", "format": "base64url"}
    if hint is None or hint in _SIMPLE:
        return {"type": _SIMPLE[type(None) if hint is None else hint]}
    origin, args = get_origin(hint), get_args(hint)
    codec = codec_of(origin or hint)
    if codec is not None:
        return _reference(codec.name, (origin or hint).__name__)
    if origin is Literal:
        return _literal(args)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_plain(arg, within) for arg in args]}
    if origin is tuple:
        return _tuple(args, within)
    kind = origin or hint
    if kind in _LISTS or kind is Stream:
        return {"type": "array", "items": _plain(args[0], within) if args else {}}
    if kind in _DICTS and (not args or args[0] is str):
        return {
            "type": "object",
            "additionalProperties": (_plain(args[1], within) if args else {}) or True,
        }
    if isinstance(hint, type) and origin is None and hint not in within:
        return _record(hint, (*within, hint))
    raise NotPlain


def _reference(codec: str, title: str) -> Schema:
    """Of what stands in JSON as a reference to what that codec wrote."""
    record = {
        "type": "object",
        "properties": {"codec": {"const": codec, "type": "string"}},
        "required": ["codec"],
    }
    return {
        "title": title, "type": "object", "properties": {KEY: record}, "required": [KEY],
        "additionalProperties": False,
    }  # fmt: skip


def _record(kind: Any, within: tuple[Any, ...]) -> Schema:
    fields, required = record_of(kind)
    parts = {name: _plain(hint, within) for name, hint in fields.items()}
    if issubclass(kind, tuple):
        return {
            "title": kind.__qualname__, "type": "array", "prefixItems": list(parts.values()),
            "minItems": len(required), "maxItems": len(parts),
        }  # fmt: skip
    schema: Schema = {"title": kind.__qualname__, "type": "object", "properties": parts}
    if required:
        schema["required"] = list(required)
    return {**schema, "additionalProperties": False}


def _literal(allowed: tuple[Any, ...]) -> Schema:
    schema: Schema = {"const": allowed[0]} if len(allowed) == 1 else {"enum": list(allowed)}
    kinds = {type(value) for value in allowed}
    if not kinds <= set(_SIMPLE):
        raise NotPlain
    if len(kinds) == 1:
        schema["type"] = _SIMPLE[kinds.pop()]
    return schema


def _tuple(args: tuple[Any, ...], within: tuple[Any, ...]) -> Schema:
    if args[-1:] == (Ellipsis,):
        return {"type": "array", "items": _plain(args[0], within)}
    schema: Schema = {"type": "array", "minItems": len(args), "maxItems": len(args)}
    if args:
        schema["prefixItems"] = [_plain(arg, within) for arg in args]
    return schema


def _by_pydantic(hint: Any, mode: str) -> Schema:
    return adapter(hint).schema(mode)
