"""The gate for edits: the second opinion on a source that somebody wrote, before it is put back changed.

What people write may hold anything, so it is not asked what stands in it, only what was brought in. In
the statements that are new, there may be no more of what no edit makes than in those that went: no kind
of expression that is not written for a graph, no call of what Python has built in, no method but those
few that nodes and tasks have. It knows nothing of how the edits were made.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator

from foretell_codegen.gate import EXCEPTIONS, METHODS, TYPES, VALUES, GateError

_STATEMENTS = (
    ast.Expr, ast.Assign, ast.Return, ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass, ast.ImportFrom,
    ast.ClassDef, ast.AnnAssign, ast.Raise, ast.alias,
)  # fmt: skip
_BUILT_IN = frozenset(vars(builtins)) - TYPES - EXCEPTIONS
_LINES = re.compile(rb"\r\n|\r|\n")


def check_edited(before: ast.Module, source: bytes, after: ast.Module, edited: bytes) -> None:
    """Raises `GateError` for the first thing that `edited` has more of than `source` and that no edit
    makes. The trees are those of the two texts."""
    old, new = _pieces(before, source), _pieces(after, edited)
    left, known = {text for text, _ in new}, {text for text, _ in old}
    gone = _strange(piece for text, piece in old if text not in left)
    found = _strange(piece for text, piece in new if text not in known)
    for what, times in found.items():
        if times > gone[what]:
            raise GateError(
                f"the edits would bring in {what}, of which no flow consists. Nothing is given out; this "
                f"is a mistake of foretell, or the graph means ill"
            )


def _pieces(tree: ast.Module, source: bytes) -> list[tuple[bytes, list[ast.AST]]]:
    """Statements, and the heads of functions, by their lines."""
    lines = _LINES.split(source)
    found: list[tuple[bytes, list[ast.AST]]] = []

    def look(body: list[ast.stmt]) -> None:
        for statement in body:
            end = statement.end_lineno or statement.lineno
            parts: list[ast.AST] = [statement]
            begin = statement.lineno
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parts = [_called(one) for one in statement.decorator_list]
                parts.append(statement.args)
                parts += [statement.returns] if statement.returns is not None else []
                parts += getattr(statement, "type_params", ())
                begin = min([begin, *(one.lineno for one in statement.decorator_list)])
                end = statement.body[0].lineno
                look(statement.body)
            found.append((b"\n".join(lines[begin - 1 : end]), parts))

    look(tree.body)
    return found


def _called(decorator: ast.expr) -> ast.expr:
    """A decorator as the call that it is."""
    return decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])


def _strange(pieces: Iterator[list[ast.AST]]) -> Counter[str]:
    """What in them is written for no graph, in words."""
    found: Counter[str] = Counter()
    for piece in pieces:
        for part in piece:
            for node in ast.walk(part):
                if (what := _words(node)) is not None:
                    found[what] += 1
    return found


def _words(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call):
        match node.func:
            case ast.Name(id=name):
                return f"a call of {name}" if name in _BUILT_IN else None
            case ast.Attribute(attr=attr):
                return None if attr in METHODS else f"a call of .{attr}"
            case ast.Call(func=ast.Attribute(attr="options" | "after")):
                return None
            case _:
                return f"a call of {ast.unparse(node.func)[:80]}"
    if isinstance(node, (*VALUES, *_STATEMENTS, ast.expr_context)):
        return None
    return f"an expression or a statement of the kind {type(node).__name__}"
