"""Code with a mistake in it: a module of the program is made anew from a changed source, and put in the place
of the one that is loaded, for as long as something is tried.

Every name in the program and in these tests that stands for a part of the old module stands for that of
the new one meanwhile.
"""

from __future__ import annotations

import ast
import importlib
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

HOMES = ("foretell_codegen", "tests.codegen")


class TooLong(BaseException):
    """What a mistake makes endless."""


@contextmanager
def instead(name: str, tree: ast.Module) -> Iterator[None]:
    """With `tree` in the place of the module `name`."""
    old = importlib.import_module(name)
    new = ModuleType(name)
    new.__file__ = old.__file__
    new.__package__ = old.__package__
    undo: list[tuple[ModuleType, str, Any]] = []
    sys.modules[name] = new
    try:
        exec(compile(tree, str(old.__file__), "exec"), new.__dict__)  # noqa: S102 - our own code
        own = {
            id(value): key
            for key, value in vars(old).items()
            if getattr(value, "__module__", None) == name
        }
        for module in [m for n, m in list(sys.modules.items()) if n.startswith(HOMES)]:
            for key, value in list(vars(module).items()):
                if module is not old and module is not new and id(value) in own:
                    undo.append((module, key, value))
                    setattr(module, key, getattr(new, own[id(value)]))
        yield
    finally:
        sys.modules[name] = old
        for module, key, value in undo:
            setattr(module, key, value)


def source_of(name: str) -> str:
    return Path(str(importlib.import_module(name).__file__)).read_text("utf-8")


def is_caught(check: Callable[[], None], seconds: int = 15) -> bool:
    """Whether a check fails, in whatever way, or never ends: it gets so many seconds of a processor, which
    must be many times what it takes."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        check()
    except (Exception, TooLong):  # noqa: BLE001 - a mistake may do anything
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


_OTHER: dict[type[Any], type[Any]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip


def mutants(tree: ast.Module) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """The small mistakes that can be made in a module: what each is, how it is made, how undone."""
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        for node in _inside(function):
            yield from _of(node, f"{function.name}:{getattr(node, 'lineno', 0)}")


def _inside(function: ast.FunctionDef) -> Iterable[ast.AST]:
    """The parts of the statements of a function: neither what it is called with, nor what it says of
    itself, nor functions in it."""
    todo: list[ast.AST] = list(function.body[1:] if _is_text(function.body[0]) else function.body)
    for node in todo:
        if isinstance(node, (ast.FunctionDef, ast.Raise)):
            continue
        yield node
        todo += [c for c in ast.iter_child_nodes(node) if not _is_annotation(node, c)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_annotation(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and child is node.annotation


def _of(node: ast.AST, where: str) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    def put(attribute: str, new: Any) -> tuple[Callable[[], None], Callable[[], None]]:
        old = getattr(node, attribute)
        return lambda: setattr(node, attribute, new), lambda: setattr(node, attribute, old)

    match node:
        case ast.Compare(ops=[op]) if type(op) in _OTHER:
            yield (f"{where} {type(op).__name__}", *put("ops", [_OTHER[type(op)]()]))
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in _OTHER:
            yield (f"{where} {type(op).__name__}", *put("op", _OTHER[type(op)]()))
        case ast.Constant(value=bool() as value):
            yield (f"{where} {value}", *put("value", not value))
        case ast.Constant(value=int() as value):
            yield (f"{where} {value}", *put("value", value + 1))
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield (f"{where} not", *put("test", ast.fix_missing_locations(_not(test))))
        case ast.UnaryOp(op=ast.Not()):
            yield (f"{where} is", *put("operand", _not(node.operand)))
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield (f"{where} return", *put("value", _none(node)))
        case ast.Expr(value=ast.Call()):
            yield (f"{where} call", *put("value", _none(node)))
        case ast.Break() | ast.Continue():
            yield (f"{where} {type(node).__name__}", *put("__class__", ast.Pass))


def _not(test: ast.expr) -> ast.expr:
    return ast.copy_location(
        ast.fix_missing_locations(ast.copy_location(ast.UnaryOp(ast.Not(), test), test)), test
    )


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _none(node: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Constant(None), node)
