"""Identifiers: which names of a graph may stand in Python as they are, and what stands there else.

Python compares names after NFKC, so only a name that NFKC leaves alone is itself in a source. It
knows nothing of graphs.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

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
    """The names of a module or of a function: each is given once. Inside one, what lies around it is
    taken as well."""

    __slots__ = ("_around", "_taken")

    def __init__(self, taken: Iterable[str] = (), around: Namespace | None = None) -> None:
        self._taken = set(taken)
        self._around = around

    def __contains__(self, name: str) -> bool:
        return name in self._taken or (self._around is not None and name in self._around)

    def take(self, name: str) -> bool:
        """Whether `name` was free; it is not any more."""
        if name in self:
            return False
        self._taken.add(name)
        return True

    def fresh(self, name: str) -> str:
        """`name`, or `name_`, or `name_2`, `name_3` ... where that is taken."""
        if self.take(name):
            return name
        bare = name.rstrip("_")
        if self.take(bare + "_"):
            return bare + "_"
        count = 2
        while not self.take(f"{bare}_{count}"):
            count += 1
        return f"{bare}_{count}"
