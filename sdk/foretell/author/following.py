"""Follows a body statement by statement, to find uses of values that are not there yet.

Knows the statements of Python and how names travel through them: where ways meet, a name holds an
unknown value only if it does on each. Loops are read until their names settle.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from types import FunctionType
from typing import Any, TypeAlias, cast

from foretell.author.expressions import Expressions
from foretell.author.held import Held, Known, Names, Rights, Scope, Value, join, joined
from foretell.author.misuses import MATCHED, OPENED
from foretell.author.source import tree_of
from foretell.author.tasks import Task, Workflow

_SETTLING = 4
"""Turns after which the names of a loop have settled, because each can only be known less."""
_CHANGING = frozenset(("append", "extend", "insert", "pop", "remove", "clear", "sort", "update"))

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def misuses(
    task: Task[..., Any], tree: ast.FunctionDef, unknown: frozenset[str]
) -> list[tuple[int, str]]:
    """Lines and messages of the misuses in a body, from top to bottom. `unknown` are parameters
    that hold values which are not there yet."""
    return _followed(task, tree, unknown).told()


def misuses_of_branch(fn: FunctionType, tree: ast.FunctionDef) -> list[tuple[int, str]]:
    """The same of a function that is given nothing but values which are not there yet."""
    scope = Scope(fn, {}, _stored(tree), _doubtful(tree))
    for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs):
        scope.bind(argument.arg, Held())
    follower = Follower(scope, growing=False)
    with suppress(RecursionError):
        follower.body(tree.body)
    return follower.told()


def result_of(flow: Workflow[..., Any]) -> Value:
    """What a call of a workflow surely gives while another one is registered."""
    flow = flow._origin  # type: ignore[assignment]
    known = flow.__dict__
    if "_gives" not in known:
        known["_gives"] = None  # for one that calls itself
        tree = tree_of(flow._fn)
        if tree is not None:
            given = _followed(flow, tree, frozenset()).given
            nothing = isinstance(given, Known) and given.obj is None
            known["_gives"] = Held() if nothing or isinstance(given, Held) else None
    found: Value = known["_gives"]
    return found


def _followed(task: Task[..., Any], tree: ast.FunctionDef, unknown: frozenset[str]) -> Follower:
    growth = task.growth
    scope = Scope(cast("FunctionType", task._fn), {}, _stored(tree), _doubtful(tree))
    follower = Follower(scope, growing=growth is not None)
    if growth is not None:
        first = task._fn.__code__.co_varnames[0]
        scope.bind(first, Rights(growth))
    for port in task.ports.inputs.values():
        scope.bind(port.name, Held(port.hint) if port.name in unknown else None)
    with suppress(RecursionError):  # nested beyond what anybody reads: what was found is found
        follower.body(tree.body)
    return follower


class Follower:
    """Reads the statements of one function, then the functions within it."""

    def __init__(self, scope: Scope, growing: bool) -> None:
        self.given: Value = None
        """What its `return` statements surely give."""
        self._returned = False
        self._scope = scope
        self._growing = growing
        self._expressions = Expressions(scope, growing)
        self._loops: list[tuple[list[Names | None], list[Names | None]]] = []
        """For each loop around: the names at its `break`s, and at its `continue`s."""

    def body(self, statements: list[ast.stmt]) -> None:
        """Follows the whole function."""
        self._block(statements)
        if self._scope.names is not None:
            self._returns(Known(None))
        for function in self._scope.later.values():
            self._within(function)

    def told(self) -> list[tuple[int, str]]:
        found = sorted(self._scope.found.items())
        return [(line, message) for (line, _, _), message in found]

    def _returns(self, value: Value) -> None:
        self.given = join(self.given, value) if self._returned else value
        self._returned = True

    def _within(self, function: Any) -> None:
        """Follows a nested function, called by whomever and whenever: of what it captures is known
        what is known of it everywhere, of its parameters nothing."""
        mine = self._scope
        around = {**mine.outer, **dict.fromkeys(mine.local), **mine.ever}
        scope = Scope(mine.fn, around, _stored(function), mine.doubtful)
        scope.found = mine.found
        inner = Follower(scope, self._growing)
        if isinstance(function, ast.Lambda):
            for argument in function.args.args if id(function) in mine.branches else ():
                scope.bind(argument.arg, Held())
            inner._expressions.read(function.body)
            inner.body([])
        else:
            inner.body(function.body)

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if self._scope.names is None:
                return  # nothing leads here
            method = getattr(self, "_" + type(statement).__name__.lower(), self._other)
            method(statement)

    def _way(self, statements: list[ast.stmt], names: Names | None) -> Names | None:
        """What is known after `statements`, begun with `names`."""
        self._scope.names = None if names is None else dict(names)
        self._block(statements)
        return self._scope.names

    # --- simple statements --------------------------------------------------------------------

    def _other(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expressions.read(child)

    def _expr(self, node: ast.Expr) -> None:
        # The value of a line is thrown away, so a repr there is for whoever debugs.
        if isinstance(node.value, (ast.JoinedStr, ast.Call)):
            self._expressions.read(node.value)
        else:
            self._expressions.shown(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self._expressions.read(node.value)
        for target in node.targets:
            self._expressions.store(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._expressions.store(node.target, self._expressions.read(node.value))

    def _augassign(self, node: ast.AugAssign) -> None:
        left = ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node)
        self._expressions.read(left)
        self._expressions.store(node.target, None)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                self._expressions.store(target, None)

    def _return(self, node: ast.Return) -> None:
        value = self._expressions.read(node.value) if node.value else Known(None)
        self._returns(value)
        self._scope.names = None

    def _raise(self, node: ast.Raise) -> None:
        self._expressions.shown(node.exc)
        self._scope.names = None

    def _assert(self, node: ast.Assert) -> None:
        self._expressions.condition(node.test)
        self._expressions.shown(node.msg)

    def _break(self, node: ast.Break) -> None:
        self._loops[-1][0].append(self._scope.names)
        self._scope.names = None

    def _continue(self, node: ast.Continue) -> None:
        self._loops[-1][1].append(self._scope.names)
        self._scope.names = None

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self._expressions.read(default)
        if not node.decorator_list:  # one that is decorated may be called by anybody
            self._scope.later[id(node)] = node
        self._scope.bind(node.name, None)

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        self._scope.bind(node.name, None)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self._scope.bind((alias.asname or alias.name).partition(".")[0], None)

    _importfrom = _import

    # --- ways ---------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> None:
        self._expressions.condition(node.test)
        before = self._scope.names
        self._scope.names = joined([self._way(node.body, before), self._way(node.orelse, before)])

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        items = self._expressions.items_of(node.iter, self._expressions.read(node.iter))
        self._loop(node, lambda: self._expressions.store(node.target, items))

    _asyncfor = _for

    def _while(self, node: ast.While) -> None:
        self._loop(node, lambda: self._expressions.condition(node.test))

    def _loop(self, node: Any, begin: Any) -> None:
        before = self._scope.names
        self._scope.quiet += 1
        for _ in range(_SETTLING):
            after, _ = self._turn(node, begin, before)
            settled, before = before, joined([before, after])
            if before == settled:
                break
        self._scope.quiet -= 1
        after, broken = self._turn(node, begin, before)
        endless = isinstance(node, ast.While) and _is_true(node.test)
        ended = None if endless else joined([before, after])
        self._scope.names = joined([self._way(node.orelse, ended), *broken])

    def _turn(
        self, node: Any, begin: Any, before: Names | None
    ) -> tuple[Names | None, list[Names | None]]:
        """One turn of a loop: what is known when the next begins, and where it was broken off."""
        broken: list[Names | None] = []
        continued: list[Names | None] = []
        self._loops.append((broken, continued))
        self._scope.names = None if before is None else dict(before)
        begin()
        self._block(node.body)
        self._loops.pop()
        return joined([self._scope.names, *continued]), broken

    def _try(self, node: Any) -> None:
        before = self._scope.names
        anywhere = self._anywhere_in(node.body, before)
        normal = self._way(node.orelse, self._scope.names)
        ways = [normal]
        for handler in node.handlers:
            self._scope.names = None if anywhere is None else dict(anywhere)
            if handler.name:
                self._scope.bind(handler.name, None)
            self._block(handler.body)
            ways.append(self._scope.names)
        self._scope.names = joined(ways)
        if node.finalbody:
            over = self._scope.names is None
            if over:  # it runs on the way out, too
                self._scope.names = joined([anywhere])
            self._block(node.finalbody)
            if over:
                self._scope.names = None

    _trystar = _try

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self._expressions.read(item.context_expr)
            if isinstance(value, Held):
                self._scope.report(item.context_expr, OPENED)
            if item.optional_vars is not None:
                self._expressions.store(item.optional_vars, None)
        anywhere = self._anywhere_in(node.body, self._scope.names)
        # It may swallow what is raised within it.
        self._scope.names = joined([self._scope.names, anywhere])

    _asyncwith = _with

    def _anywhere_in(self, statements: list[ast.stmt], before: Names | None) -> Names | None:
        """Follows `statements`, and gives what is known wherever one of them may be left."""
        places = [None if before is None else dict(before)]
        self._scope.names = before
        for statement in statements:
            self._block([statement])
            names = self._scope.names
            places.append(None if names is None else dict(names))
        return joined(places)

    def _match(self, node: ast.Match) -> None:
        subject = self._expressions.read(node.subject)
        before = self._scope.names
        ways = [] if any(map(_catches_all, node.cases)) else [before]
        for case in node.cases:
            if isinstance(subject, Held) and not _is_capture(case.pattern):
                self._scope.report(node.subject, MATCHED)
            self._scope.names = None if before is None else dict(before)
            for name in _captured(case.pattern):
                self._scope.bind(name, subject if _is_capture(case.pattern) else None)
            if case.guard is not None:
                self._expressions.condition(case.guard)
            self._block(case.body)
            ways.append(self._scope.names)
        self._scope.names = joined(ways)


def _loaded(target: ast.expr) -> ast.expr:
    """What an assignment's left-hand side would read."""
    match target:
        case ast.Name(id=name):
            copy: ast.expr = ast.Name(name, ast.Load())
        case ast.Attribute(value=value, attr=attr):
            copy = ast.Attribute(value, attr, ast.Load())
        case ast.Subscript(value=value, slice=index):
            copy = ast.Subscript(value, index, ast.Load())
        case _:
            return target
    return ast.copy_location(copy, target)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _is_capture(pattern: ast.pattern) -> bool:
    """Whether a pattern takes anything as it is, and looks at nothing."""
    return isinstance(pattern, ast.MatchAs) and (
        pattern.pattern is None or _is_capture(pattern.pattern)
    )


def _catches_all(case: ast.match_case) -> bool:
    return case.guard is None and _is_capture(case.pattern)


def _captured(pattern: ast.pattern) -> set[str]:
    found = set()
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        if isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def _stored(function: Function) -> frozenset[str]:
    """The names that are a function's own."""
    arguments = function.args
    names = {
        a.arg
        for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs,
                  arguments.vararg, arguments.kwarg)
        if a is not None
    }  # fmt: skip
    queue: list[ast.AST] = (
        list(function.body) if isinstance(function.body, list) else [function.body]
    )
    while queue:
        node = queue.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
                continue
            case ast.Lambda():
                continue
            case ast.alias(name=name, asname=asname):
                names.add((asname or name).partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.pattern():
                names |= _captured(node)
        queue += ast.iter_child_nodes(node)
    return frozenset(names)


def _doubtful(function: ast.AST) -> frozenset[str]:
    """Names that change where no assignment in sight says so: those of other scopes that are
    assigned to, and lists that are filled."""
    names: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Global(names=declared) | ast.Nonlocal(names=declared):
                names.update(declared)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
                if attr in _CHANGING:
                    names.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                names.add(name)
    return frozenset(names)
