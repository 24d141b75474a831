"""What cannot be done with an unknown value although nothing would stop it, and which functions of
Python need the value of what they are given."""

from __future__ import annotations

import builtins
import json
import math
from types import BuiltinFunctionType
from typing import Any

from foretell.author.refs import MISUSES, Misuse

NONE = Misuse(
    "cannot be compared with `is {}`",
    "in a workflow say `given(value, lambda known: ...)`; in a running task let a task decide, which "
    "may take None as well",
)
IDENTITY = Misuse("cannot be compared with `is {}`", "compare inside a task")
MATCHED = Misuse(
    "cannot be matched",
    "in a workflow say `switch(key, (case, lambda: ...), ...)`; in a running task let a task decide",
)
SHOWN = Misuse(
    "cannot be turned into text", "make the text inside a task (printing its repr() is allowed)"
)
TEXT = MISUSES["__str__"]
TYPE = Misuse("has no type that could be looked at yet", "look at it inside a task")
SELF = Misuse("is no object that could be looked into yet", "look at it inside a task")
MODEL = Misuse(
    "cannot be put into the model {}, which checks its values at once",
    "let a task make the model, or use a dataclass",
)
PLAIN_CALL = Misuse(
    "cannot be given to {!r} here",
    "in a running task a call to a task is a plain call, and only a right of its growth "
    "(`grow.{}(...)`) makes a node",
)
CONDITION = MISUSES["__bool__"]
EQUALITY = MISUSES["__eq__"]
HASHED = MISUSES["__hash__"]
AWAITED = MISUSES["__await__"]
CALLED = MISUSES["__call__"]
CALCULATED = MISUSES["__add__"]
SEARCHED = MISUSES["__contains__"]
CHANGED = MISUSES["__setitem__"]
OPENED = MISUSES["__enter__"]

ITERATE = object()
"""Said of functions that loop over what they are given."""
LENGTH = MISUSES["__length_hint__"]

_BY_NAME: dict[str, Any] = {
    "bool": CONDITION, "str": TEXT, "print": TEXT, "bytes": TEXT,
    "format": TEXT, "repr": SHOWN, "ascii": SHOWN, "hash": HASHED, "reversed": MISUSES["__reversed__"],
    "next": MISUSES["__next__"], "abs": CALCULATED, "round": CALCULATED, "divmod": CALCULATED,
    "pow": CALCULATED, "open": TEXT, "isinstance": TYPE, "issubclass": TYPE, "type": TYPE,
    "id": SELF, "callable": SELF, "vars": SELF, "dir": SELF,
    **dict.fromkeys(
        ("int", "float", "complex", "range", "chr", "ord", "hex", "oct", "bin"),
        MISUSES["__int__"],
    ),
    **dict.fromkeys(
        ("list", "tuple", "set", "frozenset", "dict", "iter", "enumerate", "zip", "filter", "map",
         "sorted", "sum", "min", "max", "any", "all"),
        ITERATE,
    ),
}  # fmt: skip
_BY_OBJECT: dict[int, Any] = {
    **{id(getattr(builtins, name)): fault for name, fault in _BY_NAME.items()},
    id(json.dumps): TEXT,
    id(len): LENGTH,
}

OVER_EACH: dict[int, Misuse] = {
    id(sum): CALCULATED, id(any): CONDITION, id(all): CONDITION, id(set): HASHED,
    id(frozenset): HASHED,
}  # fmt: skip
"""Functions that need the value of every item of what they are given."""
COMPARING = (id(min), id(max))


def needs_value(function: Any) -> Any:
    """What is wrong with giving an unknown value to `function`: a `Misuse`, `ITERATE`, or None."""
    fault = _BY_OBJECT.get(id(function))
    if fault is None and isinstance(function, BuiltinFunctionType):
        return MISUSES["__float__"] if function.__module__ == math.__name__ else None
    return fault


def filled(fault: Misuse, *words: str) -> Misuse:
    """The same, about these words."""
    return Misuse(fault.what.format(*words), fault.cure.format(*words))
