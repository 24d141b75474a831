"""Names and what they stand for while a source is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from foretell_codegen.errors import Unreadable

CLASS = "<class>"
"""How the qualified names of the scopes of class bodies begin."""

_DUNDER = re.compile(r"__(?!slots__|match_args__|hash__|doc__)\w+__")
_NEVER = frozenset(
    {"__annotations__", "__annotate__", "__class__", "__dataclass_fields__", "__dict__",
     "__getattribute__", "__index__", "__length_hint__", "__module__", "__qualname__"}
)  # fmt: skip
"""What not even a function may be called in a class: by these a value says that it is another than
it is, or Python takes from it how much to make."""


def tells_class(name: str, value: Any = None) -> bool:
    """Whether a class would be told by this name what no statement in it says: which fields it has,
    as a text that Python evaluates."""
    if not name.startswith("__") or not _DUNDER.fullmatch(name):
        return False
    return name in _NEVER or not isinstance(
        value, (FunctionType, classmethod, staticmethod, property)
    )


class Unknown:
    """What stands for a value that is not known without running the source: `why`, and where it
    comes from. A `quiet` one is known to do nothing that matters: a logger."""

    __slots__ = ("line", "quiet", "why")

    def __init__(self, why: str, line: int = 0, quiet: bool = False) -> None:
        self.why = why
        self.line = line
        self.quiet = quiet

    def refuse(self, line: int) -> Unreadable:
        told = "(line " in self.why or self.line in (0, line)
        at = "" if told else f" (line {self.line})"
        return Unreadable(self.why + at, line)


class Module:
    """A module of which is known what it lends: `names` of `home`."""

    __slots__ = ("home", "name", "names")

    def __init__(self, name: str, home: Any, names: frozenset[str]) -> None:
        self.name = name
        self.home = home
        self.names = names


class Scope:
    """The names of a function, a class body or a module. `outer` is the function around it;
    `moved` are names that are said to be of another scope (`global`, `nonlocal`)."""

    __slots__ = ("moved", "outer", "qualname", "vars")

    def __init__(
        self, names: dict[str, Any], outer: Scope | None = None, qualname: str = ""
    ) -> None:
        self.vars = names
        self.outer = outer
        self.moved: dict[str, dict[str, Any]] | None = None
        self.qualname = qualname

    def find(self, name: str, ground: Mapping[str, Any]) -> Any:
        """The value of a name; raises `KeyError`."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.vars:
                return scope.vars[name]
            scope = scope.outer
        return ground[name]

    def bind(self, name: str, value: Any, line: int = 0) -> None:
        if self.qualname.startswith(CLASS) and tells_class(name, value):
            raise Unreadable(f"a class with {name!r} of its own", line)
        moved = self.moved
        (self.vars if moved is None or name not in moved else moved[name])[name] = value

    def around(self, name: str) -> dict[str, Any] | None:
        """The names of the function around in which `name` is bound."""
        scope = self.outer
        while scope is not None:
            if name in scope.vars:
                return scope.vars
            scope = scope.outer
        return None
