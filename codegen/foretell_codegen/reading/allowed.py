"""What a source may use while it is read: words of `foretell`, types, and what computes with plain
values and touches nothing. Everything else is unknown, and never called.
"""

from __future__ import annotations

import builtins
import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import itertools
import math
import os.path
import pathlib
import string
import textwrap
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import typing_extensions

import foretell
import foretell.control

WORDS = frozenset(foretell.__all__) - {
    "answers", "emit", "progress", "cancelled", "rehearse", "register_codec", "iteration",
}  # fmt: skip
"""What `foretell` lends to who writes workflows. The others are for running tasks and for tests."""

_TYPING = frozenset(
    [
        "Annotated",
        "Any",
        "Callable",
        "ClassVar",
        "Collection",
        "Concatenate",
        "Dict",
        "Final",
        "FrozenSet",
        "Generic",
        "Hashable",
        "Iterable",
        "Iterator",
        "List",
        "Literal",
        "LiteralString",
        "Mapping",
        "MutableMapping",
        "MutableSequence",
        "NamedTuple",
        "Never",
        "NewType",
        "NoReturn",
        "NotRequired",
        "Optional",
        "ParamSpec",
        "Protocol",
        "Required",
        "ReadOnly",
        "Self",
        "Sequence",
        "Set",
        "Sized",
        "SupportsFloat",
        "SupportsInt",
        "TYPE_CHECKING",
        "Text",
        "Tuple",
        "Type",
        "TypeAlias",
        "TypeGuard",
        "TypeVar",
        "TypedDict",
        "Union",
        "Unpack",
        "cast",
        "final",
        "overload",
        "override",
        "runtime_checkable",
        "Reversible",
        "Container",
        "Awaitable",
        "Coroutine",
        "AsyncIterator",
        "AsyncIterable",
        "Generator",
        "Counter",
        "Deque",
        "DefaultDict",
        "OrderedDict",
        "ChainMap",
        "TypeForm",
        "AnyStr",
        "SupportsIndex",
        "AbstractSet",
        "ByteString",
        "Doc",
        "deprecated",
    ]
)

MODULES: dict[str, tuple[Any, frozenset[str]]] = {
    "foretell": (foretell, WORDS),
    "foretell.control": (foretell.control, frozenset(foretell.control.__all__)),
    "typing": (typing, _TYPING),
    "typing_extensions": (typing_extensions, _TYPING),
    "collections.abc": (collections.abc, frozenset(collections.abc.__all__)),
    "collections": (
        collections,
        frozenset({"OrderedDict", "abc", "deque", "Counter", "defaultdict", "ChainMap"}),
    ),
    "dataclasses": (dataclasses, frozenset({"dataclass", "field", "KW_ONLY", "InitVar", "replace"})),
    "enum": (
        enum,
        frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "auto", "unique"}),
    ),
    "datetime": (
        datetime,
        frozenset({"datetime", "date", "time", "timedelta", "timezone", "tzinfo", "UTC"}),
    ),
    "pathlib": (
        pathlib,
        frozenset({"Path", "PurePath", "PurePosixPath", "PureWindowsPath"}),
    ),
    "decimal": (decimal, frozenset({"Decimal"})),
    "fractions": (fractions, frozenset({"Fraction"})),
    "uuid": (uuid, frozenset({"UUID"})),
    "math": (
        math,
        frozenset({"pi", "e", "tau", "inf", "nan", "floor", "ceil", "sqrt", "log", "isclose"}),
    ),
    "itertools": (itertools, frozenset({"chain", "pairwise", "zip_longest"})),
    "functools": (functools, frozenset({"partial", "reduce"})),
    "string": (
        string,
        frozenset(
            {"ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits"}
        ),
    ),
    "textwrap": (textwrap, frozenset({"dedent"})),
    "os": (os, frozenset({"path", "sep"})),
    "os.path": (os.path, frozenset({"join", "basename", "dirname", "splitext"})),
    "types": (types, frozenset({"NoneType", "MappingProxyType"})),
    "__future__": (types, frozenset()),
}  # fmt: skip
"""Modules of which something is known, and what."""

PYDANTIC = frozenset(
    [
        "BaseModel",
        "Field",
        "ConfigDict",
        "field_validator",
        "model_validator",
        "field_serializer",
        "model_serializer",
        "computed_field",
        "AfterValidator",
        "BeforeValidator",
        "PlainSerializer",
        "StringConstraints",
        "PositiveInt",
        "NonNegativeInt",
        "PositiveFloat",
        "NonNegativeFloat",
        "NegativeInt",
        "NonPositiveInt",
        "StrictInt",
        "StrictStr",
        "StrictBool",
        "StrictFloat",
        "conint",
        "constr",
        "confloat",
        "conlist",
        "AnyUrl",
        "HttpUrl",
        "RootModel",
        "PrivateAttr",
        "Base64Bytes",
        "SecretStr",
        "FiniteFloat",
        "AwareDatetime",
        "NaiveDatetime",
        "FutureDate",
        "PastDate",
    ]
)

_BUILTINS = [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "ConnectionError",
    "ConnectionResetError",
    "EOFError",
    "Exception",
    "FileExistsError",
    "FileNotFoundError",
    "IOError",
    "IndexError",
    "InterruptedError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SystemError",
    "TimeoutError",
    "TypeError",
    "UnicodeDecodeError",
    "UnicodeError",
    "ValueError",
    "BrokenPipeError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "ProcessLookupError",
    "ImportError",
    "NotADirectoryError",
    "IsADirectoryError",
    "ZeroDivisionError",
    "FloatingPointError",
    "BlockingIOError",
    "ExceptionGroup",
    "Warning",
    "UserWarning",
    "DeprecationWarning",
    "Ellipsis",
    "False",
    "None",
    "NotImplemented",
    "True",
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "chr",
    "classmethod",
    "complex",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "hex",
    "int",
    "len",
    "list",
    "map",
    "max",
    "min",
    "object",
    "oct",
    "ord",
    "pow",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "tuple",
    "zip",
    "isinstance",
    "issubclass",
    "callable",
]
BUILTINS: dict[str, Any] = {name: getattr(builtins, name) for name in _BUILTINS}

