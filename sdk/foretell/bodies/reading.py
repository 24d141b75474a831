"""Which rights the body of a growing task uses, how often, and what it wires: read, never run.

An abstract interpretation of the syntax: every statement comes to a set of ways (`amounts`), kept
apart by how control leaves it. What is read is certain: each run of the body takes one of the ways
found, unless a note says where it could not be followed. A trial that raises adds nothing, for what
it grew is retired, so ways that end in `raise` do not count. Of context managers only `suppress` is
taken to keep errors back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from inspect import isasyncgenfunction, isgeneratorfunction
from math import inf
from types import FunctionType
from typing import Any

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
from foretell.bodies.source import Source, source_of

OPEN = "create"
"""The right of `Anything` to add nodes of any task."""
DEEPEST = 8
"""Of helpers that call helpers."""

_SAME = ("options", "after")
"""What gives the same right again."""
_PASSING = ("each", "list", "tuple", "reversed")
"""Functions that give what they are given."""


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
    places: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    """Task as it is written -> where, of what `grow.create` makes."""
    reaches_out: bool = False
    """Whether it uses `grow.connect` or `grow.existing`, which only `Anything` has."""


def read_body(fn: FunctionType, rights: Sequence[str]) -> Seen | None:
    """What `fn` grows with its first parameter, whose rights are named; None without source."""
    source = source_of(fn)
    if source is None:
        return None
    seen = Seen()
    parameter = source.tree.args.args[0].arg
    _Reader(fn, source, parameter, frozenset(rights), seen, (fn,)).read()
    if seen.unseen:
        more = dict.fromkeys((*rights, *(f"create {t}" for t in seen.created)), ANY)
        for right, amount in more.items():
            seen.ways = then(seen.ways, uses(right, amount))
    return seen


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
        self, fn: FunctionType, source: Source, grow: str, rights: frozenset[str], seen: Seen,
        stack: tuple[FunctionType, ...],
    ) -> None:  # fmt: skip
        self.fn = fn
        self.source = source
        self.grow = grow
        self.rights = rights
        self.seen = seen
        self.stack = stack
        self.aliases: dict[str, str] = {}
        self.held: dict[str, frozenset[str]] = {}

    def read(self) -> Ways:
        """What a call of the function grows; also entered into `seen`."""
        body = self.source.tree.body
        self._find_names(body)
        flow = self._block(body)
        ways = either(flow.on, flow.out)
        if len(self.stack) == 1:
            self.seen.ways = ways
        return ways

    # --- what names stand for ---

    def _find_names(self, body: Sequence[ast.stmt]) -> None:
        """Names that are bound once, to a right or to results of rights."""
        bound: dict[str, list[ast.expr | None]] = {}
        for node in _walk(body):
            for name, value in _bindings(node):
                bound.setdefault(name, []).append(value)
        for name, values in bound.items():
            if len(values) == 1 and values[0] is not None:
                right = self._right(values[0])
                if right is not None:
                    self.aliases[name] = right
        while self._find_held(bound):
            pass

    def _find_held(self, bound: dict[str, list[ast.expr | None]]) -> bool:
        """Results in names, which may come from other such names; whether any was new."""
        changed = False
        for name, values in bound.items():
            found = [self._results(value) if value is not None else None for value in values]
            some = [one for one in found if one]
            if name not in self.held and some and len(some) == len(found):
                self.held[name] = frozenset().union(*some)
                changed = True
        return changed

    def _results(self, value: ast.expr) -> frozenset[str] | None:
        """The rights whose results `value` is, alone or in a list; None if anything else."""
        match value:
            case ast.Name(id=name):
                return self.held.get(name)
            case ast.Await(value=inner) | ast.Starred(value=inner):
                return self._results(inner)
            case ast.List(elts=items) | ast.Tuple(elts=items) if items:
                found = [self._results(item) for item in items]
                some = [one for one in found if one]
                return frozenset().union(*some) if len(some) == len(found) else None
            case ast.ListComp(elt=item):
                return self._results(item)
            case ast.Call(func=called):
                right, _ = self._used(called)
                return None if right is None else frozenset([right])
        return None

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
                return self._turns(self._value(over), NOTHING, body, _length(over), orelse)
            case ast.Try() | ast.TryStar():
                return self._try(node)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                opened = self._all(item.context_expr for item in items)
                inside = self._block(body)
                if any(_swallows(item.context_expr) for item in items):
                    inside = _one(inside, Flow(self._mentioned(body)))
                return Flow(opened).then(inside)
            case ast.Match(subject=subject, cases=cases):
                flows = [self._block(case.body) for case in cases]
                whole = any(case.guard is None and _takes_all(case.pattern) for case in cases)
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
        low, high = _length(first.iter)
        if first.ifs:
            low = 0
        turn = then(self._all(first.ifs), each)
        return then(self._value(first.iter), times(turn, low, high))

    def _call(self, node: ast.Call) -> Ways:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if _is_named(node.func, self.grow):
            self._cannot(node, f"{self.grow}() is called")
        right, how = self._used(node.func)
        if right is not None:
            ways = then(self._chain(node.func), self._all(given))
            self.seen.places.setdefault(right, self.source.at(node))
            self._wire(given, right, node)
            amount = Amount(1, 1)
            if how == "map":
                amount = _amount_of_map(given)
            return then(ways, uses(right, amount))
        if isinstance(node.func, ast.Attribute) and self._is_growth(node.func.value):
            return self._reserved(node, node.func.attr, given)
        if self._asks(node.func):
            return self._all(given)
        if _takes_everything(node.func):
            given = [_listed(one) for one in given]
        helped = self._helper(node)
        return then(self._value(node.func), self._all(given)) if helped is None else helped

    def _is_growth(self, node: ast.expr) -> bool:
        """Whether it is the growth, or says into which place of a shape it grows next."""
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="into")):
                return self._is_growth(inner)
            case _:
                return _is_named(node, self.grow)

    def _reserved(self, node: ast.Call, word: str, given: list[ast.expr]) -> Ways:
        if word == OPEN and given:
            task = ast.unparse(given[0])
            self.seen.created.setdefault(task, self.source.at(node))
            return then(self._all(given[1:]), uses(f"{OPEN} {task}", Amount(1, 1)))
        if word in ("connect", "existing"):
            self.seen.reaches_out = True
        return self._all(given)

    def _helper(self, node: ast.Call) -> Ways | None:
        """What a function of the same module grows that is given the growth."""
        at = [i for i, arg in enumerate(node.args) if _is_named(arg, self.grow)]
        called = node.func
        if len(at) != 1 or not isinstance(called, ast.Name) or len(self.stack) > DEEPEST:
            return None
        fn: Any = self.fn.__globals__.get(called.id)
        if not isinstance(fn, FunctionType) or fn in self.stack:
            return None
        source = source_of(fn)
        if source is None or len(source.tree.args.args) <= at[0]:
            return None
        if isgeneratorfunction(fn) or isasyncgenfunction(fn):  # it may be left at any `yield`
            return None
        parameter = source.tree.args.args[at[0]].arg
        inner = _Reader(fn, source, parameter, self.rights, self.seen, (*self.stack, fn))
        others = [arg for i, arg in enumerate(node.args) if i != at[0]]
        return then(self._all([*others, *(k.value for k in node.keywords)]), inner.read())

    def _name(self, node: ast.Name, name: str) -> Ways:
        if name == self.grow:
            self._cannot(node, f"{name} is handed on")
        elif name in self.aliases and isinstance(node.ctx, ast.Load):
            return self._given_away(node, self.aliases[name])
        return NOTHING

    def _attribute(self, node: ast.Attribute) -> Ways:
        if self._asks(node):
            return NOTHING
        right = self._right(node)
        if right is not None:
            alias = isinstance(node.ctx, ast.Load) and right in self.aliases.values()
            return NOTHING if alias else self._given_away(node, right)
        if _is_named(node.value, self.grow):
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
        inner = _Reader(self.fn, self.source, self.grow, self.rights, Seen(), self.stack)
        inner.aliases = self.aliases
        found = inner._all(n for n in _walk(body) if isinstance(n, ast.Call))
        return times(found, 0, inf)

    def _cannot(self, node: ast.AST, what: str) -> None:
        said = f"{what} ({self.source.at(node)})"
        if said not in self.seen.unseen:
            self.seen.unseen.append(said)

    # --- rights ---

    def _right(self, node: ast.expr) -> str | None:
        """The right that `node` is, with whatever options."""
        match node:
            case ast.Name(id=name):
                return self.aliases.get(name)
            case ast.Attribute(value=ast.Name(id=self.grow), attr=attr):
                return attr if attr in self.rights else None
            case ast.Call(func=ast.Attribute(value=inner, attr=attr)) if attr in _SAME:
                return self._right(inner)
        return None

    def _used(self, called: ast.expr) -> tuple[str | None, str]:
        """The right that a call of `called` uses, and whether as it is, as `map` or `node`."""
        if isinstance(called, ast.Attribute) and called.attr in ("map", "node"):
            right = self._right(called.value)
            if right is not None:
                return right, called.attr
        return self._right(called), ""

    def _asks(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and node.attr in ("would", "left")
            and self._right(node.value) is not None
        )

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
        for value in _handed_over(given):
            for source in sorted(self._results(value) or ()):
                self.seen.wires.append(Wire(source, right, self.source.at(call)))


def tightest(seen: Seen) -> dict[str, Amount]:
    """How many nodes of each right come at least and at most."""
    return cover(seen.ways)


def _one(*flows: Flow) -> Flow:
    return Flow(*(either(*(getattr(f, at) for f in flows)) for at in ("on", "out", "turn")))


def _takes_everything(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and called.id in ("list", "set", "tuple")


def _listed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.GeneratorExp):
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)
    return node


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from ast.walk(node)


def _handed_over(values: Iterable[ast.expr | None]) -> Iterator[ast.expr]:
    """What surely goes along in `values`: `len(pages)` hands no page over, `pages[-1]` does."""
    for value in values:
        match value:
            case ast.Name() | ast.Await():
                yield value
            case ast.Call(func=called, args=args):
                if isinstance(called, ast.Name) and called.id in _PASSING:
                    yield from _handed_over(args)
                else:
                    yield value
            case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(values=inner):
                yield from _handed_over(inner)
            case ast.Starred(value=one) | ast.Attribute(value=one) | ast.Subscript(value=one):
                yield from _handed_over([one])
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                yield from _handed_over([one])
            case ast.BinOp(left=left, right=right):
                yield from _handed_over([left, right])
            case ast.IfExp(body=body, orelse=orelse):
                yield from _handed_over([body, orelse])


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that `node` binds, with the value (of a loop: with what it goes through)."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _targets(target, value)
        case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield from _targets(target, value)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _targets(target, value if isinstance(value, ast.Name) else None)
        case ast.AugAssign(target=target) | ast.AsyncFor(target=target):
            yield from _targets(target, None)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _targets(target, None)
        case ast.ExceptHandler(name=str(name)) | ast.arg(arg=name):
            yield name, None
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, None
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
            yield name, value


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        empty = isinstance(value, ast.List) and not value.elts
        if not empty:  # `found = []` says nothing of what will be in it
            yield target.id, value
        return
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, None


def _swallows(manager: ast.expr) -> bool:
    """Whether what is raised inside goes no further."""
    return isinstance(manager, ast.Call) and ast.unparse(manager.func).endswith("suppress")


def _takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _length(node: ast.expr) -> tuple[int, float]:
    """How many items `node` surely has."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            if not any(isinstance(item, ast.Starred) for item in items):
                return len(items), len(items)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if args:
            try:
                n = len(range(*(int(ast.literal_eval(arg)) for arg in args)))
            except (ValueError, TypeError, OverflowError):
                return 0, inf
            return n, n
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
            return _length(inner)
    return 0, inf


def _amount_of_map(given: Iterable[ast.expr]) -> Amount:
    """Of a `.map(...)`: one for each item of any argument that is marked with `each`."""
    found = [
        _length(value.args[0])
        for value in given
        if isinstance(value, ast.Call) and _is_named(value.func, "each") and value.args
    ]
    known = [Amount(*length) for length in found if length[1] != inf]
    return known[0] if known else ANY
