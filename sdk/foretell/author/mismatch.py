"""A value that does not fit a type, and how that is said."""

from __future__ import annotations

from math import isfinite
from typing import Any

from foretell.graph.references import Held


class Mismatch(Exception):
    """A value does not fit. `at` is the path inside the value, innermost key first."""

    def __init__(self, expected: str, got: str, *at: str | int) -> None:
        super().__init__(expected, got)
        self.expected = expected
        self.got = got
        self.at = list(at)

    def inside(self, key: str | int) -> Mismatch:
        self.at.append(key)
        return self

    def path(self) -> str:
        return "".join(f"[{key!r}]" for key in reversed(self.at))


def describe(value: Any) -> str:
    """What came, for messages: `str 'abc'`, cut where long."""
    if type(value) is Held:
        value = value.value
    if value is None:
        return "None"
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{type(value).__qualname__} {text}"


def finite(value: float) -> float:
    """`value`, unless JSON has no word for it."""
    if isfinite(value):
        return value
    raise Mismatch("a number JSON can hold", repr(value))
