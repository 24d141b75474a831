"""What may be called, and what attributes are lent, while a source is read: nothing of which it is
not known what it does, and nothing that would take for ever or fill the memory.
"""

from __future__ import annotations

import enum
import typing
from dataclasses import dataclass
from functools import partial, reduce
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any

from foretell.author.emitting import Port
from foretell.author.growth import Right
from foretell.author.refs import Node, Ref
from foretell.author.tasks import Growing, Task, registrar
from foretell_codegen.errors import Unreadable
from foretell_codegen.reading import allowed
from foretell_codegen.reading.annotations import holds_text, is_form
from foretell_codegen.reading.session import Session
from foretell_codegen.reading.sizes import ITERATORS, LONGEST, makes_huge, would_be_long

_TASK = frozenset({"options", "after", "map", "node"})
_RIGHT = frozenset({"options", "after"})
_METHODS = (BuiltinFunctionType, MethodType, MethodDescriptorType, partial)
_HARMLESS: tuple[Any, ...] = (
    str, int, float, bool, len, abs, repr, ord, chr, min, max, object, Exception,
)  # fmt: skip
_MAKERS: tuple[Any, ...] = (list, dict, set, tuple, frozenset, bytes, bytearray, sorted, sum)
"""Functions that make of a little a lot, if they are given what somebody else chose."""
_CALLERS: tuple[Any, ...] = (map, filter, sorted, min, max, reduce, partial)
_MARKING: tuple[Any, ...] = (
    dataclass, enum.unique, typing.final, typing.runtime_checkable,
)  # fmt: skip
"""Decorators that change the class itself: not one that others use as well."""
_PYTHONS = ("builtins", "collections", "itertools", "functools")

_UNCHECKED = (*_PYTHONS, "fractions", "decimal", "typing", "typing_extensions")
"""Whose classes are called with nothing but what was looked at."""


def _makes(kind: Any) -> bool:
    """Whether a class of the source makes as much as it is told, as that of Python's does."""
    python = tuple(base for base in _MAKERS if isinstance(base, type))
    return isinstance(kind, type) and issubclass(kind, (partial, *python))


