"""What a name in a body stands for, where that is sure: a thing of the module or of Python itself."""

from __future__ import annotations

import ast
import builtins
import concurrent.futures
import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from foretell.author.tasks import each

UNSURE = object()

_PASSING = (each, list, tuple, reversed)
"""What gives the things that it is given."""

_LETTING_THROUGH = (
    open, contextlib.chdir, contextlib.closing, contextlib.nullcontext, contextlib.redirect_stderr,
    contextlib.redirect_stdout, tempfile.NamedTemporaryFile, tempfile.SpooledTemporaryFile,
    tempfile.TemporaryDirectory, tempfile.TemporaryFile, concurrent.futures.ProcessPoolExecutor,
    concurrent.futures.ThreadPoolExecutor,
)  # fmt: skip
"""Makers of context managers that keep no error back."""


class Known:
    """The names of one function. What it binds itself, or has from a function around it, is unsure."""

    def __init__(self, fn: FunctionType, tree: ast.FunctionDef) -> None:
        self._globals = fn.__globals__
        self._own = {*fn.__code__.co_freevars, *_bound(tree)}

    def thing(self, node: ast.expr) -> Any:
        """What `node` is, or `UNSURE`."""
        match node:
            case ast.Name(id=name) if name not in self._own:
                return self._globals.get(name, getattr(builtins, name, UNSURE))
            case ast.Attribute(value=value, attr=attr):
                home = self.thing(value)
                return getattr(home, attr, UNSURE) if isinstance(home, ModuleType) else UNSURE
        return UNSURE

    def passes(self, called: ast.expr) -> bool:
        return any(self.thing(called) is one for one in _PASSING)

    def handed_over(self, values: Iterable[ast.expr | None]) -> Iterator[ast.expr]:
        """What surely goes along in `values`: `len(pages)` hands no page over, `pages[-1]` does."""
        for value in values:
            match value:
                case ast.Name() | ast.Await():
                    yield value
                case ast.Call(func=called, args=args):
                    if self.passes(called):
                        yield from self.handed_over(args)
                    else:
                        yield value
                case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(values=inner):
                    yield from self.handed_over(inner)
                case ast.Starred(value=one) | ast.Attribute(value=one) | ast.Subscript(value=one):
                    yield from self.handed_over([one])
                case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                    yield from self.handed_over([one])
                case ast.BinOp(left=left, right=right):
                    yield from self.handed_over([left, right])
                case ast.IfExp(body=body, orelse=orelse):
                    yield from self.handed_over([body, orelse])

    def takes_everything(self, called: ast.expr) -> bool:
        return any(self.thing(called) is one for one in (list, set, tuple))

    def may_swallow(self, manager: ast.expr) -> bool:
        """Whether what is raised inside may go no further."""
        match manager:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=called), attr="open")):
                return self.thing(called) is not Path
            case ast.Call(func=called):
                made = self.thing(called)
                return not any(made is one for one in _LETTING_THROUGH)
        return True

    def length(self, node: ast.expr) -> tuple[int, float]:
        """How many items `node` surely has."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items):
                if not any(isinstance(item, ast.Starred) for item in items):
                    return len(items), len(items)
            case ast.Call(func=called, args=args, keywords=[]) if self.thing(called) is range:
                with contextlib.suppress(ValueError, TypeError, OverflowError):
                    n = len(range(*(int(ast.literal_eval(arg)) for arg in args)))
                    return n, n
            case ast.Call(func=called, args=[inner]) if self.thing(called) is enumerate:
                return self.length(inner)
        return 0, float("inf")


def _bound(tree: ast.FunctionDef) -> set[str]:
    """All names that are bound anywhere in a function, also in functions within it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
    return found - {tree.name}
