"""What is sure of pieces of Python's syntax, whatever they are used for."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from math import inf

_PASSING = ("each", "list", "tuple", "reversed")
"""Functions that give what they are given."""


def is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from ast.walk(node)


def bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that `node` binds, with the value (of a loop: with what it goes through)."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _targets(target, value)
        case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield from _targets(target, value)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _targets(target, value if isinstance(value, ast.Name) else None)
        case ast.AugAssign(target=target) | ast.AsyncFor(target=target):
            yield from _targets(target, None)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _targets(target, None)
        case ast.ExceptHandler(name=str(name)) | ast.arg(arg=name):
            yield name, None
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, None
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
            yield name, value


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        empty = isinstance(value, ast.List) and not value.elts
        if not empty:  # `found = []` says nothing of what will be in it
            yield target.id, value
        return
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, None


def handed_over(values: Iterable[ast.expr | None]) -> Iterator[ast.expr]:
    """What surely goes along in `values`: `len(pages)` hands no page over, `pages[-1]` does."""
    for value in values:
        match value:
            case ast.Name() | ast.Await():
                yield value
            case ast.Call(func=called, args=args):
                if isinstance(called, ast.Name) and called.id in _PASSING:
                    yield from handed_over(args)
                else:
                    yield value
            case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(values=inner):
                yield from handed_over(inner)
            case ast.Starred(value=one) | ast.Attribute(value=one) | ast.Subscript(value=one):
                yield from handed_over([one])
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                yield from handed_over([one])
            case ast.BinOp(left=left, right=right):
                yield from handed_over([left, right])
            case ast.IfExp(body=body, orelse=orelse):
                yield from handed_over([body, orelse])


def takes_everything(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and called.id in ("list", "set", "tuple")


def listed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.GeneratorExp):
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)
    return node


def swallows(manager: ast.expr) -> bool:
    """Whether what is raised inside goes no further."""
    return isinstance(manager, ast.Call) and ast.unparse(manager.func).endswith("suppress")


def takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def length(node: ast.expr) -> tuple[int, float]:
    """How many items `node` surely has."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            if not any(isinstance(item, ast.Starred) for item in items):
                return len(items), len(items)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if args:
            try:
                n = len(range(*(int(ast.literal_eval(arg)) for arg in args)))
            except (ValueError, TypeError, OverflowError):
                return 0, inf
            return n, n
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
            return length(inner)
    return 0, inf
