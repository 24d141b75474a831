"""What may be called, and what attributes are lent, while a source is read: nothing of which it is
not known what it does, and nothing that would take for ever or fill the memory.
"""

from __future__ import annotations

from functools import partial, reduce
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any, ForwardRef

from foretell.author.emitting import Port
from foretell.author.growth import Right
from foretell.author.refs import Node, Ref
from foretell.author.tasks import Growing, Task, registrar
from foretell_codegen.errors import Unreadable
from foretell_codegen.reading import allowed
from foretell_codegen.reading.session import Session

LONGEST = 10_000_000
"""Items, or characters, of what is made while a source is read."""

_TASK = frozenset({"options", "after", "map", "node"})
_RIGHT = frozenset({"options", "after"})
_METHODS = (BuiltinFunctionType, MethodType, MethodDescriptorType, partial)
_HARMLESS: tuple[Any, ...] = (
    str, int, float, bool, len, abs, repr, ord, chr, min, max, object, Exception,
)  # fmt: skip
_MAKERS: tuple[Any, ...] = (list, dict, set, tuple, frozenset, bytes, bytearray, sorted, sum)
"""Functions that make of a little a lot, if they are given what somebody else chose."""
_CALLERS: tuple[Any, ...] = (map, filter, sorted, min, max, reduce, partial)
_PYTHONS = ("builtins", "collections", "itertools", "functools")


class Calls:
    """Checks the calls of one reading."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def check(self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int) -> None:
        """Raises `Unreadable` for what may not be called."""
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
            return
        if type(function).__module__ in ("typing", "types", "typing_extensions"):
            of = getattr(function, "__origin__", getattr(function, "__supertype__", None))
            if of is not None:
                self.check(of, args, kwargs, line)
                return
        if self._session.is_ours(function) or id(function) in self._session.known:
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
        if name in ("join", "replace", "ljust", "rjust", "center", "zfill") and _would_be_long(
            of, name, args
        ):
            raise Unreadable("a text of this length is not made", line)

    def _check_arguments(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int
    ) -> None:
        if function in (isinstance, issubclass, callable) and args:
            self._session.suspect(args[0], line)
        for arg in (*args, *kwargs.values()):
            if type(arg) is range and len(arg) > LONGEST and function is not range:
                raise Unreadable(f"{len(arg)} items are too many to be read", line)
            if callable(arg) and not self._may_be_given(function, arg):
                raise Unreadable(f"{say(arg)} is not called by others here", line)
            if function in (bytes, bytearray) and isinstance(arg, int) and arg > LONGEST:
                raise Unreadable("a value of this size is not calculated", line)

    def _may_be_given(self, caller: Any, function: Any) -> bool:
        """Whether it is known what a function does if `caller` calls it, with whatever."""
        if isinstance(function, Task) or not isinstance(function, (type, *_METHODS)):
            return True
        if self._session.is_ours(function) or function in _HARMLESS:
            return True
        if caller in _CALLERS and function in _MAKERS:
            return False
        if function in _MAKERS:
            return True
        return isinstance(function, type) and function.__module__ not in _PYTHONS

    def _check_types(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], line: int
    ) -> None:
        """A text in the place of a type would be evaluated by whoever asks for the type."""
        name = getattr(function, "__name__", "")
        given: Any = ()
        if name in ("TypeVar", "ParamSpec", "NewType"):
            given = (*args[1:], *kwargs.values())
        elif name in ("conlist", "conset"):
            given = (*args, *kwargs.values())
        elif name in ("TypedDict", "NamedTuple"):
            fields = args[1] if len(args) == 2 and not kwargs.keys() - {"total"} else ""
            fields = fields.items() if isinstance(fields, dict) else fields
            given = [pair[-1] if isinstance(pair, tuple) else "" for pair in fields] or [fields]
        if any(isinstance(one, (str, ForwardRef)) for one in given):
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


def _would_be_long(text: Any, name: str, args: list[Any]) -> bool:
    if name == "join":
        items = args[0] if args and isinstance(args[0], (list, tuple)) else ()
        return sum(len(str(one)) for one in items) + len(str(text)) * len(items) > LONGEST
    if name == "replace":
        return bool(args[1:]) and len(str(text)) * len(str(args[1])) > LONGEST
    return bool(args) and type(args[0]) is int and args[0] > LONGEST


def say(value: Any) -> str:
    """A value in words."""
    if isinstance(value, type):
        return f"the class {value.__name__!r}"
    name = getattr(value, "__name__", None)
    return repr(name) if isinstance(name, str) else f"a {type(value).__name__}"
