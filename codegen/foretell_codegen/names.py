"""Identifiers: which names of a graph may stand in Python as they are, and what stands there else.

Python compares names after NFKC, so only a name that NFKC leaves alone is itself in a source. It
knows nothing of graphs.
"""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator

BUILTINS = frozenset(dir(builtins))
_ODD = re.compile(r"\W+")


def is_identifier(name: str) -> bool:
    """Whether `name` can be written as it is, and is itself when it is read."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and (name.isascii() or unicodedata.normalize("NFKC", name) == name)
    )


def is_variable(name: str) -> bool:
    """Whether a result can be assigned to `name`, and is then called so: not a dunder, which Python
    keeps for itself, nor underscores alone, which name nothing."""
    return (
        is_identifier(name)
        and name.strip("_") != ""
        and not (name.startswith("__"))
        and name not in BUILTINS
    )


def is_module(dotted: str) -> bool:
    """Whether `dotted` can be imported from."""
    return all(is_identifier(part) for part in dotted.split("."))


def identifier_like(text: str, default: str = "value") -> str:
    """An identifier that reads like `text`."""
    name = _ODD.sub("_", unicodedata.normalize("NFKC", text)).strip("_")[:60].strip("_")
    if name[:1].isdigit():
        name = f"{default}_{name}"
    if not name.isidentifier():
        name = default
    return name if is_variable(name) else name + "_"


class Namespace:
    """The names of a module, each given once. What stands in a function is taken as well: whatever the
    function refers to must be seen from there. Functions do not see each other's names."""

    __slots__ = ("_inside", "_taken")

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._inside: set[str] = set()

    def take(self, name: str) -> bool:
        """Whether `name` was free; it is not any more."""
        if name in self._taken or name in self._inside:
            return False
        self._taken.add(name)
        return True

    def fresh(self, name: str) -> str:
        """`name`, or `name_`, or `name_2`, `name_3` ... where that is taken."""
        return next(one for one in _variants(name) if self.take(one))

    def function(self, *names: str) -> Locals:
        """The names in a function that has these from the start."""
        self._inside.update(names)
        return Locals(self, set(names))


class Locals:
    """The names of a function, and of those in it."""

    __slots__ = ("_module", "_taken")

    def __init__(self, module: Namespace, taken: set[str]) -> None:
        self._module = module
        self._taken = taken

    def inner(self, *names: str) -> Locals:
        """The names of a function in this one, which has these from the start."""
        self._module._inside.update(names)
        return Locals(self._module, self._taken | set(names))

    def take(self, name: str) -> bool:
        if name in self._taken or name in self._module._taken:
            return False
        self._taken.add(name)
        self._module._inside.add(name)
        return True

    def fresh(self, name: str) -> str:
        return next(one for one in _variants(name) if self.take(one))


def _variants(name: str) -> Iterator[str]:
    yield name
    bare = name.rstrip("_")
    yield bare + "_"
    for count in itertools.count(2):
        yield f"{bare}_{count}"
