"""What the names and expressions of a body stand for: rights, and results of rights."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from foretell.bodies.syntax import bindings, walk

_SAME = ("options", "after")
"""What gives the same right again."""


class Naming:
    """`grow` is the name of the growth, `rights` are its rights. `aliases` are names bound once, to a
    right; `held` names that only ever hold results of rights."""

    def __init__(self, grow: str, rights: frozenset[str], body: Sequence[ast.stmt]) -> None:
        self.grow = grow
        self.rights = rights
        self.aliases: dict[str, str] = {}
        self.held: dict[str, frozenset[str]] = {}
        self._find_names(body)

    def right(self, node: ast.expr) -> str | None:
        """The right that `node` is, with whatever options."""
        match node:
            case ast.Name(id=name):
                return self.aliases.get(name)
            case ast.Attribute(value=ast.Name(id=self.grow), attr=attr):
                return attr if attr in self.rights else None
            case ast.Call(func=ast.Attribute(value=inner, attr=attr)) if attr in _SAME:
                return self.right(inner)
        return None

    def used(self, called: ast.expr) -> tuple[str | None, str]:
        """The right that a call of `called` uses, and whether as it is, as `map` or `node`."""
        if isinstance(called, ast.Attribute) and called.attr in ("map", "node"):
            right = self.right(called.value)
            if right is not None:
                return right, called.attr
        return self.right(called), ""

    def asks(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and node.attr in ("would", "left")
            and self.right(node.value) is not None
        )

    def _find_names(self, body: Sequence[ast.stmt]) -> None:
        """Names that are bound once, to a right or to results of rights."""
        bound: dict[str, list[ast.expr | None]] = {}
        for node in walk(body):
            for name, value in bindings(node):
                bound.setdefault(name, []).append(value)
        for name, values in bound.items():
            if len(values) == 1 and values[0] is not None:
                right = self.right(values[0])
                if right is not None:
                    self.aliases[name] = right
        while self._find_held(bound):
            pass

    def _find_held(self, bound: dict[str, list[ast.expr | None]]) -> bool:
        """Results in names, which may come from other such names; whether any was new."""
        changed = False
        for name, values in bound.items():
            found = [self.results(value) if value is not None else None for value in values]
            some = [one for one in found if one]
            if name not in self.held and some and len(some) == len(found):
                self.held[name] = frozenset().union(*some)
                changed = True
        return changed

    def results(self, value: ast.expr) -> frozenset[str] | None:
        """The rights whose results `value` is, alone or in a list; None if anything else."""
        match value:
            case ast.Name(id=name):
                return self.held.get(name)
            case ast.Await(value=inner) | ast.Starred(value=inner):
                return self.results(inner)
            case ast.List(elts=items) | ast.Tuple(elts=items) if items:
                found = [self.results(item) for item in items]
                some = [one for one in found if one]
                return frozenset().union(*some) if len(some) == len(found) else None
            case ast.ListComp(elt=item):
                return self.results(item)
            case ast.Call(func=called):
                right, _ = self.used(called)
                return None if right is None else frozenset([right])
        return None
