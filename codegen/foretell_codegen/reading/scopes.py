"""Names and what they stand for while a source is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foretell_codegen.errors import Unreadable

CLASS = "<class>"
"""How the qualified names of the scopes of class bodies begin."""


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

    def bind(self, name: str, value: Any) -> None:
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
