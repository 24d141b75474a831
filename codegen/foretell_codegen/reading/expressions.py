"""Evaluates the expressions of a source: with foretell's own words, plain values and what stands
for the source's functions and classes. What it does not know it refuses as `Unreadable`.

It knows nothing of statements, and nothing of graphs: that a call makes a node is the registrar's
work, as in a run.
"""

from __future__ import annotations

import ast
import operator
import typing
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

import typing_extensions

from foretell.author.names import Site
from foretell.author.refs import Ref
from foretell.author.tasks import Task, Workflow, registrar
from foretell_codegen.errors import Unreadable
from foretell_codegen.reading import allowed
from foretell_codegen.reading.calls import Calls, may_have, say
from foretell_codegen.reading.scopes import Module, Scope, Unknown
from foretell_codegen.reading.session import Home, Session
from foretell_codegen.reading.sizes import ITERATORS, WIDE, is_huge

_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_,
}  # fmt: skip
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.MatMult: operator.matmul,
}  # fmt: skip
_COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b, ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}  # fmt: skip

_MAKING = (typing.TypedDict, typing.NamedTuple, typing_extensions.TypedDict)
"""Functions that make classes."""


class Expressions:
    """Evaluates in the module of `home`, for a `session`."""

    def __init__(self, home: Home, session: Session) -> None:
        self.home = home
        self.session = session
        self.file = str(home.module.__file__)
        self._calls = Calls(session)
        self._kinds: dict[type, Callable[[Any, Scope], Any]] = {
            ast.Constant: self._constant, ast.Name: self._name, ast.Call: self._call,
            ast.Attribute: self._attribute, ast.List: self._list, ast.Tuple: self._tuple,
            ast.Dict: self._dict, ast.Set: self._set, ast.Subscript: self._subscript,
            ast.UnaryOp: self._unary, ast.BinOp: self._binary, ast.BoolOp: self._boolean,
            ast.Compare: self._compare, ast.IfExp: self._if, ast.Lambda: self._lambda,
            ast.JoinedStr: self._joined, ast.NamedExpr: self._walrus, ast.Slice: self._slice,
            ast.ListComp: self._list_comprehension, ast.SetComp: self._set_comprehension,
            ast.DictComp: self._dict_comprehension, ast.GeneratorExp: self._generator,
        }  # fmt: skip

    def value(self, node: ast.expr, scope: Scope) -> Any:
        kind = self._kinds.get(type(node))
        if kind is None:
            raise Unreadable(f"`{_word(node)}` is not read", node.lineno)
        return kind(node, scope)

    # --- plain values -------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        vars_ = scope.vars
        name = node.id
        if name == "__annotations__":
            raise Unreadable("what writes annotations of its own is not read", node.lineno)
        if name in vars_:
            found = vars_[name]
        else:
            try:
                found = scope.find(name, self.home.ground)
            except KeyError:
                found = self.home.missing(name, node.lineno)
        if type(found) is Unknown and not found.quiet:
            raise found.refuse(node.lineno)
        return found

    def _list(self, node: ast.List, scope: Scope) -> list[Any]:
        return self._items(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self._items(node.elts, scope))

    def _set(self, node: ast.Set, scope: Scope) -> set[Any]:
        return set(self._items(node.elts, scope))

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                found.update(self.value(item, scope))
            else:
                known = self.value(key, scope)
                found[known] = self.value(item, scope)
        return found

    def _items(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if type(node) is ast.Starred:
                found.extend(self.session.counted(self.value(node.value, scope), node.lineno))
            else:
                found.append(self.value(node, scope))
        return found

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> str:
        return "".join(self._shown(part, scope) for part in node.values)

    def _shown(self, part: ast.expr, scope: Scope) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        value = self.value(part.value, scope)
        spec = "" if part.format_spec is None else str(self.value(part.format_spec, scope))
        if part.conversion in (ord("r"), ord("a")):
            self.session.suspect(value, part.lineno)
            value = repr(value) if part.conversion == ord("r") else ascii(value)
        elif part.conversion == ord("s"):
            value = str(value)
        if WIDE.search(spec):
            raise Unreadable("a text of this width is not made", part.lineno)
        self.session.suspect(value, part.lineno)
        if type(value) is Ref or _is_plain(value):
            return format(value, spec)
        raise Unreadable(f"how {type(value).__name__!r} is shown is not known", part.lineno)

    # --- operations ---------------------------------------------------------------------------

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        return _UNARY[type(node.op)](self.value(node.operand, scope))

    def _binary(self, node: ast.BinOp, scope: Scope) -> Any:
        return self.operate(
            node.op, self.value(node.left, scope), self.value(node.right, scope), node.lineno
        )

    def operate(self, op: ast.operator, left: Any, right: Any, line: int) -> Any:
        if is_huge(type(op), left, right):
            raise Unreadable("a value of this size is not calculated", line)
        if type(op) is ast.BitOr and (isinstance(left, str) or isinstance(right, str)):
            raise Unreadable("a type in quotes is not read here", line)
        found = _BINARY[type(op)](left, right)
        self.session.charge(found, line)
        return found

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> Any:
        stop = isinstance(node.op, ast.Or)
        for part in node.values[:-1]:
            found = self.value(part, scope)
            if bool(found) is stop:
                return found
        return self.value(node.values[-1], scope)

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        found: Any = True
        for op, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other, scope)
            if type(right) in ITERATORS:
                right = self.session.counted(right, node.lineno)
            if isinstance(op, (ast.Is, ast.IsNot)):
                self.session.suspect(left, node.lineno)
                self.session.suspect(right, node.lineno)
            found = _COMPARED[type(op)](left, right)
            if len(node.ops) > 1 and not found:
                break
            left = right
        return found

    def _if(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Any:
        session, name = self.session, node.target.id
        around = session.direct, session.direct_name
        session.direct, session.direct_name = node.value, name if name.strip("_") else None
        found = self.value(node.value, scope)
        session.direct, session.direct_name = around
        while scope.qualname == _COMPREHENSION and scope.outer is not None:
            scope = scope.outer
        scope.bind(node.target.id, found, node.lineno)
        return found

    def _slice(self, node: ast.Slice, scope: Scope) -> slice:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else self.value(part, scope) for part in parts))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        of = self.value(node.value, scope)
        if isinstance(of, type) or type(of).__module__ in ("typing", "typing_extensions"):
            return self.home.annotations.filled(of, node, scope)
        key = self.value(node.slice, scope)
        if type(of) is Ref or isinstance(of, (list, tuple, dict, str, bytes, range)):
            found = of[key]
            self.session.charge(found, node.lineno)
            return found
        if type(of) in allowed.METHODS or self.session.is_ours(of):
            return of[key]
        raise Unreadable(f"what is in {type(of).__name__!r} is not known", node.lineno)

    # --- comprehensions -----------------------------------------------------------------------

    def _list_comprehension(self, node: ast.ListComp, scope: Scope) -> list[Any]:
        return [self.value(node.elt, inner) for inner in self._rounds(node.generators, scope)]

    def _set_comprehension(self, node: ast.SetComp, scope: Scope) -> set[Any]:
        return {self.value(node.elt, inner) for inner in self._rounds(node.generators, scope)}

    def _dict_comprehension(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        found = {}
        for inner in self._rounds(node.generators, scope):
            key = self.value(node.key, inner)
            found[key] = self.value(node.value, inner)
        return found

    def _generator(self, node: ast.GeneratorExp, scope: Scope) -> Iterator[Any]:
        first = self.value(node.generators[0].iter, scope)
        rounds = self._rounds(node.generators, scope, first)
        return (self.value(node.elt, inner) for inner in rounds)

    def _rounds(
        self, generators: list[ast.comprehension], scope: Scope, first: Any = None
    ) -> Iterator[Scope]:
        inner = Scope({}, scope, _COMPREHENSION)

        def turn(depth: int) -> Iterator[Scope]:
            if depth == len(generators):
                yield inner
                return
            one = generators[depth]
            if one.is_async:
                raise Unreadable("`async for` is not read", one.iter.lineno)
            items = (
                self.value(one.iter, inner if depth else scope) if depth or first is None else first
            )
            for item in self.session.counted(items, one.iter.lineno):
                self.home.statements.assign(one.target, item, inner)
                if all(self.value(test, inner) for test in one.ifs):
                    yield from turn(depth + 1)

        return turn(0)

    # --- functions and their like -------------------------------------------------------------

    def _lambda(self, node: ast.Lambda, scope: Scope) -> FunctionType:
        return self.home.definitions.function(node, scope)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.part(self.value(node.value, scope), node.attr, node.lineno)

    def part(self, of: Any, name: str, line: int) -> Any:
        """The attribute `name` of a value, if it is known what that does."""
        kind = type(of)
        if kind is Ref and not name.startswith("__"):
            return getattr(of, name)
        if name.startswith("_") and not (name == "__name__" and isinstance(of, (type, Task))):
            raise Unreadable(f"what `.{name}` is about is not read", line)
        if kind is Module:
            return self.home.lent(of, name, line)
        if kind is Unknown:
            return of
        if isinstance(of, ModuleType):
            if name in of.__dict__:
                found = of.__dict__[name]
                if type(found) is Unknown:
                    raise found.refuse(line)
                return found
            return self.home.modules.submodule(of, name, line)
        if may_have(of, kind, name) or self.session.lends(of, name):
            return getattr(of, name)
        raise Unreadable(f"`.{name}` of {say(of)} is not known", line)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        session = self.session
        function = self.value(node.func, scope)
        args: list[Any] = []
        for arg in node.args:
            if type(arg) is ast.Starred:
                args.extend(session.counted(self.value(arg.value, scope), arg.lineno))
            else:
                args.append(self.value(arg, scope))
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                kwargs.update(self.value(keyword.value, scope))
            else:
                kwargs[keyword.arg] = self.value(keyword.value, scope)
        if type(function) is Unknown:
            return function
        if not isinstance(function, Task) or registrar.get() is None:
            self._calls.check(function, args, kwargs, node.lineno)
        now = session.now
        before = 0 if now is None else len(now.nodes)
        around = session.site
        session.step(node.lineno)
        session.site = Site(self.file, _line(node), session.name_for(node))
        result: Any = function(*args, **kwargs)
        session.site = around
        session.charge(result, node.lineno)
        if now is not None and len(now.nodes) != before:
            session.note(now, before, node, self.home, function)
        elif type(result) is Workflow and not isinstance(function, MethodType):
            session.is_workflow(result)
        elif function in _MAKING:
            made: Any = result
            session.own(made)
        elif type(result) is FunctionType:
            session.known[id(result)] = result  # what a decorator with arguments gives
        return result


_COMPREHENSION = "<comprehension>"


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind in allowed.METHODS or kind in (type(None), complex)


def _line(node: ast.Call) -> int:
    """The line in which Python says that a call stands: that of the name of a method."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.end_lineno != node.lineno:
        plain = not any(isinstance(arg, ast.Starred) for arg in node.args)
        if plain and all(keyword.arg is not None for keyword in node.keywords):
            return function.end_lineno or node.lineno
    return node.lineno


def _word(node: ast.AST) -> str:
    words = {"Await": "await", "Yield": "yield", "YieldFrom": "yield from", "TemplateStr": "t'...'"}
    kind = type(node).__name__
    return words.get(kind, kind)
