"""Which variables of a body hold the results of which nodes, and how a part of one is said.

Knows assignments, and nothing of what is changed.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foretell.graph.pointers import escape, tokens
from foretell_codegen.provenance import Written
from foretell_codegen.updating.body import Body, stored
from foretell_codegen.writing.kinds import part
from foretell_codegen.writing.layout import flat


@dataclass(frozen=True, slots=True)
class Held:
    """A result in variables: whole, as a `handle` (`x.out`), or in `parts`, by their places."""

    statement: int
    variable: str = ""
    handle: bool = False
    parts: Mapping[str, str] | None = None


class Holding:
    """The variables of one body."""

    def __init__(self, body: Body) -> None:
        self.body = body
        given = (arg.arg for arg in ast.walk(body.function.args) if isinstance(arg, ast.arg))
        self.times = Counter(given)
        walrus = b":=" in body.source[body.span(body.function).start : body.span(body.function).end]
        for statement in body.statements:
            self.times.update(set(_targets(statement.tree, walrus)))

    def of(self, written: Written, output: Mapping[str, Any] | None) -> Held | None:
        """Where the result of a node is held; None where it only stands within an expression. `output` is the
        schema of what it gives."""
        statement = self.body.at(written.call)
        pairs = list(_pairs(statement.tree))
        for target, value in pairs:
            if self.body.span(value) != written.call:
                continue
            if isinstance(target, ast.Name) and self._is_sole(target.id):
                handle = _is_handle(value)
                return Held(statement.index, target.id, handle)
            if isinstance(target, (ast.Tuple, ast.List)) and all(
                isinstance(item, ast.Name) and self._is_sole(item.id) for item in target.elts
            ):
                places = places_of(output, len(target.elts))
                names = [item.id for item in target.elts if isinstance(item, ast.Name)]
                return Held(statement.index, parts=dict(zip(places, names, strict=False)))
        return None

    def _is_sole(self, variable: str) -> bool:
        """Whether a variable means the same everywhere after it was given."""
        return self.times[variable] == 1


def _targets(tree: ast.stmt, walrus: bool) -> list[str]:
    match tree:
        case ast.Assign(targets=[ast.Name(id=name)]) if not walrus:
            return [name]
        case ast.Expr() | ast.Return() if not walrus:
            return []
    return list(stored(tree))


def _pairs(tree: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """What is assigned to what."""
    found: list[tuple[ast.expr, ast.expr]] = []
    match tree:
        case ast.Assign(targets=targets, value=value):
            found = [(target, value) for target in targets]
        case ast.AnnAssign(target=ast.Name() as only, value=ast.expr() as value):
            found = [(only, value)]
    for target, value in list(found):
        if (
            isinstance(target, ast.Tuple)
            and isinstance(value, ast.Tuple)
            and len(target.elts) == len(value.elts)
        ):
            found += zip(target.elts, value.elts, strict=True)
    return found


def _is_handle(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr == "node"
    )


def places_of(output: Mapping[str, Any] | None, count: int) -> list[str]:
    """The tokens of the parts of a result that is unpacked into `count` variables."""
    properties = (output or {}).get("properties")
    if isinstance(properties, Mapping) and len(properties) == count:
        return [escape(name) for name in properties]
    return [str(i) for i in range(count)]


def said(held: Held, pointer: str, output: Mapping[str, Any] | None, by_name: bool) -> str | None:
    """How the part of a result is said; None if no variable holds it. `by_name`: the parts of an
    object are its attributes."""
    path = tokens(pointer)
    schema: Any = output or {}
    if held.parts is not None:
        if not path or path[0] not in held.parts:
            return None
        base = held.parts[path[0]]
        schema, path = _step(schema, path[0]), path[1:]
    else:
        base = f"{held.variable}.out" if held.handle else held.variable
    for token in path:
        if by_name and token.isidentifier() and not token.isdecimal():
            base = f"{base}.{token}"
        else:
            base = flat(part(base, schema, "/" + escape(token)))
        schema = _step(schema, token)
    return base


def _step(schema: Any, token: str) -> Any:
    properties = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    if token in properties:
        return properties[token]
    items = schema.get("prefixItems", []) if isinstance(schema, Mapping) else []
    return items[int(token)] if token.isdecimal() and int(token) < len(items) else {}
