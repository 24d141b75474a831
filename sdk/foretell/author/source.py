"""The source of a function, as it stands in its file, as text and as a syntax tree. Nothing is
imported or run."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast

    from foretell.document.model import TaskSpec

_KEPT = 8
"""Files whose trees are kept: a workflow and its tasks mostly stand in one."""

_trees: dict[tuple[str, int], dict[tuple[str, int], ast.AST]] = {}


class Text:
    """What a function is written as that stands for one that was read and not imported: `tree` and
    `source` are those of its definition, `module` that in which it stands, which is in no
    `sys.modules`. A task that is only known by its `spec` has no text."""

    __slots__ = ("module", "source", "spec", "tree")

    def __init__(
        self,
        module: ModuleType,
        tree: ast.AST | None,
        source: Callable[[], str],
        spec: TaskSpec | None = None,
    ) -> None:
        self.module = module
        self.tree = tree
        self.source = source
        self.spec = spec


def write_text(fn: Any, text: Text) -> None:
    """Notes that `fn` only stands for what is written there."""
    fn.__dict__["_foretell_text"] = text


def text_of(fn: Any) -> Text | None:
    """The text of a task or function that was only read; None of one that can be run."""
    inner = getattr(fn, "_fn", fn)
    found: Text | None = getattr(inner, "__dict__", {}).get("_foretell_text")
    return found


def source_of(fn: Any) -> str:
    """The source of a function; empty where there is none to read."""
    text = text_of(fn)
    if text is not None:
        return text.source()
    import inspect

    try:
        return inspect.getsource(fn)
    except (OSError, TypeError):
        return ""


def module_of(fn: Any) -> ModuleType | None:
    """The module in which a task or function is defined."""
    text = text_of(fn)
    return sys.modules.get(fn.__module__) if text is None else text.module


def tree_of(fn: Any) -> Any:
    """The syntax tree of a function, with the line numbers of its file; None if there is none, or
    if what stands there now is not what runs."""
    text = text_of(fn)
    if text is not None:
        return text.tree
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
