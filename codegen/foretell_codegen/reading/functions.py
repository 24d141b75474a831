"""Functions that stand for those in a source: with their names, parameters and flags, but with a
body that gives what it was called with to whoever reads. No code is made from the source.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

from foretell.author.source import Text, write_text

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_VARARGS, _VARKEYWORDS, _GENERATOR, _COROUTINE = 0x04, 0x08, 0x20, 0x80
_KEY = 731_731

EVALUATE, LOCALS = "<evaluate>", "<locals>"
"""Under these names, which no source can say, a module knows who evaluates and how arguments are
collected."""


def _stand_in():  # type: ignore[no-untyped-def]
    return evaluate(731_731, collected())  # type: ignore[name-defined]  # noqa: F821


_CODE = _stand_in.__code__


def stand_in(
    node: Definition,
    key: int,
    module: ModuleType,
    qualname: str,
    defaults: Iterable[Any],
    keyword_defaults: Mapping[str, Any],
    source: Callable[[], str],
    yields: bool,
) -> FunctionType:
    """A function that is called as the one in the source is. `key` is what its body says to
    `module`'s `EVALUATE`; `yields` whether there is a `yield` in the source at all."""
    args = node.args
    given = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    names = [arg.arg for arg in given]
    flags = _CODE.co_flags
    for rest, flag in ((args.vararg, _VARARGS), (args.kwarg, _VARKEYWORDS)):
        if rest is not None:
            names.append(rest.arg)
            flags |= flag
    if isinstance(node, ast.AsyncFunctionDef):
        flags |= _COROUTINE
    elif yields and not isinstance(node, ast.Lambda) and _yields(node):
        flags |= _GENERATOR
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    code = _CODE.replace(
        co_name=name,
        co_qualname=qualname,
        co_filename=str(module.__file__),
        co_firstlineno=first_line(node),
        co_varnames=tuple(names),
        co_nlocals=len(names),
        co_posonlyargcount=len(args.posonlyargs),
        co_argcount=len(args.posonlyargs) + len(args.args),
        co_kwonlyargcount=len(args.kwonlyargs),
        co_flags=flags,
        co_names=(EVALUATE, LOCALS),
        co_consts=tuple(key if const == _KEY else const for const in _CODE.co_consts),
    )
    made = FunctionType(code, module.__dict__, name, tuple(defaults) or None)
    made.__kwdefaults__ = dict(keyword_defaults) or None
    made.__module__ = module.__name__
    made.__qualname__ = qualname
    if not isinstance(node, ast.Lambda):
        made.__doc__ = ast.get_docstring(node, clean=False)
        write_text(made, Text(module, node, source))
    return made


def first_line(node: Definition) -> int:
    """The line in which a definition begins: that of its first decorator."""
    decorators = getattr(node, "decorator_list", ())
    first: int = min([node.lineno, *(each.lineno for each in decorators)])
    return first


def _yields(node: ast.AST) -> bool:
    todo: list[ast.AST] = list(getattr(node, "body", ()))
    for one in todo:
        if isinstance(one, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(one)
    return False
