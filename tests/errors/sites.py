"""Where public errors are raised: read from the source, and seen in the tracebacks of mistakes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

ROOMS = (
    "sdk/foretell/author", "sdk/foretell/document", "sdk/foretell/graph", "sdk/foretell/promises",
    "sdk/foretell/control", "sdk/foretell/values", "runtime/foretell_runtime/api", "runtime/foretell_runtime/handle",
    "runtime/foretell_runtime/calls", "runtime/foretell_runtime/changed",
    "runtime/foretell_runtime/inputs", "runtime/foretell_runtime/foresight", "runtime/foretell_runtime/cli",
    "runtime/foretell_runtime/orders", "runtime/foretell_runtime/store", "runtime/foretell_runtime/values",
    "runtime/foretell_runtime/queueing", "runtime/foretell_runtime/pruning", "runtime/foretell_runtime/worker",
    "runtime/foretell_runtime/eventlines", "runtime/foretell_runtime/telemetry",
    "codegen/foretell_codegen/interchange",
)  # fmt: skip
"""What people's mistakes come to first. What a task's nonsense comes to is told by the tests of
the protocol, what happens to processes by those of the executors."""


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """One `raise` statement."""

    file: str
    first: int
    last: int
    within: str
    code: str


def sites() -> list[Site]:
    """Every statement that raises a public error, or what a function gives that makes some."""
    trees = {path: ast.parse(path.read_text()) for path in _files()}
    raised = set(_public()) | {name for tree in trees.values() for name in _making(tree, _public())}
    return sorted(
        site for path, tree in trees.items() for site in _raises(path, tree, frozenset(raised))
    )


def hit_by(error: BaseException | None) -> set[tuple[str, int]]:
    """File and line of each raise that led to `error`: where its traceback ends, and those of the
    errors behind it."""
    found: set[tuple[str, int]] = set()
    todo, seen = [error], set[int]()
    for one in todo:
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        todo += [one.__cause__, one.__context__]
        trace = one.__traceback__
        while trace is not None:
            found.add((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
            trace = trace.tb_next
    return found


def _files() -> Iterator[Path]:
    for room in ROOMS:
        if (ROOT / room).is_dir():
            yield from sorted((ROOT / room).rglob("*.py"))
        else:
            yield from (path for path in [ROOT / f"{room}.py"] if path.exists())


def _public() -> frozenset[str]:
    """The names of all public errors."""
    homes = (ROOT / "sdk/foretell/errors.py", ROOT / "runtime/foretell_runtime/cli/trouble.py")
    return frozenset(
        node.name
        for home in homes
        for node in ast.parse(home.read_text()).body
        if isinstance(node, ast.ClassDef)
    )


def _making(tree: ast.AST, public: frozenset[str]) -> Iterator[str]:
    """Functions that say they return a public error."""
    for node in ast.walk(tree):
        returns = getattr(node, "returns", None)
        if isinstance(node, ast.FunctionDef) and returns and ast.unparse(returns) in public:
            yield node.name


def _raises(path: Path, tree: ast.AST, raised: frozenset[str]) -> Iterator[Site]:
    todo = [(tree, "")]
    for node, within in todo:
        for child in ast.iter_child_nodes(node):
            inner = within
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{within}.{child.name}" if within else child.name
            if isinstance(child, ast.Raise) and _name(child.exc) in raised:
                assert child.end_lineno is not None
                yield Site(
                    str(path.relative_to(ROOT)), child.lineno, child.end_lineno, inner,
                    ast.unparse(child),
                )  # fmt: skip
            todo.append((child, inner))


def _name(exc: ast.expr | None) -> str:
    """What the name of `X` in `raise X(...)`, `raise a.X(...)` ends with."""
    match exc:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return ""