_NUMBER = frozenset({"bit_length", "is_integer", "as_integer_ratio", "conjugate", "hex"})
_SEQUENCE = frozenset({"count", "index"})
_SET = frozenset(
    [
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "copy",
    ]
)
_DATE = frozenset(
    [
        "isoformat",
        "replace",
        "date",
        "time",
        "timetz",
        "weekday",
        "isoweekday",
        "toordinal",
        "timestamp",
        "total_seconds",
        "astimezone",
        "utcoffset",
    ]
)
_PATH = frozenset(
    [
        "joinpath",
        "with_suffix",
        "with_name",
        "with_stem",
        "as_posix",
        "resolve",
        "absolute",
        "relative_to",
        "is_absolute",
        "match",
        "is_relative_to",
        "as_uri",
    ]
)
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        ["capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "encode", "ljust", "rjust", "center", "zfill"]
    ),
    bytes: frozenset({"decode", "hex", "startswith", "endswith", "strip", "split"}),
    list: _SEQUENCE
    | frozenset({"append", "extend", "insert", "pop", "remove", "reverse", "clear", "copy", "sort"}),
    tuple: _SEQUENCE,
    dict: frozenset(
        {"get", "items", "keys", "values", "pop", "update", "setdefault", "copy", "clear"}
    ),
    set: _SET | frozenset({"add", "discard", "remove", "pop", "clear", "update"}),
    frozenset: _SET,
    collections.deque: frozenset({"append", "appendleft", "extend", "pop", "popleft", "clear"}),
    int: _NUMBER,
    bool: _NUMBER,
    float: _NUMBER,
    range: _SEQUENCE,
    datetime.timedelta: _DATE,
    datetime.date: _DATE,
    datetime.datetime: _DATE,
    datetime.time: _DATE,
    decimal.Decimal: frozenset({"quantize", "normalize", "sqrt", "to_integral_value"}),
    fractions.Fraction: frozenset({"limit_denominator"}),
}  # fmt: skip
"""Methods of plain values, by the type that is theirs."""

ATTRIBUTES: dict[type, frozenset[str]] = {
    datetime.timedelta: frozenset({"days", "seconds", "microseconds"}),
    datetime.date: frozenset({"year", "month", "day"}),
    datetime.datetime: frozenset(
        {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"}
    ),
    datetime.time: frozenset({"hour", "minute", "second", "microsecond", "tzinfo"}),
    int: frozenset({"real", "imag", "numerator", "denominator"}),
    complex: frozenset({"real", "imag"}),
    float: frozenset({"real", "imag"}),
    fractions.Fraction: frozenset({"numerator", "denominator"}),
}  # fmt: skip
for _kind in (
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
):
    METHODS[_kind] = _PATH
    ATTRIBUTES[_kind] = frozenset(
        {"name", "stem", "suffix", "suffixes", "parent", "parents", "parts", "anchor", "root", "drive"}
    )  # fmt: skip

OF_CLASSES: dict[type, frozenset[str]] = {
    datetime.datetime: frozenset(
        {"fromisoformat", "fromtimestamp", "combine", "min", "max", "strptime", "fromordinal"}
    ),
    datetime.date: frozenset({"fromisoformat", "min", "max", "fromordinal"}),
    datetime.time: frozenset({"fromisoformat", "min", "max"}),
    datetime.timedelta: frozenset({"min", "max", "resolution"}),
    datetime.timezone: frozenset({"utc", "min", "max"}),
    dict: frozenset({"fromkeys"}),
    bytes: frozenset({"fromhex"}),
    float: frozenset({"fromhex"}),
    int: frozenset({"from_bytes"}),
    itertools.chain: frozenset({"from_iterable"}),
    str: METHODS[str],
}  # fmt: skip
"""What classes of Python's own lend."""

_PURE: tuple[Any, ...] = (
    datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone,
    pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath,
    decimal.Decimal, fractions.Fraction, uuid.UUID, collections.OrderedDict, collections.deque,
    collections.Counter, collections.defaultdict, collections.ChainMap, types.MappingProxyType,
    dataclasses.dataclass, dataclasses.field, dataclasses.replace, enum.auto, enum.unique,
    math.floor, math.ceil, math.sqrt, math.log, math.isclose,
    itertools.chain, itertools.pairwise, itertools.zip_longest,
    functools.partial, functools.reduce, textwrap.dedent,
    os.path.join, os.path.basename, os.path.dirname, os.path.splitext,
    typing.TypeVar, typing.ParamSpec, typing.NewType, typing.cast, typing.final, typing.overload,
    typing.runtime_checkable, typing.TypedDict, typing.NamedTuple, typing_extensions.TypedDict,
    typing_extensions.TypeVar, typing_extensions.override,
    typing_extensions.deprecated,
    *(value for value in BUILTINS.values() if callable(value)),
)  # fmt: skip
CALLABLE: dict[int, Any] = {id(one): one for one in _PURE}
"""What may be called that is not foretell's."""


def words_of(names: frozenset[str], home: Any) -> Mapping[int, Callable[..., Any]]:
    return {id(getattr(home, n)): getattr(home, n) for n in names if callable(getattr(home, n))}


CALLABLE.update(words_of(WORDS, foretell))
CALLABLE.update(words_of(frozenset(foretell.control.__all__), foretell.control))
