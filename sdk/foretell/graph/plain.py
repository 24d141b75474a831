"""Plain JSON to frozen dataclasses and back, strictly, with the path of every fault.

Stands in for pydantic where a start must be quick or dependencies must be none: in every child
process, and when a compiled graph is loaded. It reads the same dataclasses from which pydantic
publishes the JSON Schemas, and a property test holds the two to the same language.

Understood annotations: str, int, float, bool, None, Any, Literal, X | None, unions of dataclasses
that differ in a `kind: Literal[...]` field, tuple[X, ...], tuple[X, Y], Mapping[str, X], dataclasses.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from foretell.errors import DocumentError, nearest
from foretell.graph.references import Held

T = TypeVar("T")
Reader = Callable[[Any], Any]

_EXACT = (str, bool, int)
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer",
          float: "number", type(None): "null"}  # fmt: skip


class _Fault(Exception):
    """What is wrong. Where, is said on the way out: nobody pays for the path of what is right."""

    def __init__(self, why: str, *path: str) -> None:
        self.why = why
        self.path = list(path)

    def inside(self, step: str) -> _Fault:
        self.path.append(step)
        return self


def decode(cls: type[T], data: Any, where: str = "$") -> T:
    """`data` (parsed JSON) as a `cls`. Raises `DocumentError` with the path of the first fault."""
    try:
        value: T = _dataclass_reader(cast(Hashable, cls))(data)
    except _Fault as fault:
        raise DocumentError(where + "".join(reversed(fault.path)), fault.why) from None
    return value


def encode(obj: Any) -> Any:
    """The JSON value of a dataclass. Fields equal to their defaults are left out, except `kind`."""
    if isinstance(obj, (str, int, float, bool, type(None), Held)):
        return obj
    if isinstance(obj, (tuple, list)):
        return [encode(item) for item in obj]
    if isinstance(obj, Mapping):
        return {key: encode(value) for key, value in obj.items()}
    out: dict[str, Any] = {}
    for name, default in _encoded_fields(cast(Hashable, type(obj))):
        value = getattr(obj, name)
        if name == "kind" or value != default:
            out[name] = encode(value)
    return out


def json_type(value: Any) -> str:
    """What a JSON value is, in JSON's own words."""
    return _NAMES.get(type(value), type(value).__name__)


@cache
def _encoded_fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    pairs: list[tuple[str, Any]] = []
    for f in dataclasses.fields(cls):
        default = f.default
        if f.default_factory is not dataclasses.MISSING:
            default = f.default_factory()
        pairs.append((f.name, default))
    return tuple(pairs)


@cache
def _dataclass_reader(cls: Any) -> Reader:
    hints = get_type_hints(cls)
    readers: dict[str, Reader] = {}
    exact: dict[str, type[Any]] = {}  # fields that hold what JSON holds: no reader is called
    required: set[str] = set()
    ready = False

    def prepare() -> None:  # late, so that a class may contain itself
        nonlocal ready
        for f in dataclasses.fields(cls):
            readers[f.name] = _reader(hints[f.name])
            if hints[f.name] in _EXACT:
                exact[f.name] = hints[f.name]
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
                required.add(f.name)
            if f.name == "kind" and len(get_args(hints["kind"])) == 1:
                required.add("kind")  # a mark, which has a default for Python's sake only
        ready = True

    def read(data: Any) -> Any:
        if not ready:
            prepare()
        if not isinstance(data, dict):
            raise _Fault(f"expected an object, got {json_type(data)}")
        fields = data.copy()
        for key, value in data.items():
            if exact.get(key) is type(value):
                continue
            reader = readers.get(key)
            if reader is None:
                known = ", ".join(sorted(readers))
                hint = nearest(key[:80], readers) or ";"
                raise _Fault(f"unknown field{hint} known are {known}", f".{key}")
            try:
                fields[key] = reader(value)
            except _Fault as fault:
                raise fault.inside(f".{key}") from None
        if not required <= fields.keys():
            name = next(f.name for f in dataclasses.fields(cls) if f.name in required - set(fields))
            raise _Fault(f"the field {name!r} is missing")
        return cls(**fields)

    return read


