"""What statements say by their form alone: which names they bind, and how a block may end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any


class Signal:
    """How a block ends before its last statement."""

    __slots__ = ("value", "word")

    def __init__(self, word: str, value: Any = None) -> None:
        self.word = word
        self.value = value


BREAK, CONTINUE = Signal("break"), Signal("continue")


def bound_by(statement: ast.AST) -> list[str]:
    """The names that a statement gives a value to, in order, those in functions within it left
    out."""
    found: dict[str, None] = {}
    todo: list[ast.AST] = [statement]
    for node in todo:
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found[name] = None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[node.name] = None
                continue
            case (
                ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp()
            ):
                continue
            case ast.alias(name=name, asname=asname):
                found[(asname or name).partition(".")[0]] = None
            case ast.ExceptHandler(name=str(name)):
                found[name] = None
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found[name] = None
        todo += ast.iter_child_nodes(node)
    return list(found)


def within(statement: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement, those of functions within it left out."""
    todo = [statement]
    for node in todo:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
