"""The syntax of a function, as it stands in its file. Nothing is imported or run."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import TypeAlias

Def: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """`tree`, whose lines are those of `file`, which is a file's name without its folder."""

    tree: Def
    file: str

    def at(self, node: ast.AST) -> str:
        return f"{self.file}:{getattr(node, 'lineno', self.tree.lineno)}"


def source_of(fn: FunctionType) -> Source | None:
    """The source of `fn`; None if there is none, or if it is not what runs."""
    path = inspect.getsourcefile(fn)
    if path is None:
        return None
    first = fn.__code__.co_firstlineno
    for node in _functions_in(path):
        begins = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        if node.name == fn.__name__ and begins == first:
            return Source(node, Path(path).name)
    return None


@lru_cache(maxsize=32)
def _functions_in(path: str) -> tuple[Def, ...]:
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, Def))