@cache
def _reader(hint: Any) -> Reader:
    if hint is Any:
        return lambda data: data
    if hint is type(None):
        return _exactly(type(None))
    if hint in _EXACT:
        return _exactly(hint)
    if hint is float:
        return _read_float
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _literal_reader(args)
    if origin in (Union, types.UnionType):
        return _union_reader(args)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return _array_reader(_reader(args[0]))
    if origin is tuple:
        return _tuple_reader(tuple(_reader(arg) for arg in args))
    if origin in (Mapping, dict):
        return _object_reader(_reader(args[1]))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_reader(hint)
    raise TypeError(f"plain.decode does not understand the annotation {hint!r}")


def _exactly(kind: type[Any]) -> Reader:
    name = _NAMES[kind]

    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise _Fault(f"expected {name}, got {json_type(data)}")
        return data

    return read


def _read_float(data: Any) -> Any:
    if type(data) not in (int, float):
        raise _Fault(f"expected number, got {json_type(data)}")
    try:
        return float(data)
    except OverflowError:
        raise _Fault("the number is too large") from None


def _literal_reader(allowed: tuple[Any, ...]) -> Reader:
    def read(data: Any) -> Any:
        for value in allowed:
            if type(data) is type(value) and data == value:
                return data
        words = ", ".join(repr(value) for value in allowed)
        raise _Fault(f"expected one of {words}; got {data!r:.80}")

    return read


def _array_reader(item: Reader) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise _Fault(f"expected an array, got {json_type(data)}")
        found: list[Any] = []
        try:
            for value in data:
                found.append(item(value))
        except _Fault as fault:
            raise fault.inside(f"[{len(found)}]") from None
        return tuple(found)

    return read


def _tuple_reader(items: tuple[Reader, ...]) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise _Fault(f"expected an array, got {json_type(data)}")
        if len(data) != len(items):
            raise _Fault(f"expected {len(items)} items, got {len(data)}")
        found: list[Any] = []
        try:
            for item, value in zip(items, data, strict=True):
                found.append(item(value))
        except _Fault as fault:
            raise fault.inside(f"[{len(found)}]") from None
        return tuple(found)

    return read


def _object_reader(item: Reader) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _Fault(f"expected an object, got {json_type(data)}")
        found: dict[str, Any] = {}
        for key, value in data.items():
            try:
                found[key] = item(value)
            except _Fault as fault:
                raise fault.inside(f".{key}") from None
        return found

    return read


def _union_reader(args: tuple[Any, ...]) -> Reader:
    optional = type(None) in args
    rest = [arg for arg in args if arg is not type(None)]
    if all(dataclasses.is_dataclass(arg) for arg in rest) and len(rest) > 1:
        inner = _tagged_reader({_kind_of(arg): arg for arg in rest})
    elif len(rest) == 1:
        inner = _reader(rest[0])
    else:
        raise TypeError(f"plain.decode does not understand the union of {args!r}")
    if not optional:
        return inner
    return lambda data: None if data is None else inner(data)


def _tagged_reader(by_kind: dict[str, type[Any]]) -> Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _Fault(f"expected an object, got {json_type(data)}")
        kind = data.get("kind")
        cls = by_kind.get(kind) if isinstance(kind, str) else None
        if cls is None:
            known = ", ".join(sorted(by_kind))
            raise _Fault(f"expected one of {known}; got {kind!r:.80}", ".kind")
        return _dataclass_reader(cast(Hashable, cls))(data)

    return read


def _kind_of(cls: type[Any]) -> str:
    kind: str = get_args(get_type_hints(cls)["kind"])[0]
    return kind
