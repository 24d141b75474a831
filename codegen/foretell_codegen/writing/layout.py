"""Expressions as trees, and how they stand on lines: as a formatter would put them.

What fits stays on its line. What does not is opened at its last bracket, one item a line, each with a
comma, which formatters leave alone. It knows brackets and commas, and nothing of Python beyond.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias
from unicodedata import east_asian_width

WIDTH = 100


class Group(NamedTuple):
    """`head(item, item)`. A tuple has no head."""

    head: Expr
    opening: str
    items: tuple[Expr, ...]
    closing: str


class Prefixed(NamedTuple):
    """`name=value`, `"key": value`, `lambda: value`, `x = value`."""

    prefix: str
    value: Expr


class Part(NamedTuple):
    """`base.name`, `base["key"]`."""

    base: Expr
    tail: str


Expr: TypeAlias = str | Group | Prefixed | Part


def call(callee: Expr, *args: Expr, **named: Expr) -> Group:
    return Group(callee, "(", (*args, *[Prefixed(f"{n}=", v) for n, v in named.items()]), ")")


def subscript(base: str, *items: Expr) -> Group:
    return Group(base, "[", items, "]")


def listed(items: Iterable[Expr]) -> Group:
    return Group("", "[", tuple(items), "]")


def paired(items: Iterable[Expr]) -> Group:
    return Group("", "(", tuple(items), ")")


def mapped(items: Iterable[tuple[Expr, Expr]]) -> Group:
    return Group("", "{", tuple(Prefixed(f"{flat(k)}: ", v) for k, v in items), "}")


def flat(expr: Expr) -> str:
    """On one line."""
    if type(expr) is str:
        return expr
    if type(expr) is Group:
        inner = ", ".join([flat(item) for item in expr.items])
        comma = "," if expr.head == "" and expr.opening == "(" and len(expr.items) == 1 else ""
        return f"{flat(expr.head)}{expr.opening}{inner}{comma}{expr.closing}"
    if type(expr) is Prefixed:
        return expr.prefix + flat(expr.value)
    assert type(expr) is Part
    return flat(expr.base) + expr.tail


def laid(expr: Expr, indent: int, before: int = 0, after: int = 0) -> str:
    """On as many lines as it takes, where `before` columns of the first are taken already, and as
    many as `after` are needed on the last."""
    text = flat(expr)
    if before + after + columns(text) <= WIDTH or type(expr) is str:
        return text
    if type(expr) is Prefixed:
        return expr.prefix + laid(expr.value, indent, before + columns(expr.prefix), after)
    if type(expr) is Part:
        return laid(expr.base, indent, before, after + columns(expr.tail)) + expr.tail
    assert type(expr) is Group
    head = laid(expr.head, indent, before, 1)
    if "\n" in head:
        rest = flat(Group("_", expr.opening, expr.items, expr.closing))[1:]
        if columns(head.rpartition("\n")[2]) + columns(rest) + after <= WIDTH:
            return head + rest
    if not expr.items:
        return f"{head}{expr.opening}{expr.closing}"
    inner = " " * (indent + 4)
    comma = "," if _takes_comma(expr) else ""
    lines = [
        f"{inner}{laid(item, indent + 4, indent + 4, len(comma))}{comma}\n" for item in expr.items
    ]
    return f"{head}{expr.opening}\n{''.join(lines)}{' ' * indent}{expr.closing}"


def statement(expr: Expr, indent: int = 4) -> str:
    """A line of a body, or several."""
    return f"{' ' * indent}{laid(expr, indent, indent)}\n"


def _takes_comma(group: Group) -> bool:
    """In `list[X]` a comma would make a tuple."""
    return group.opening != "[" or group.head == "" or len(group.items) > 1


def columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
