"""The source of a function, as it stands in its file, as a syntax tree. Nothing is imported or run."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast

_KEPT = 8
"""Files whose trees are kept: a workflow and its tasks mostly stand in one."""

_trees: dict[tuple[str, int], dict[tuple[str, int], ast.AST]] = {}


def tree_of(fn: Any) -> Any:
    """The syntax tree of a function, with the line numbers of its file; None if there is none, or
    if what stands there now is not what runs."""
    code: CodeType = fn.__code__
    lines = linecache.getlines(code.co_filename, fn.__globals__)
    key = (code.co_filename, hash(tuple(lines)))
    found = _trees.get(key)
    if found is None:
        while len(_trees) >= _KEPT:
            del _trees[next(iter(_trees))]
        found = _trees[key] = dict(_functions("".join(lines)))
    return found.get((code.co_name, code.co_firstlineno))


def _functions(source: str) -> Iterator[tuple[tuple[str, int], ast.AST]]:
    import ast

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield (node.name, first), node
