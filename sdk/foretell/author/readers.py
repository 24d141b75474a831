"""JSON values to what an annotation says, and back to JSON.

The common annotations are read by hand, exactly and without pydantic, because every child process
reads its inputs on the way to its first line of work. Everything else is pydantic's work, imported
when the first such annotation is used. Readers are strict about JSON types: `"3"` is not an int,
`true` is not 1; an integer is a good float.
"""

from __future__ import annotations

import binascii
import collections.abc
import enum
import types
from collections.abc import Callable, Iterable, Mapping
from typing import (
    Any,
    Literal,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from foretell.author.adapting import adapter
from foretell.author.fields import UNKNOWN, say_type
from foretell.author.mismatch import Mismatch, describe
from foretell.author.secrets import Secret
from foretell.author.stated import stated
from foretell.author.streams import Stream, stream_of
from foretell.graph.references import BYTES, Held, text_of_bytes
from foretell.graph.secrets import KEY
from foretell.values.codecs import codec_of

Reader = Callable[[Any], Any]
"""Converts a JSON value; raises `Mismatch`."""


class NotPlain(Exception):
    """The annotation is pydantic's to read."""


def reader_of(hint: Any) -> tuple[Reader, bool]:
    """The reader of an annotation, and whether it is a plain one (that never needs pydantic)."""
    hint = stated(hint)[0]
    try:
        return _plain(hint, ()), True
    except NotPlain:
        if get_origin(hint) is Stream:
            return _stream(_by_pydantic(*get_args(hint)), say_type(hint)), False
        return _by_pydantic(hint), False


def _plain(hint: Any, within: tuple[Any, ...]) -> Reader:
    if hint is UNKNOWN or hint is Any or hint is object:
        return _as_is
    if hint is None:
        hint = type(None)
    hint = unwrapped(hint)
    if hint is Any:
        return _as_is
    if hint in _EXACT:
        return _EXACT[hint]
    if hint is Secret:
        return _secret
    if hint is bytes:
        return _bytes
    if hint in within:
        raise NotPlain  # a class that contains itself
    origin, args = get_origin(hint), get_args(hint)
    codec = codec_of(origin or hint)
    if codec is not None:
        return _held(codec.name, origin or hint)
    if origin is Literal:
        return _literal(args, say_type(hint))
    if origin in (Union, types.UnionType):
        return _union([_plain(arg, within) for arg in _told_apart(args)], say_type(hint))
    if origin is tuple or hint is tuple:
        return _tuple(args, hint, within)
    kind = origin or hint
    if kind is Stream:
        read = _plain(args[0] if args else Any, within)
        return _stream(read, say_type(hint))
    if kind in _LISTS and len(args) < 2:
        return _list(_plain(args[0] if args else Any, within), say_type(hint))
    if kind in _DICTS and (not args or args[0] is str):
        return _dict(_plain(args[1] if args else Any, within), say_type(hint))
    if isinstance(hint, type) and origin is None:
        return _record(hint, (*within, hint))
    raise NotPlain


def unwrapped(hint: Any) -> Any:
    """What a NewType or a type variable stands for."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if isinstance(hint, TypeVar):
        if hint.__constraints__:
            return Union[hint.__constraints__]  # noqa: UP007 - they are known only now
        return Any if hint.__bound__ is None else hint.__bound__
    return hint


def _told_apart(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The members of a union, if JSON tells them apart. If not, a value might be read as another
    one than it was, which pydantic's part of this file watches over."""
    structured = [arg for arg in args if get_origin(arg) is not Literal and arg not in _EXACT]
    parts = [arg for arg in structured if arg is not None and arg is not Any]
    if bytes in args and len(args) - (None in args) - (type(None) in args) > 1:
        raise NotPlain  # in JSON they are a text
    if sum(codec_of(get_origin(arg) or arg) is None for arg in parts) > 1:
        raise NotPlain
    return args


def _as_is(value: Any) -> Any:
    return unheld(value) if type(value) in _MAY_HOLD else value


_MAY_HOLD = (Held, dict, list)


def unheld(value: Any) -> Any:
    """JSON in which values stand that it has no word for, as somebody takes it who asks for no type."""
    kind = type(value)
    if kind is Held:
        return text_of_bytes(value.value) if value.codec == BYTES else value.value
    if kind is dict and any(type(item) in _MAY_HOLD for item in value.values()):
        return {key: unheld(item) for key, item in value.items()}
    if kind is list and any(type(item) in _MAY_HOLD for item in value):
        return [unheld(item) for item in value]
    return value


_STANDARD = str.maketrans("-_", "+/")


def _bytes(value: Any) -> Any:
    if type(value) is Held and value.codec == BYTES:
        return value.value
    if type(value) is not str:
        raise Mismatch("bytes", describe(value))
    try:
        padded = value.translate(_STANDARD) + "=" * (-len(value) % 4)
        return binascii.a2b_base64(padded, strict_mode=True)
    except ValueError:
        raise Mismatch("bytes, as base64", describe(value)) from None


def _held(codec: str, kind: type[Any]) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is Held and value.codec == codec and isinstance(value.value, kind):
            return value.value
        raise Mismatch(say_type(kind), describe(value))

    return read


def _exactly(kind: type[Any]) -> Reader:
    name = say_type(kind)

    def read(value: Any) -> Any:
        if type(value) is kind:
            return value
        raise Mismatch(name, describe(value))

    return read


def _float(value: Any) -> Any:
    if type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise Mismatch("float", f"an int of {value.bit_length()} bits") from None
    raise Mismatch("float", describe(value))


_EXACT: dict[Any, Reader] = {
    str: _exactly(str), int: _exactly(int), bool: _exactly(bool), float: _float,
    type(None): _exactly(type(None)),
}  # fmt: skip


def _secret(value: Any) -> Any:
    if isinstance(value, Mapping) and list(value) == [KEY] and isinstance(value[KEY], str):
        return Secret(value[KEY])
    raise Mismatch("a secret", describe(value))


_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_DICTS = (dict, collections.abc.Mapping)


def _literal(allowed: tuple[Any, ...], name: str) -> Reader:
    words = [(one.value if isinstance(one, enum.Enum) else one, one) for one in allowed]
    if not all(type(word) in (str, int, bool, type(None)) for word, _ in words):
        raise NotPlain

    def read(value: Any) -> Any:
        for word, one in words:
            if type(word) is type(value) and word == value:
                return one
        raise Mismatch(name, describe(value))

    return read


def _union(readers: list[Reader], name: str) -> Reader:
    # An exact match comes first, so that 3 stays an int in `float | int`.
    readers = sorted(readers, key=lambda reader: reader is _float)

    def read(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except Mismatch:
                continue
        raise Mismatch(name, describe(value))

    return read


def _list(item: Reader, name: str) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch(name, describe(value))
        return _as_is(value) if item is _as_is else _all(item, value)

    return read


def _stream(item: Reader, name: str) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise Mismatch(name, describe(value))
        return stream_of(item, value)

    return read


def _all(item: Reader, values: list[Any]) -> list[Any]:
    out: list[Any] = []
    try:
        for value in values:
            out.append(item(value))
    except Mismatch as fault:
        raise fault.inside(len(out)) from None
    return out


def _tuple(args: tuple[Any, ...], hint: Any, within: tuple[Any, ...]) -> Reader:
    name = say_type(hint)
    if hint is tuple or args[-1:] == (Ellipsis,):
        many = _list(_plain(args[0] if args else Any, within), name)
        return lambda value: tuple(many(value))
    readers = [_plain(arg, within) for arg in args]

    def read(value: Any) -> Any:
        if type(value) is not list or len(value) != len(readers):
            raise Mismatch(name, describe(value))
        return tuple(_each(enumerate(readers), value))

    return read


def _each(readers: Iterable[tuple[Any, Reader]], values: Any) -> list[Any]:
    out = []
    for key, reader in readers:
        try:
            out.append(reader(values[key]))
        except Mismatch as fault:
            raise fault.inside(key) from None
    return out


def _dict(item: Reader, name: str) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch(name, describe(value))
        if item is _as_is:
            return _as_is(value)
        return dict(zip(value, _each(((key, item) for key in value), value), strict=True))

    return read


def record_of(kind: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of a plain dataclass, NamedTuple or TypedDict with their types, in order, and
    which of them are required. Raises `NotPlain` for what has rules beyond types."""
    try:
        hints = get_type_hints(kind)
    except (NameError, TypeError):
        raise NotPlain from None
    if is_typeddict(kind):
        return hints, tuple(name for name in hints if name in kind.__required_keys__)
    names: tuple[str, ...] = getattr(kind, "_fields", ())
    if issubclass(kind, tuple) and set(hints) == set(names):
        optional: dict[str, Any] = getattr(kind, "_field_defaults", {})
        return {name: hints[name] for name in names}, tuple(n for n in names if n not in optional)
    if "__dataclass_fields__" in kind.__dict__ and not hasattr(kind, "__pydantic_config__"):
        return _dataclass_fields(kind, hints)
    raise NotPlain


def _dataclass_fields(kind: Any, hints: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    from dataclasses import MISSING, fields

    known = fields(kind)
    if any(not f.init for f in known):
        raise NotPlain
    required = (f.name for f in known if f.default is MISSING and f.default_factory is MISSING)
    return {f.name: hints[f.name] for f in known}, tuple(required)


def _record(kind: Any, within: tuple[Any, ...]) -> Reader:
    fields, required = record_of(kind)
    readers = {name: _plain(hint, within) for name, hint in fields.items()}
    if issubclass(kind, tuple):
        return _named_tuple(kind, list(enumerate(readers.values())), len(required))
    make = (lambda **items: items) if is_typeddict(kind) else kind
    return _object(readers, required, kind.__qualname__, make)


def _named_tuple(kind: Any, items: list[tuple[int, Reader]], fewest: int) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list or not fewest <= len(value) <= len(items):
            raise Mismatch(kind.__qualname__, describe(value))
        return kind(*_each(items[: len(value)], value))

    return read


def _object(
    readers: Mapping[str, Reader], required: Iterable[str], name: str, make: Callable[..., Any]
) -> Reader:
    needed = sorted(required)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise Mismatch(name, describe(value))
        for key in value:
            if key not in readers:
                raise Mismatch(f"one of {', '.join(readers)}", f"the unknown field {key!r:.60}")
        for key in needed:
            if key not in value:
                raise Mismatch(f"{name} with the field {key!r}", "an object without it")
        items = _each(((key, readers[key]) for key in value), value)
        return make(**dict(zip(value, items, strict=True)))

    return read


def _by_pydantic(hint: Any) -> Reader:
    return lambda value: adapter(hint).read(value)
