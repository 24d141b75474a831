"""What is surely known of a value by reading a body, before anything runs.

A name is said to hold an unknown value only where it does on every way that leads there; of
everything else nothing is said.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

from foretell.author.growth import Grow
from foretell.author.refs import Misuse, Ref, origin

UNSURE: Any = object()
"""The type of a value that is of one type on one way and of another on another."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value that is not there yet: a `Ref`."""

    hint: Any = UNSURE


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values that are not there yet."""

    hint: Any = UNSURE


@dataclass(frozen=True, slots=True)
class Handle:
    """A node; its result is not there yet."""

    hint: Any = UNSURE


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple that is written out."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """The growth that a running task holds in its hand."""

    growth: type[Grow]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A Python object that is there: a constant, a function, a task, a module."""

    obj: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self.obj is other.obj


Value: TypeAlias = Held | Many | Handle | Tuple | Rights | Known | None
"""None: nothing is known of it."""

Names: TypeAlias = dict[str, Value]


def join(one: Value, other: Value) -> Value:
    """What is known of a value that is the one or the other."""
    if one == other:
        return one
    for kind in (Held, Many, Handle):
        if isinstance(one, kind) and isinstance(other, kind):
            return kind()
    return None


def joined(ways: Iterable[Names | None]) -> Names | None:
    """What is known where several ways meet; None if none of them leads there. A name that is not
    bound on a way is an error on that way, so the others decide."""
    met: Names | None = None
    for names in ways:
        if names is None:
            continue
        if met is None:
            met = dict(names)
            continue
        for name, value in names.items():
            met[name] = join(met[name], value) if name in met else value
    return met


def holds_unknown(value: Value) -> bool:
    """Whether a value is, or surely holds, one that is not there yet."""
    if isinstance(value, Tuple):
        return any(map(holds_unknown, value.parts))
    return isinstance(value, (Held, Many))


def text_of(node: ast.AST) -> str:
    """An expression as the source says it, cut where long."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."


class Scope:
    """The names of one function, and what was found wrong in it.

    `outer` are the names of the functions around it, `globals` those of its module. `doubtful`
    are names that anybody may change at any time.
    """

    def __init__(
        self,
        fn: FunctionType,
        outer: Mapping[str, Value],
        local: frozenset[str],
        doubtful: frozenset[str],
    ) -> None:
        self.fn = fn
        self.outer = outer
        self.local = local
        self.doubtful = doubtful
        self.names: Names | None = {}
        self.ever: Names = {}
        """Of each name what is known whenever it is read, for functions within this one."""
        self.later: dict[int, ast.AST] = {}
        """Functions and lambdas within this one, to be read when all its names are known."""
        self.branches: set[int] = set()
        """Those of them whose parameters are values that are not there yet."""
        self.found: dict[tuple[int, int, str], str] = {}
        self.quiet = 0
        """Above 0 while a loop is read whose names are not settled yet."""

    def bind(self, name: str, value: Value) -> None:
        value = None if name in self.doubtful else value
        if self.names is not None:
            self.names[name] = value
        self.ever[name] = join(self.ever[name], value) if name in self.ever else value

    def look_up(self, name: str) -> Value:
        if self.names is not None and name in self.names:
            return self.names[name]
        if name in self.local or name in self.doubtful:
            return None
        if name in self.outer:
            return self.outer[name]
        return _global(self.fn, name)

    def report(self, node: ast.AST, fault: Misuse) -> None:
        """Notes a misuse of the expression `node`."""
        if self.quiet:
            return
        line: int = getattr(node, "lineno", 0)
        file = self.fn.__code__.co_filename.rpartition("/")[2]
        told = fault.told(text_of(node), f"{file}:{line}")
        self.found.setdefault((line, getattr(node, "col_offset", 0), fault.what), told)


def _global(fn: FunctionType, name: str) -> Value:
    code = fn.__code__
    if name in code.co_freevars:
        try:
            captured = (fn.__closure__ or ())[code.co_freevars.index(name)].cell_contents
        except (ValueError, IndexError):
            return None
        return Held(origin(captured).hint) if isinstance(captured, Ref) else Known(captured)
    if name in fn.__globals__:
        return Known(fn.__globals__[name])
    found = vars(builtins).get(name, UNSURE)
    return None if found is UNSURE else Known(found)


def attribute_of(obj: Any, name: str) -> Value:
    """An attribute of a module or a class, found without running anything."""
    if isinstance(obj, ModuleType):
        return Known(vars(obj)[name]) if name in vars(obj) else None
    if isinstance(obj, type):
        for kind in obj.__mro__:
            if name in vars(kind):
                found = vars(kind)[name]
                return Known(found.__func__ if isinstance(found, staticmethod) else found)
    return None
