"""Which rights the body of a growing task uses, how often, and what it wires: read, never run.

An abstract interpretation of the syntax: every statement comes to a set of ways (`amounts`), kept
apart by how control leaves it. What is read is certain: each run of the body takes one of the ways
found, unless a note says where it could not be followed. A trial that raises adds nothing, for what
it grew is retired, so ways that end in `raise` do not count; but any context manager that is not known
may keep an error back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from inspect import isasyncgenfunction, isgeneratorfunction
from math import inf
from pathlib import PurePath
from types import FunctionType
from typing import Any

from foretell.author.source import tree_of
from foretell.author.tasks import each
from foretell.bodies.amounts import (
    ANY,
    NEVER,
    NOTHING,
    Amount,
    Ways,
    cover,
    either,
    then,
    times,
    uses,
)
from foretell.bodies.known import Known
from foretell.bodies.naming import Naming
from foretell.bodies.syntax import is_named, listed, takes_all, walk

OPEN = "create"
"""The right of `Anything` to add nodes of any task."""
DEEPEST = 8
"""Of helpers that call helpers."""


@dataclass(slots=True)
class Wire:
    """The result of one right given to another."""

    source: str
    target: str
    place: str


@dataclass(slots=True)
class Seen:
    """What was read. `ways`: of all that ends well. `unseen`: what could not be followed, and
    where; then every right may be used more often than the ways say."""

    ways: Ways = NEVER
    wires: list[Wire] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    created: dict[str, None] = field(default_factory=dict)
    """The tasks, as they are written, of which `grow.create` makes nodes."""
    reaches_out: bool = False
    """Whether it uses `grow.connect` or `grow.existing`, which only `Anything` has."""


def read_body(fn: FunctionType, rights: Sequence[str]) -> Seen | None:
    """What `fn` grows with its first parameter, whose rights are named; None without source."""
    seen = Seen()
    reader = _reader(fn, 0, frozenset(rights), seen, ())
    if reader is None:
        return None
    seen.ways = reader.read()
    if seen.unseen:
        for right in dict.fromkeys((*rights, *(f"{OPEN} {task}" for task in seen.created))):
            seen.ways = then(seen.ways, uses(right, ANY))
    return seen


def _reader(
    fn: FunctionType, at: int, rights: frozenset[str], seen: Seen, stack: tuple[FunctionType, ...]
) -> _Reader | None:
    """A reader of `fn`, whose parameter number `at` is the growth; None without source."""
    tree = tree_of(fn)
    if tree is None or len(tree.args.args) <= at:
        return None
    names = Naming(tree.args.args[at].arg, rights, tree.body)
    return _Reader(fn, tree, names, seen, (*stack, fn))


@dataclass(frozen=True, slots=True)
class Flow:
    """The ways in which control goes on behind a statement, returns, or leaves a turn of a loop."""

    on: Ways = NOTHING
    out: Ways = NEVER
    turn: Ways = NEVER

    def then(self, other: Flow) -> Flow:
        return Flow(
            then(self.on, other.on) if self.on and other.on else NEVER,
            either(self.out, _after(self.on, other.out)),
            either(self.turn, _after(self.on, other.turn)),
        )


def _after(first: Ways, second: Ways) -> Ways:
    return then(first, second) if first and second else NEVER


class _Reader:
    def __init__(
        self, fn: FunctionType, tree: ast.FunctionDef, names: Naming, seen: Seen,
        stack: tuple[FunctionType, ...],
    ) -> None:  # fmt: skip
        self.fn = fn
        self.tree = tree
        self.names = names
        self.known = Known(fn, tree)
        self.grow = names.grow
        self.seen = seen
        self.stack = stack

    def read(self) -> Ways:
        """What a call of the function grows."""
        flow = self._block(self.tree.body)
        return either(flow.on, flow.out)

    # --- statements ---

    def _block(self, body: Iterable[ast.stmt]) -> Flow:
        flow = Flow()
        for statement in body:
            flow = flow.then(self._statement(statement))
            if not flow.on:
                break
        return flow

    def _statement(self, node: ast.stmt) -> Flow:
        match node:
            case ast.Return(value=value):
                return Flow(NEVER, self._value(value))
            case ast.Raise():
                return Flow(NEVER)
            case ast.Break() | ast.Continue():
                return Flow(NEVER, NEVER, NOTHING)
            case ast.If(test=test, body=body, orelse=orelse):
                return Flow(self._value(test)).then(_one(self._block(body), self._block(orelse)))
            case ast.While(test=test, body=body, orelse=orelse):
                asked = self._value(test)
                return self._turns(asked, then(asked, NOTHING), body, (0, inf), orelse)
            case (
                ast.For(iter=over, body=body, orelse=orelse)
                | ast.AsyncFor(iter=over, body=body, orelse=orelse)
            ):
                return self._turns(
                    self._value(over), NOTHING, body, self.known.length(over), orelse
                )
            case ast.Try() | ast.TryStar():
                return self._try(node)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                opened = self._all(item.context_expr for item in items)
                inside = self._block(body)
                if any(self.known.may_swallow(item.context_expr) for item in items):
                    inside = _one(inside, Flow(self._mentioned(body)))
                return Flow(opened).then(inside)
            case ast.Match(subject=subject, cases=cases):
                flows = [self._block(case.body) for case in cases]
                whole = any(case.guard is None and takes_all(case.pattern) for case in cases)
                asked = self._all(case.guard for case in cases if case.guard is not None)
                return Flow(then(self._value(subject), asked)).then(
                    _one(*flows, *([] if whole else [Flow()]))
                )
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return Flow(self._later(node))
        return Flow(self._all(ast.iter_child_nodes(node)))

    def _turns(
        self, first: Ways, asked: Ways, body: list[ast.stmt], often: tuple[int, float],
        orelse: list[ast.stmt],
    ) -> Flow:  # fmt: skip
        turn = self._block(body)
        whole = either(turn.on, turn.turn)
        low, high = often
        if turn.out or turn.turn:
            low = 0
        if not whole:  # every turn returns or raises: there is no second one
            low = high = 0
        rounds = times(then(whole, asked) if whole else NOTHING, low, high)
        before = times(then(whole, asked) if whole else NOTHING, 0, high)
        out = _after(then(first, before), turn.out)
        last = self._block(orelse)
        if turn.turn:  # `break` goes past what stands behind `else`
            last = _one(last, Flow())
        return Flow(then(first, rounds), out).then(last)

    def _try(self, node: ast.Try | ast.TryStar) -> Flow:
        body = self._block(node.body)
        good = body.then(self._block(node.orelse))
        some = self._mentioned(node.body)  # it may stop anywhere, in any turn
        handled = [Flow(some).then(self._block(handler.body)) for handler in node.handlers]
        found = _one(good, *handled)
        last = self._block(node.finalbody)
        return Flow(
            _after(found.on, last.on),
            either(_after(found.out, last.on), last.out),
            either(_after(found.turn, last.on), last.turn),
        )

    # --- expressions ---

    def _value(self, node: ast.AST | None) -> Ways:
        match node:
            case None:
                return NOTHING
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.BoolOp(values=[first, *rest]):
                found = NOTHING
                for value in reversed(rest):
                    found = either(NOTHING, then(self._value(value), found))
                return then(self._value(first), found)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return then(self._value(test), either(self._value(body), self._value(orelse)))
            case ast.ListComp(elt=item, generators=parts) | ast.SetComp(elt=item, generators=parts):
                return self._comprehension([item], parts)
            case ast.GeneratorExp():  # whoever takes from it may stop early
                return self._later(node)
            case ast.DictComp(key=key, value=value, generators=parts):
                return self._comprehension([key, value], parts)
            case ast.Lambda():
                return self._later(node)
        return self._all(ast.iter_child_nodes(node))

    def _all(self, nodes: Iterable[ast.AST]) -> Ways:
        found = NOTHING
        for node in nodes:
            found = then(found, self._value(node))
        return found

    def _comprehension(self, items: list[ast.expr], parts: list[ast.comprehension]) -> Ways:
        first, *inner = parts
        each = self._comprehension(items, inner) if inner else self._all(items)
        low, high = self.known.length(first.iter)
        if first.ifs:
            low = 0
        turn = then(self._all(first.ifs), each)
        return then(self._value(first.iter), times(turn, low, high))

    def _call(self, node: ast.Call) -> Ways:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if is_named(node.func, self.grow):
            self._cannot(node, f"{self.grow}() is called")
        right, how = self.names.used(node.func)
        if right is not None:
            ways = then(self._chain(node.func), self._all(given))
            self._wire(given, right, node)
            amount = Amount(1, 1)
            if how == "map":
                amount = self._amount_of_map(given)
            return then(ways, uses(right, amount))
        if isinstance(node.func, ast.Attribute) and self._is_growth(node.func.value):
            return self._reserved(node, node.func.attr, given)
        if self.names.asks(node.func):
            return self._all(given)
        if self.known.takes_everything(node.func):
            given = [listed(one) for one in given]
        helped = self._helper(node)
        return then(self._value(node.func), self._all(given)) if helped is None else helped

    def _amount_of_map(self, given: Iterable[ast.expr]) -> Amount:
        """Of a `.map(...)`: one for each item of any argument that is marked with `each`."""
        found = [
            self.known.length(value.args[0])
            for value in given
            if isinstance(value, ast.Call) and self.known.thing(value.func) is each and value.args
        ]
        known = [Amount(*length) for length in found if length[1] != inf]
        return known[0] if known else ANY

    def _is_growth(self, node: ast.expr) -> bool:
        """Whether it is the growth, or says into which place of a shape it grows next."""
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="into")):
                return self._is_growth(inner)
            case _:
                return is_named(node, self.grow)

    def _reserved(self, node: ast.Call, word: str, given: list[ast.expr]) -> Ways:
        if word == OPEN and given:
            task = ast.unparse(given[0])
            self.seen.created[task] = None
            return then(self._all(given[1:]), uses(f"{OPEN} {task}", Amount(1, 1)))
        if word in ("connect", "existing"):
            self.seen.reaches_out = True
        return self._all(given)

    def _helper(self, node: ast.Call) -> Ways | None:
        """What a function of the same module grows that is given the growth."""
        at = [i for i, arg in enumerate(node.args) if is_named(arg, self.grow)]
        called = node.func
        if len(at) != 1 or not isinstance(called, ast.Name) or len(self.stack) > DEEPEST:
            return None
        fn: Any = self.fn.__globals__.get(called.id)
        if not isinstance(fn, FunctionType) or fn in self.stack:
            return None
        if isgeneratorfunction(fn) or isasyncgenfunction(fn):  # it may be left at any `yield`
            return None
        inner = _reader(fn, at[0], self.names.rights, self.seen, self.stack)
        if inner is None:
            return None
        others = [arg for i, arg in enumerate(node.args) if i != at[0]]
        return then(self._all([*others, *(k.value for k in node.keywords)]), inner.read())

    def _name(self, node: ast.Name, name: str) -> Ways:
        if name == self.grow:
            self._cannot(node, f"{name} is handed on")
        elif name in self.names.aliases and isinstance(node.ctx, ast.Load):
            return self._given_away(node, self.names.aliases[name])
        return NOTHING

    def _attribute(self, node: ast.Attribute) -> Ways:
        if self.names.asks(node):
            return NOTHING
        right = self.names.right(node)
        if right is not None:
            alias = isinstance(node.ctx, ast.Load) and right in self.names.aliases.values()
            return NOTHING if alias else self._given_away(node, right)
        if is_named(node.value, self.grow):
            return NOTHING  # `promise`, `would` and their like grow nothing
        return self._value(node.value)

    def _given_away(self, node: ast.expr, right: str) -> Ways:
        """A right that is not called here may be used anywhere."""
        self._cannot(node, f"{self.grow}.{right} is handed on")
        return uses(right, ANY)

    def _later(self, node: ast.AST) -> Ways:
        """A function within the function: it may be called any number of times."""
        return self._mentioned([node])

    def _mentioned(self, body: Iterable[ast.AST]) -> Ways:
        """Any number of whatever is used in `body`."""
        inner = _Reader(self.fn, self.tree, self.names, Seen(), self.stack)
        found = inner._all(n for n in walk(body) if isinstance(n, ast.Call))
        return times(found, 0, inf)

    def _at(self, node: ast.expr) -> str:
        return f"{PurePath(self.fn.__code__.co_filename).name}:{node.lineno}"

    def _cannot(self, node: ast.expr, what: str) -> None:
        said = f"{what} ({self._at(node)})"
        if said not in self.seen.unseen:
            self.seen.unseen.append(said)

    def _chain(self, node: ast.expr) -> Ways:
        """What the arguments of `.options(...)` and `.after(...)` grow."""
        found = NOTHING
        while isinstance(node, (ast.Attribute, ast.Call)):
            if isinstance(node, ast.Call):
                found = then(self._all([*node.args, *(k.value for k in node.keywords)]), found)
                node = node.func
            else:
                node = node.value
        return found

    def _wire(self, given: list[ast.expr], right: str, call: ast.Call) -> None:
        for value in self.known.handed_over(given):
            for source in sorted(self.names.results(value) or ()):
                self.seen.wires.append(Wire(source, right, self._at(call)))


def tightest(seen: Seen) -> dict[str, Amount]:
    """How many nodes of each right come at least and at most."""
    return cover(seen.ways)


def _one(*flows: Flow) -> Flow:
    return Flow(*(either(*(getattr(f, at) for f in flows)) for at in ("on", "out", "turn")))
