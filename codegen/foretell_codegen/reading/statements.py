"""Follows the statements of a source: what they bind, which functions and classes they define, and
what a body returns. What is outside of what is read becomes unknown in a module, and frozen in the
body of a workflow.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from foretell.author.refs import Ref
from foretell.errors import ForetellError
from foretell_codegen.errors import ReadError, Unreadable
from foretell_codegen.reading.freezing import freeze, is_frozen
from foretell_codegen.reading.scopes import CLASS, Scope, Unknown, tells_class
from foretell_codegen.reading.session import Home, Session
from foretell_codegen.reading.syntax import BREAK, CONTINUE, Signal, bound_by


class Raised(Exception):
    """The source says `raise`."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class Statements:
    """Follows those of one module."""

    def __init__(self, home: Home, session: Session) -> None:
        self.home = home
        self.session = session
        self._value = home.expressions.value
        definitions = home.definitions
        self._kinds: dict[type, Callable[[Any, Scope], Signal | None]] = {
            ast.Expr: self._expression, ast.Assign: self._assign, ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented, ast.Return: self._return, ast.If: self._if,
            ast.For: self._for, ast.While: self._while, ast.FunctionDef: definitions.define,
            ast.AsyncFunctionDef: definitions.define, ast.ClassDef: definitions.define_class, ast.Pass: self._pass,
            ast.Import: self._import, ast.ImportFrom: self._import_from, ast.Try: self._try,
            ast.Break: lambda node, scope: BREAK, ast.Continue: lambda node, scope: CONTINUE,
            ast.Raise: self._raise, ast.Assert: self._assert, ast.Delete: self._delete,
            ast.Global: self._global, ast.Nonlocal: self._nonlocal,
        }  # fmt: skip

    # --- blocks -------------------------------------------------------------------------------

    def module(self, tree: ast.Module, scope: Scope) -> None:
        """The top level: what it says that cannot be read leaves names unknown."""
        for statement in tree.body:
            try:
                self._one(statement, scope)
            except Unreadable as fault:
                self._leave_unknown(statement, scope, fault.why, fault.line or statement.lineno)
            except (ForetellError, RecursionError):
                raise
            except Exception as error:  # noqa: BLE001 - what the source's own code comes to
                self._leave_unknown(statement, scope, _told(error), statement.lineno)

    def block(self, statements: list[ast.stmt], scope: Scope) -> Signal | None:
        for statement in statements:
            signal = self._one(statement, scope)
            if signal is not None:
                return signal
        return None

    def called(self, key: int, given: dict[str, Any]) -> Any:
        """What a function of the source gives."""
        session = self.session
        function = session.functions[key]
        session.step(getattr(function.node, "lineno", 0))
        scope = Scope(given, function.scope, function.qualname)
        home = function.home
        around = session.enter(function)
        node = function.node
        if isinstance(node, ast.Lambda):
            found = home.expressions.value(node.body, scope)
        else:
            ends = home.statements.block
            if function.workflow is not None and session.now is not None:
                ends = home.statements.body
            signal = ends(node.body, scope)
            found = None if signal is None else signal.value
        session.leave(around)
        return found

    def body(self, statements: list[ast.stmt], scope: Scope) -> Signal | None:
        """The body of a workflow, statement by statement: one that cannot be read is frozen."""
        session = self.session
        now = session.now
        assert now is not None
        one, here = self._one, session.place()
        for at, statement in enumerate(statements):
            mark = (len(now.nodes), len(now.edges), len(now.vows), len(now.limits))
            now._section.names.keep()
            try:
                signal = one(statement, scope)
            except Unreadable as fault:
                session.leave(here)
                signal = freeze(self.home, statements[at:], scope, mark, fault)
            except ForetellError as fault:
                if isinstance(fault, ReadError) or not _touches_frozen(statement, scope, session):
                    raise
                session.leave(here)
                why = Unreadable(f"it uses what is frozen above: {fault}", statement.lineno)
                signal = freeze(self.home, statements[at:], scope, mark, why)
            except RecursionError:
                raise
            except Exception as error:
                if isinstance(error, Raised):
                    error = error.error  # type: ignore[assignment]
                raise ReadError(
                    session.name, (session.statement or statement).lineno,
                    f"registering it would end here: {_told(error)}",
                ) from error  # fmt: skip
            if signal is not None:
                return signal
        return None

    def _one(self, statement: ast.stmt, scope: Scope) -> Signal | None:
        kind = self._kinds.get(type(statement))
        if kind is None:
            raise Unreadable(f"`{_word(statement)}` is not read", statement.lineno)
        self.session.begin(statement)
        return kind(statement, scope)

    def _leave_unknown(self, statement: ast.stmt, scope: Scope, why: str, line: int) -> None:
        for name in bound_by(statement):
            scope.bind(name, Unknown(why, line))

    # --- simple statements --------------------------------------------------------------------

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        if type(node.value) is not ast.Constant:
            self._value(node.value, scope)

    def _pass(self, node: ast.Pass, scope: Scope) -> None: ...

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        found = self._value(node.value, scope)
        for target in node.targets:
            if type(target) is ast.Name:
                if target.id.startswith("__"):
                    self._refuse_dunder(target.id, scope, node.lineno)
                scope.bind(target.id, found)
            else:
                self.assign(target, found, scope)

    def _refuse_dunder(self, name: str, scope: Scope, line: int) -> None:
        """By such names classes are told what no statement in them says."""
        if scope.qualname.startswith(CLASS) and tells_class(name):
            raise Unreadable(f"a class with {name!r} of its own", line)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if scope.qualname.startswith(CLASS) and isinstance(node.target, ast.Name):
            into = scope.vars.setdefault("__annotations__", {})
            self.home.annotations.noted(into, node.target.id, node.annotation, scope, None)
        if node.value is not None:
            self.assign(node.target, self._value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        target = node.target
        read: ast.expr
        if isinstance(target, ast.Name):
            read = ast.Name(target.id, ast.Load())
        elif isinstance(target, ast.Subscript):
            read = ast.Subscript(target.value, target.slice, ast.Load())
        else:
            raise Unreadable("attributes are not changed", node.lineno)
        before = self._value(ast.copy_location(read, target), scope)
        more = self._value(node.value, scope)
        if isinstance(before, list) and isinstance(node.op, ast.Add):
            before.extend(self.session.counted(more, node.lineno))
            after: Any = before
        else:
            after = self.home.expressions.operate(node.op, before, more, node.lineno)
        self.assign(target, after, scope)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Binds what stands on the left of `=`."""
        match target:
            case ast.Name(id=name):
                self._refuse_dunder(name, scope, target.lineno)
                scope.bind(name, value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpack(parts, value, scope, target.lineno)
            case ast.Subscript(value=of, slice=key):
                holder: Any = self._value(of, scope)
                if type(holder) not in (dict, list, Ref):
                    raise Unreadable("what this changes is not known", target.lineno)
                holder[self._value(key, scope)] = value
            case _:
                raise Unreadable("attributes are not changed", target.lineno)

    def _unpack(self, parts: list[ast.expr], value: Any, scope: Scope, line: int) -> None:
        items = list(self.session.counted(value, line))
        stars = [i for i, part in enumerate(parts) if isinstance(part, ast.Starred)]
        if stars:
            (at,) = stars
            after = len(parts) - at - 1
            if len(items) < len(parts) - 1:
                raise ValueError(f"not enough values to unpack ({len(items)})")
            middle = items[at : len(items) - after]
            items = [*items[:at], middle, *(items[len(items) - after :] if after else [])]
            parts = [p.value if isinstance(p, ast.Starred) else p for p in parts]
        if len(items) != len(parts):
            raise ValueError(f"{len(items)} values cannot be unpacked to {len(parts)} names")
        for part, item in zip(parts, items, strict=True):
            self.assign(part, item, scope)

    def _return(self, node: ast.Return, scope: Scope) -> Signal:
        return Signal("return", None if node.value is None else self._value(node.value, scope))

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._refuse_dunder(target.id, scope, node.lineno)
                scope.vars.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                del self._value(target.value, scope)[self._value(target.slice, scope)]
            else:
                raise Unreadable("attributes are not changed", node.lineno)

    def _global(self, node: ast.Global, scope: Scope) -> None:
        scope.moved = {**(scope.moved or {}), **dict.fromkeys(node.names, self.home.scope.vars)}

    def _nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        found = {name: scope.around(name) for name in node.names}
        scope.moved = {
            **(scope.moved or {}),
            **{n: at for n, at in found.items() if at is not None},
        }

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        error = None if node.exc is None else self._value(node.exc, scope)
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        raise Raised(error if isinstance(error, BaseException) else RuntimeError("raise"))

    def _assert(self, node: ast.Assert, scope: Scope) -> None:
        if not self._value(node.test, scope):
            raise Raised(AssertionError("" if node.msg is None else self._value(node.msg, scope)))

    # --- ways ---------------------------------------------------------------------------------

    def _if(self, node: ast.If, scope: Scope) -> Signal | None:
        return self.block(node.body if self._value(node.test, scope) else node.orelse, scope)

    def _for(self, node: ast.For, scope: Scope) -> Signal | None:
        for item in self.session.counted(self._value(node.iter, scope), node.lineno):
            self.assign(node.target, item, scope)
            signal = self.block(node.body, scope)
            if signal is BREAK:
                return None
            if signal is not None and signal is not CONTINUE:
                return signal
        return self.block(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> Signal | None:
        while self._value(node.test, scope):
            self.session.step(node.lineno)
            signal = self.block(node.body, scope)
            if signal is BREAK:
                return None
            if signal is not None and signal is not CONTINUE:
                return signal
        return self.block(node.orelse, scope)

    def _try(self, node: ast.Try, scope: Scope) -> Signal | None:
        if scope.vars is self.home.module.__dict__ and node.handlers:
            self._try_in_module(node, scope)
            return None
        signal = None
        try:
            signal = self.block(node.body, scope)
        except (Unreadable, ReadError, RecursionError):
            raise
        except Exception as error:
            happened = error.error if isinstance(error, Raised) else error
            handler = self._handler(node.handlers, happened, scope)
            if handler is None:
                raise
            if handler.name:
                scope.bind(handler.name, happened, handler.lineno)
            signal = self.block(handler.body, scope)
        else:
            signal = signal or self.block(node.orelse, scope)
        return self.block(node.finalbody, scope) or signal

    def _try_in_module(self, node: ast.Try, scope: Scope) -> None:
        """If the body is known whole, nothing goes wrong in it; else that depends on where it runs,
        and what differs between the ways is unknown."""
        self.module(ast.Module([*node.body, *node.orelse], []), scope)
        names = [
            name for part in (node.body, node.orelse) for one in part for name in bound_by(one)
        ]
        first = {name: scope.vars[name] for name in names if name in scope.vars}
        if any(type(value) is Unknown for value in first.values()):
            for handler in node.handlers:
                self.module(ast.Module(handler.body, []), scope)
                for name in {name for one in handler.body for name in bound_by(one)}:
                    why = f"{name!r} depends on whether what is tried succeeds"
                    scope.vars[name] = Unknown(why, node.lineno)
        self.module(ast.Module(node.finalbody, []), scope)

    def _handler(
        self, handlers: Iterable[ast.ExceptHandler], error: BaseException, scope: Scope
    ) -> ast.ExceptHandler | None:
        for handler in handlers:
            kinds = BaseException if handler.type is None else self._value(handler.type, scope)
            if isinstance(error, kinds):
                return handler
        return None

    # --- imports ------------------------------------------------------------------------------

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            whole = self.home.modules.module(self.home, alias.name, 0, node.lineno)
            first = alias.name.partition(".")[0]
            if alias.asname is None and first != alias.name:
                whole = self.home.modules.module(self.home, first, 0, node.lineno)
            scope.bind(name, whole, node.lineno)
            self.home.imports[name] = alias

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        modules = self.home.modules
        if node.module == "__future__":
            self.home.later |= any(alias.name == "annotations" for alias in node.names)
            return
        for alias in node.names:
            if alias.name == "*":
                for name, value in modules.everything(self.home, node).items():
                    scope.bind(name, value, node.lineno)
                continue
            name = alias.asname or alias.name
            scope.bind(name, modules.name(self.home, node, alias.name), node.lineno)
            self.home.imports[name] = alias


def _touches_frozen(statement: ast.stmt, scope: Scope, session: Session) -> bool:
    return any(
        isinstance(node, ast.Name) and is_frozen(scope.vars.get(node.id), session)
        for node in ast.walk(statement)
    )


def _told(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _word(statement: ast.stmt) -> str:
    words = {"With": "with", "AsyncWith": "async with", "AsyncFor": "async for", "Match": "match",
             "TryStar": "except*"}  # fmt: skip
    kind = type(statement).__name__
    return words.get(kind, kind)