class Calls:
    """Checks the calls of one reading."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def check(self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int) -> None:
        """Raises `Unreadable` for what may not be called."""
        if any(is_form(arg) and holds_text(arg) for arg in (*args, *kwargs.values())):
            raise Unreadable("a type in quotes is not read here", line)
        if id(function) in allowed.CALLABLE and allowed.CALLABLE[id(function)] is function:
            self._check_arguments(function, args, kwargs, line)
            self._check_types(function, args, kwargs, line)
            return
        if type(function) is Ref:
            return  # which says itself that it cannot be called
        if isinstance(function, Task):
            raise Unreadable(
                f"{function.__name__!r} is called outside of a workflow, where it would run", line
            )
        if type(function) in (FunctionType, MethodType) and self._session.is_ours(function):
            return
        if isinstance(function, _METHODS):
            self._check_method(function, args, kwargs, line)
            return
        if isinstance(function, type) and self._session.is_ours(function):
            for base in function.__mro__:  # which takes what it is given as Python's own does
                if allowed.CALLABLE.get(id(base)) is base and base is not object:
                    self._check_arguments(base, args, kwargs, line)
            if issubclass(function, partial):
                raise Unreadable("what this calls is not known", line)
            return
        if type(function).__module__ in ("typing", "types", "typing_extensions"):
            of = getattr(function, "__origin__", getattr(function, "__supertype__", None))
            if of is not None:
                self.check(of, args, kwargs, line)
                return
        if self._session.is_ours(function) or id(function) in self._session.known:
            for arg in (*args, *kwargs.values()):
                if isinstance(arg, FunctionType) and not self._may_be_given(function, arg):
                    raise Unreadable(f"{say(arg)} is not called by others here", line)
            self._check_types(function, args, kwargs, line)
            return
        raise Unreadable(f"what calling {say(function)} does is not known", line)

    def _check_method(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int
    ) -> None:
        if isinstance(function, partial):
            if not isinstance(function.func, Task) or registrar.get() is None:
                raise Unreadable("what this calls is not known", line)
            return
        of = getattr(function, "__self__", getattr(function, "__objclass__", None))
        name = function.__name__
        if isinstance(of, (Task, Right, Port)):
            return  # reached by `part`, which lends no other of its methods
        kind = of if isinstance(of, type) else type(of)
        names = allowed.OF_CLASSES.get(kind, frozenset()) if isinstance(of, type) else frozenset()
        if name not in names and name not in allowed.METHODS.get(kind, frozenset()):
            raise Unreadable(f"what `.{name}` of {say(of)} does is not known", line)
        self._check_arguments(function, args, kwargs, line)
        if would_be_long(of, name, args):
            raise Unreadable("a text of this length is not made", line)

    def _check_arguments(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int
    ) -> None:
        if function in (isinstance, issubclass, callable) and args:
            self._session.suspect(args[0], line)
        if makes_huge(function, args, kwargs):
            raise Unreadable("a value of this size is not calculated", line)
        self._count(args, kwargs, line)
        for arg in (*args, *kwargs.values()):
            if type(arg) is range and len(arg) > LONGEST and function is not range:
                raise Unreadable(f"{len(arg)} items are too many to be read", line)
            if callable(arg) and not self._may_be_given(function, arg):
                raise Unreadable(f"{say(arg)} is not called by others here", line)
            if function in _MARKING and not self._is_own(arg):
                raise Unreadable(f"{say(arg)} is not of this source", line)

    def _count(self, args: list[Any], kwargs: dict[str, Any], line: int) -> None:
        """From now on each item that comes of an iterator is a step, whoever takes it."""
        counted = self._session.counted
        args[:] = [counted(a, line) if type(a) in ITERATORS else a for a in args]
        for name, arg in kwargs.items():
            if type(arg) in ITERATORS:
                kwargs[name] = counted(arg, line)

    def _is_own(self, value: Any) -> bool:
        return not isinstance(value, type) or self._session.is_ours(value)

    def _may_be_given(self, caller: Any, function: Any) -> bool:
        """Whether it is known what a function does if `caller` calls it, with whatever."""
        if isinstance(function, FunctionType):
            return self._session.is_ours(function) or function.__module__.startswith("foretell")
        if isinstance(function, Task) or not isinstance(function, (type, *_METHODS)):
            return not is_form(function) or caller not in _CALLERS
        calls = caller in _CALLERS
        if self._session.is_ours(function):
            return not calls or not _makes(function)
        if function in _HARMLESS:
            return True
        if function in _MAKERS:
            return not calls
        unknown = _UNCHECKED if calls else _PYTHONS
        return isinstance(function, type) and function.__module__ not in unknown

    def _check_types(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int
    ) -> None:
        """A text in the place of a type would be evaluated by whoever asks for the type."""
        name = getattr(function, "__name__", "")
        given: Any = ()
        if name in ("TypeVar", "ParamSpec", "NewType"):
            given = (*args[1:], *kwargs.values())
        elif name == "conlist":
            given = (*args, *kwargs.values())
        elif name in ("TypedDict", "NamedTuple"):
            fields = args[1] if len(args) == 2 and not kwargs.keys() - {"total"} else ""
            if type(fields) not in (dict, list, tuple):
                raise Unreadable("fields that are told by others are not read", line)
            fields = fields.items() if isinstance(fields, dict) else fields
            given = [pair[-1] if type(pair) is tuple else "" for pair in fields]
        if any(holds_text(one) for one in given):
            raise Unreadable("a type in quotes is not read here", line)


def may_have(of: Any, kind: type, name: str) -> bool:
    """Whether it is known what an attribute of a value of Python's or foretell's own is."""
    if isinstance(of, Task):
        return name in _TASK or (name == "growing" and isinstance(of, Growing))
    if kind is Node:
        return name in ("id", "out")
    if kind is Port:
        return name in ("final", "stream", "name", "gather")
    if isinstance(of, Right):
        return name in _RIGHT
    if isinstance(of, type):
        return name in allowed.OF_CLASSES.get(of, ()) or name in ("__name__", "__qualname__")
    if name in allowed.METHODS.get(kind, ()) or name in allowed.ATTRIBUTES.get(kind, ()):
        return True
    if kind.__module__.startswith("foretell."):
        return name in ("data", "before", "result") and kind.__name__ == "Branch"
    return any(
        name in allowed.METHODS.get(base, ()) or name in allowed.ATTRIBUTES.get(base, ())
        for base in kind.__mro__[1:]
    )


def say(value: Any) -> str:
    """A value in words."""
    if isinstance(value, type):
        return f"the class {value.__name__!r}"
    name = getattr(value, "__name__", None)
    return repr(name) if isinstance(name, str) else f"a {type(value).__name__}"
