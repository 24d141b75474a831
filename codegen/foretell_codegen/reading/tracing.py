"""From what was met while reading to where each node is written."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from foretell.author.source import text_of
from foretell.author.tasks import Workflow
from foretell.document.model import Graph
from foretell_codegen.provenance import Lazily, Provenance, Span, Written
from foretell_codegen.reading.session import Made, Session
from foretell_codegen.reading.text import Source


def provenance_of(
    source: Source, flow: Workflow[..., Any], session: Session, graph: Graph
) -> Provenance:
    """Where the parts of `graph` are written."""
    text = text_of(flow)
    assert text is not None
    tree = text.tree
    assert isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef))
    home = session.function_of(flow._fn).home
    lines = home.source.lines
    made = {node: one for node, one in (session.root or {}).items() if one.home is home}
    uses = Counter(id(one.call) for one in made.values())
    scopes = {node.id: node.scope for node in graph.nodes}

    def written(node: str, one: Made) -> Written:
        return _written(node, one, scopes.get(node, ""), uses[id(one.call)] > 1)

    start = lines.span(tree)
    if tree.decorator_list:
        at = lines.span(tree.decorator_list[0]).start
        start = Span(home.source.data.rindex(b"@", 0, at), start.end)
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    whole = [lines.span(one) for one in body]
    end = lines.span(tree).end
    returns = [one for one in body if isinstance(one, ast.Return) and one.value is not None]
    return Provenance(
        home.source.data,
        start,
        Span(whole[0].start if whole else end, end),
        Lazily(made, written),
        promises=tuple(lines.span(one) for one in body if _promises(one)),
        returned=lines.span(returns[-1].value) if returns else None,
        imports={name: lines.span(alias) for name, alias in home.imports.items()},
        frozen=tuple(session.frozen.values()),
        tree=home.source.tree,
    )


def _written(node: str, one: Made, scope: str, shared: bool) -> Written:
    span = one.home.source.lines.span
    call = one.call
    statement = one.statement
    chain = list(_chain(call))
    callee = chain[-1]
    options: dict[str, Span] = {}
    after: list[Span] = []
    for link in chain:
        if isinstance(link, ast.Call) and isinstance(link.func, ast.Attribute):
            if link.func.attr == "options":
                options = {w.arg: span(w.value) for w in link.keywords if w.arg} | options
            elif link.func.attr == "after":
                after[:0] = [span(arg) for arg in link.args]
    names = () if one.task is None else one.task.ports.names
    placed = itertools.takewhile(lambda arg: not isinstance(arg, ast.Starred), call.args)
    arguments = {n: span(arg) for n, arg in zip(names, placed, strict=False)}
    for word in call.keywords:
        if word.arg is not None and word.arg in names:
            arguments[word.arg] = span(word.value)
    target = _target(statement, call)
    return Written(
        node, _header(statement, one), span(call), span(callee),
        span(target) if target is not None and "id" not in options else None,
        arguments, options, tuple(after), scope,
        "" if one.function is None else one.function.qualname.removesuffix(".<locals>"), shared,
    )  # fmt: skip


def _chain(call: ast.expr) -> Iterator[ast.expr]:
    """A call, what is called in it, and so on to the name of the task."""
    node = call
    yield node
    while isinstance(node, ast.Call):
        function = node.func
        links = isinstance(function, ast.Attribute) and function.attr in _WORDS
        node = function.value if isinstance(function, ast.Attribute) and links else function
        yield node


_WORDS = ("options", "after", "map", "node")


def _target(statement: ast.stmt, call: ast.Call) -> ast.Name | None:
    if isinstance(statement, ast.Assign) and statement.value is call:
        first = statement.targets[0]
        return first if isinstance(first, ast.Name) else None
    if isinstance(statement, ast.AnnAssign) and statement.value is call:
        return statement.target if isinstance(statement.target, ast.Name) else None
    return None


def _header(statement: ast.stmt, one: Made) -> Span:
    span = one.home.source.lines.span(statement)
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        return Span(span.start, one.home.source.lines.span(body[0]).start)
    return span


def _promises(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    function = statement.value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("promise", "limit", "exclusive", "back")
