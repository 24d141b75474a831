"""Promises of a template, said of one instance of it.

In a template names begin at its own top; in an instance they lie in a scope. Everything that names
a node or a scope is moved there, and everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from foretell.promises import language as lang
from foretell.promises import selectors as sel

T = TypeVar("T")


def relocated(what: T, moved_to: Callable[[str], str]) -> T:
    """`what`, a promise, a limit or a part of one. `moved_to` gives the new name of a node or a
    scope; that of no name is the scope of the instance."""
    moved: Any = what
    match what:
        case sel.IdIs(glob):
            moved = sel.IdIs(moved_to(glob))
        case sel.InScope(inner):
            moved = sel.InScope(moved_to(inner))
        case sel.Under(node) | sel.BornAfter(node):
            moved = replace(what, node=moved_to(node))
        case lang.Shaped(inner):
            moved = replace(what, scope=moved_to(inner))
        case tuple():
            moved = tuple(relocated(part, moved_to) for part in what)
        case _ if is_dataclass(what):
            parts = {f.name: getattr(what, f.name) for f in fields(what)}
            changed = {name: relocated(part, moved_to) for name, part in parts.items()}
            if any(changed[name] is not parts[name] for name in parts):
                moved = replace(what, **changed)  # type: ignore[type-var]
        case _:
            pass
    return moved  # type: ignore[no-any-return]
