"""Functions and classes of a source, as what stands for them: decorated as they are there, with
their annotations, and with bodies that are followed and never run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType, new_class
from typing import Any

from foretell_codegen.errors import Unreadable
from foretell_codegen.reading.annotations import holds_text, named_later
from foretell_codegen.reading.functions import Definition, first_line, stand_in
from foretell_codegen.reading.scopes import CLASS, Scope, Unknown
from foretell_codegen.reading.session import Function, Home, Session


class Definitions:
    """Those of one module."""

    def __init__(self, home: Home, session: Session) -> None:
        self.home = home
        self.session = session
        self._value = home.expressions.value

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        """Binds a function's name."""
        self._decorate(node, self.function, scope)

    def _decorate(self, node: Any, make: Callable[[Any, Scope], Any], scope: Scope) -> None:
        decorators = [(self._value(one, scope), one) for one in node.decorator_list]
        made = make(node, scope)
        self.session.begin(node)
        for decorator, at in reversed(decorators):
            made = self._decorated(decorator, made, at)
        scope.bind(node.name, made, node.lineno)

    def _decorated(self, decorator: Any, made: Any, node: ast.expr) -> Any:
        holder = Scope({"decorator": decorator, "made": made})
        call = ast.Call(ast.Name("decorator", ast.Load()), [ast.Name("made", ast.Load())], [])
        for part in (call, call.func, call.args[0]):
            ast.copy_location(part, node)
        return self._value(call, holder)

    def function(self, node: Definition, scope: Scope) -> FunctionType:
        """What stands for a function of the source."""
        home, session = self.home, self.session
        args = node.args
        inner = scope
        while inner.qualname.startswith(CLASS) and inner.outer is not None:
            inner = inner.outer
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        qualname = _qualified(scope, name)
        defaults = [self._default(one, scope) for one in args.defaults]
        named = {
            arg.arg: self._default(one, scope)
            for arg, one in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if one is not None
        }
        key = len(session.functions)
        made_in = session.statement
        session.functions.append(Function(node, inner, home, f"{qualname}.<locals>", made_in))
        first = first_line(node)
        made = stand_in(
            node, key, home.module, qualname, defaults, named,
            lambda: home.source.definition(first), b"yield" in home.source.data,
        )  # fmt: skip
        if not isinstance(node, ast.Lambda):
            into: dict[str, Any] = {}
            made.__annotations__ = into
            every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
            for arg in every:
                if arg is not None and arg.annotation is not None:
                    home.annotations.noted(into, arg.arg, arg.annotation, scope, made)
            if node.returns is not None:
                home.annotations.noted(into, "return", node.returns, scope, made)
        return made

    def _default(self, node: ast.expr, scope: Scope) -> Any:
        try:
            return self._value(node, scope)
        except Unreadable as fault:
            self.session.note_unknown(node.lineno, f"a default: {fault.why}")
            return Unknown(fault.why, node.lineno)

    def define_class(self, node: ast.ClassDef, scope: Scope) -> None:
        """Binds a class's name."""
        self._decorate(node, self._class_of, scope)

    def _class_of(self, node: ast.ClassDef, scope: Scope) -> type:
        bases = [self._value(base, scope) for base in node.bases]
        given = {word.arg: self._value(word.value, scope) for word in node.keywords if word.arg}
        _refuse_keywords(given, node.lineno)
        qualname = _qualified(scope, node.name)
        inner = Scope({}, scope, CLASS + qualname)
        model = any(hasattr(base, "model_rebuild") for base in bases)

        def fill(names: dict[str, Any]) -> None:
            names["__module__"] = self.home.module.__name__
            names["__qualname__"] = qualname
            if ast.get_docstring(node, clean=False) is not None:
                names["__doc__"] = ast.get_docstring(node, clean=False)
            inner.vars = names
            self.home.annotations.within_model = model
            self.home.statements.block(node.body, inner)
            _refuse_texts(names.get("__annotations__", {}), names, node.lineno)
            self.session.begin(node)

        made = new_class(node.name, tuple(bases), given, fill)
        self.session.own(made)
        self.home.annotations.belong(inner.vars.get("__annotations__"), made)
        self.home.annotations.within_model = False
        return made


def _refuse_keywords(given: dict[str, Any], line: int) -> None:
    if "metaclass" in given:
        raise Unreadable("a class of a class of its own", line)
    for name, value in given.items():
        if name.startswith("_") or (name == "extra_items" and holds_text(value)):
            raise Unreadable(f"what a class is told by {name!r} is not read", line)


def _refuse_texts(kinds: Any, names: dict[str, Any], line: int) -> None:
    """Whoever reads the fields of a class evaluates what is a text among their types, and a
    dataclass writes their names into a text that it executes."""
    if type(kinds) is not dict:
        raise Unreadable("a class with annotations of its own", line)
    for name, kind in kinds.items():
        if type(name) is not str or not name.isidentifier() or isinstance(kind, (str, bytes)):
            raise Unreadable("a class with annotations that it does not write", line)
        if any(holds_text(names.get(one)) for one in named_later(kind)):
            raise Unreadable(f"the type of {name!r} would be a text of the class", line)


def _qualified(scope: Scope, name: str) -> str:
    around = scope.qualname.removeprefix(CLASS)
    return f"{around}.{name}" if around and not around.startswith("<") else name
