"""What an expression of a body surely gives, and where it uses a value that is not there yet."""

from __future__ import annotations

import ast
import contextlib
import typing
from typing import Any, TypeAlias

import typing_extensions

from foretell.author.fields import items
from foretell.author.growth import Right, rights_of
from foretell.author.held import (
    UNSURE,
    Handle,
    Held,
    Known,
    Many,
    Rights,
    Scope,
    Tuple,
    Value,
    attribute_of,
    holds_unknown,
    join,
    text_of,
)
from foretell.author.misuses import (
    AWAITED,
    CALCULATED,
    CALLED,
    CHANGED,
    COMPARING,
    CONDITION,
    EQUALITY,
    HASHED,
    IDENTITY,
    ITERATE,
    LENGTH,
    MODEL,
    NONE,
    OVER_EACH,
    PLAIN_CALL,
    SEARCHED,
    SHOWN,
    TEXT,
    filled,
    needs_value,
)
from foretell.author.refs import MISUSES, Misuse, Origin, field_of, item_of, parts_of
from foretell.author.tasks import Task, Workflow, each
from foretell.errors import UserError

_CASTS = (typing.cast, typing_extensions.cast)
_ASSERTS = (typing.assert_type, typing.reveal_type, typing_extensions.assert_type,
            typing_extensions.reveal_type)  # fmt: skip
_SHOWING = frozenset(("debug", "info", "warning", "error", "exception", "critical", "log", "warn"))
"""Methods of loggers: what they are given may be shown as it is."""


_METHODS = frozenset(
    ("options", "after", "map", "node", "fn", "create", "existing", "into", "format", "join")
)
SPREAD = Misuse("cannot be spread", "do it inside a task")
Given: TypeAlias = list[tuple[ast.expr, Value]]
"""What a call is given: first by position, then by name."""


class Expressions:
    """Reads the expressions of one scope. `growing`: the body of a running task, in which only
    rights give values that are not there yet."""

    def __init__(self, scope: Scope, growing: bool) -> None:
        self._scope = scope
        self._growing = growing
        self._showing = False

    def read(self, node: ast.expr | None) -> Value:
        """What `node` gives. Misuses within it are reported."""
        if node is None:
            return None
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.read(child)
            return None
        found: Value = method(node)
        return found

    def condition(self, node: ast.expr) -> None:
        """Reads what decides a branch."""
        self._need(node, self.read(node), CONDITION)

    def shown(self, node: ast.expr | None) -> Value:
        """Reads what is only shown to a person, where a repr is as good as the value."""
        before, self._showing = self._showing, True
        value = self.read(node)
        self._showing = before
        return value

    def items_of(self, node: ast.expr, value: Value) -> Value:
        """What a loop over `value` gives; reports where it cannot be looped over."""
        match value:
            case Held(hint):
                try:
                    parts = [] if hint is UNSURE else parts_of(Origin(None, "", hint=hint))
                except Misuse as fault:
                    self._scope.report(node, fault)
                    parts = []
                return _joined([Held(part.hint) for part in parts] or [Held()])
            case Many(hint):
                return Held(hint)
            case Tuple(parts):
                return _joined(list(parts))
        return None

    def store(self, target: ast.expr, value: Value) -> None:
        """Binds what an assignment's left-hand side names."""
        match target:
            case ast.Name(id=name):
                self._scope.bind(name, value)
            case ast.Starred(value=inner):
                self.store(inner, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for each_target, part in zip(
                    targets, self._unpacked(target, targets, value), strict=True
                ):
                    self.store(each_target, part)
            case ast.Attribute(value=base) | ast.Subscript(value=base):
                changed = self.read(base)
                self._need(base, changed, CHANGED)
                if isinstance(target, ast.Subscript) and not isinstance(changed, Held):
                    self._index(target, changed)

    def _unpacked(self, target: ast.expr, targets: list[ast.expr], value: Value) -> list[Value]:
        parts: list[Value] | None = None
        if isinstance(value, Tuple):
            parts = list(value.parts)
        elif isinstance(value, Held) and value.hint is not UNSURE:
            with contextlib.suppress(Misuse):
                parts = [Held(p.hint) for p in parts_of(Origin(None, "", hint=value.hint))]
        item = self.items_of(target, value)
        starred = any(isinstance(t, ast.Starred) for t in targets)
        if parts is not None and not starred and len(parts) == len(targets):
            return parts
        rest = Many() if isinstance(item, Held) else None
        return [rest if isinstance(t, ast.Starred) else item for t in targets]

    def _need(self, node: ast.expr, value: Value, fault: Misuse) -> None:
        if isinstance(value, Held):
            self._scope.report(node, fault)

    # --- names and parts ----------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Value:
        return Known(node.value)

    def _name(self, node: ast.Name) -> Value:
        return self._scope.look_up(node.id)

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.read(node.value)
        self.store(node.target, value)
        return value

    def _attribute(self, node: ast.Attribute) -> Value:
        return self._part(node, self.read(node.value))

    def _part(self, node: ast.Attribute, base: Value) -> Value:
        match base:
            case Held(hint):
                if hint is UNSURE or node.attr.startswith("_"):
                    return Held()
                try:
                    return Held(field_of(Origin(None, "", hint=hint), node.attr).hint)
                except Misuse as fault:
                    self._scope.report(node.value, fault)
                    return Held()
            case Handle(hint):
                return Held(hint) if node.attr == "out" else None
            case Rights(growth):
                right = rights_of(growth).get(node.attr)
                return None if right is None else Known(right)
            case Known(obj):
                return attribute_of(obj, node.attr)
        return None

    def _subscript(self, node: ast.Subscript) -> Value:
        return self._index(node, self.read(node.value))

    def _index(self, node: ast.Subscript, base: Value) -> Value:
        key = self.read(node.slice)
        exact = isinstance(key, Known)
        match base:
            case Held(hint):
                if hint is UNSURE or not (exact or isinstance(node.slice, ast.Slice)):
                    return Held()
                try:
                    at = key.obj if isinstance(key, Known) else slice(None)
                    return Held(item_of(Origin(None, "", hint=hint), at).hint)
                except Misuse as fault:
                    self._scope.report(node.value, fault)
                    return Held()
            case Many(hint):
                self._need(node.slice, key, MISUSES["__index__"])
                return base if isinstance(node.slice, ast.Slice) else Held(hint)
            case Tuple(parts):
                self._need(node.slice, key, MISUSES["__index__"])
                if isinstance(key, Known) and type(key.obj) is int:
                    return parts[key.obj] if -len(parts) <= key.obj < len(parts) else None
            case Known(obj) if isinstance(obj, (str, list, tuple, range)):
                self._need(node.slice, key, MISUSES["__index__"])
            case Known(obj) if isinstance(obj, dict):
                self._need(node.slice, key, HASHED)
        return None

    def _slice(self, node: ast.Slice) -> Value:
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                self._need(bound, self.read(bound), MISUSES["__index__"])
        return None

    # --- displays and comprehensions ----------------------------------------------------------

    def _tuple(self, node: ast.Tuple) -> Value:
        parts = [self._element(element) for element in node.elts]
        if any(isinstance(element, ast.Starred) for element in node.elts):
            return None
        return Tuple(tuple(parts))

    def _list(self, node: ast.List) -> Value:
        values = [self._element(element) for element in node.elts]
        starred = any(isinstance(element, ast.Starred) for element in node.elts)
        value = _joined(values) if values and not starred else None
        return Many(value.hint) if isinstance(value, Held) else None

    def _set(self, node: ast.Set) -> Value:
        for element in node.elts:
            self._need(element, self._element(element), HASHED)
        return None

    def _dict(self, node: ast.Dict) -> Value:
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.read(item)
            if key is None:
                self._need(item, value, SPREAD)
            else:
                self._need(key, self.read(key), HASHED)
        return None

    def _element(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Starred):
            return self.items_of(node.value, self.read(node.value))
        return self.read(node)

    def _listcomp(self, node: ast.ListComp) -> Value:
        return self._comprehension(node, node.elt)

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp) -> Value:
        self._comprehension(node, node.elt, HASHED)
        return None

    def _dictcomp(self, node: ast.DictComp) -> Value:
        self._comprehension(node, node.key, HASHED, node.value)
        return None

    def _comprehension(
        self, node: Any, element: ast.expr, fault: Misuse | None = None, also: Any = None
    ) -> Value:
        scope = self._scope
        outside = None if scope.names is None else dict(scope.names)
        bound = {
            n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
        }
        for generator in node.generators:
            items = self.items_of(generator.iter, self.read(generator.iter))
            self.store(generator.target, items)
            for condition in generator.ifs:
                self.condition(condition)
        value = self.read(element)
        self.read(also)
        if fault is not None:
            self._need(element, value, fault)
        if scope.names is not None and outside is not None:
            # What `:=` binds outlives the comprehension, its own names do not.
            inside, scope.names = scope.names, outside
            for name in inside.keys() - bound:
                scope.names[name] = inside[name]
        return Many(value.hint) if isinstance(value, Held) else None

    def _lambda(self, node: ast.Lambda) -> Value:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.read(default)
        self._scope.later[id(node)] = node
        return None

    # --- operators ----------------------------------------------------------------------------

    def _boolop(self, node: ast.BoolOp) -> Value:
        *decided, last = node.values
        for part in decided:
            self.condition(part)
        self.read(last)
        return None

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.read(node.operand)
        self._need(node.operand, value, CONDITION if isinstance(node.op, ast.Not) else CALCULATED)
        return None

    def _binop(self, node: ast.BinOp) -> Value:
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Mod) and isinstance(left, Known) and type(left.obj) is str:
            self._formatted(node.right, right)
            return None
        self._need(node.left, left, CALCULATED)
        if not isinstance(left, Held):
            self._need(node.right, right, CALCULATED)
        return None

    def _formatted(self, node: ast.expr, value: Value) -> None:
        fault = SHOWN if not self._showing else None
        if fault is None:
            return
        if isinstance(node, ast.Tuple) and isinstance(value, Tuple):
            for element, part in zip(node.elts, value.parts, strict=True):
                self._need(element, part, fault)
        else:
            self._need(node, value, fault)

    def _compare(self, node: ast.Compare) -> Value:
        sides = [node.left, *node.comparators]
        values = [self.read(side) for side in sides]
        for i, op in enumerate(node.ops):
            left, right = values[i], values[i + 1]
            if isinstance(op, (ast.Is, ast.IsNot)):
                self._identity(sides[i], left, sides[i + 1], right)
                self._identity(sides[i + 1], right, sides[i], left)
            elif isinstance(op, (ast.In, ast.NotIn)):
                self._need(sides[i + 1], right, SEARCHED)
                if _all_constant(sides[i + 1]):
                    self._need(sides[i], left, EQUALITY)
            else:
                self._need(sides[i], left, EQUALITY)
                if not isinstance(left, Held):
                    self._need(sides[i + 1], right, EQUALITY)
        return None

    def _identity(self, node: ast.expr, value: Value, other: ast.expr, known: Value) -> None:
        """Two unknown values may be told apart by `is` (the first of a list, say), but none of
        them is ever None, or an enum's member, or whatever else is there already."""
        if isinstance(known, Known):
            fault = NONE if known.obj is None else IDENTITY
            self._need(node, value, filled(fault, text_of(other)))

    def _ifexp(self, node: ast.IfExp) -> Value:
        self.condition(node.test)
        return join(self.read(node.body), self.read(node.orelse))

    def _await(self, node: ast.Await) -> Value:
        value = self.read(node.value)
        self._need(node.value, value, AWAITED)
        return None

    def _joinedstr(self, node: ast.JoinedStr) -> Value:
        for part in node.values:
            self.read(part)
        return None

    def _formattedvalue(self, node: ast.FormattedValue) -> Value:
        value = self.read(node.value)
        as_repr = node.conversion in (ord("r"), ord("a"))
        if not (as_repr and self._showing):
            self._need(node.value, value, SHOWN if as_repr else TEXT)
        self.read(node.format_spec)
        return None

    # --- calls --------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Attribute):
            base = self.read(node.func.value)
            if self._is_shower(node.func.attr, base):
                self._arguments(node, shown=True)
                return None
            if isinstance(base, (Known, Rights)) and node.func.attr in _METHODS:
                return self._method(node, node.func.attr, base)
            function = self._part(node.func, base)
        else:
            function = self.read(node.func)
        if isinstance(function, Held):
            self._scope.report(node.func, CALLED)
            return None
        obj = function.obj if isinstance(function, Known) else None
        given = self._arguments(node, shown=obj is print)
        if isinstance(obj, (Task, Right)):
            return self._result(obj, given)
        return self._plain_call(node, obj, given)

    def _is_shower(self, name: str, base: Value) -> bool:
        """Whether this is a method of a logger, as far as can be told."""
        if name not in _SHOWING:
            return False
        return base is None or (isinstance(base, Known) and not isinstance(base.obj, (Task, Right)))

    def _arguments(self, node: ast.Call, shown: bool = False) -> Given:
        read = self.shown if shown else self.read
        given: Given = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self.items_of(argument.value, read(argument.value))
            else:
                given.append((argument, read(argument)))
        for keyword in node.keywords:
            value = read(keyword.value)
            if keyword.arg is None:
                self._need(keyword.value, value, SPREAD)
            else:
                given.append((keyword.value, value))
        return given

    def _method(self, node: ast.Call, name: str, base: Known | Rights) -> Value:
        """A call of a method of a task, a right, a growth or a text."""
        given = self._arguments(node)
        first = given[0][1] if given else None
        if isinstance(base, Rights):
            if name == "into":
                return base
            if name not in ("create", "existing"):
                return None
            made = first.obj if isinstance(first, Known) and name == "create" else None
            return Handle(_result_hint(made)) if isinstance(made, Task) else Handle()
        if isinstance(base.obj, str):
            for argument, value in given:
                if name == "format":
                    self._need(argument, value, SHOWN)
                elif name == "join" and isinstance(value, (Held, Many)):
                    self._scope.report(argument, TEXT)
            return None
        if not isinstance(base.obj, (Task, Right)):
            function = attribute_of(base.obj, name)
            return self._plain_call(
                node, function.obj if isinstance(function, Known) else None, given
            )
        if name in ("options", "after"):
            return base
        if name not in ("map", "node", "fn"):
            return None
        used = self._result(base.obj, given)
        if not isinstance(used, Held) or name == "fn":
            return None
        return Many(used.hint) if name == "map" else Handle(used.hint)

    def _result(self, used: Any, given: Given) -> Value:
        """What a call of a task or a right gives."""
        if isinstance(used, Right):
            return Held(_result_hint(used._task))
        if self._growing:
            name = used.__name__
            fault = Misuse(PLAIN_CALL.what.format(name), PLAIN_CALL.cure.format(name))
            for argument, value in given:
                if holds_unknown(value):
                    self._scope.report(argument, fault)
            return None
        if isinstance(used, Workflow):
            from foretell.author.following import result_of

            return result_of(used)
        return Held(_result_hint(used))

    def _plain_call(self, node: ast.Call, function: Any, given: Given) -> Value:
        values = [value for _, value in given]
        if _is_one_of(function, _CASTS) and len(values) == 2:
            return values[1]
        if _is_one_of(function, _ASSERTS) and values:
            return values[0]
        if function is each and values:
            return Held(values[0].hint) if isinstance(values[0], Many) else None
        if not self._growing and (control := _control(function)):
            return self._decided(node, control, values)
        if not self._growing and _asks(function):
            kinds = [value.obj for value in values if isinstance(value, Known)]
            return Held(kinds[0]) if len(kinds) == 1 and isinstance(kinds[0], type) else Held()
        if isinstance(function, type) and hasattr(function, "__pydantic_fields__"):
            for argument, value in given:
                if holds_unknown(value):
                    self._scope.report(argument, filled(MODEL, function.__name__))
            return None
        fault = needs_value(function)
        if fault is None or (fault is SHOWN and self._showing) or _makes_class(function, node):
            return None
        for argument, value in given[: len(node.args)]:
            if fault is LENGTH and isinstance(value, Held) and _has_length(value.hint):
                continue
            if fault is ITERATE:
                self._iterated(node, argument, function, value)
            else:
                self._need(argument, value, fault)
        return _of_iteration(function, values)

    def _decided(self, node: ast.Call, control: str, values: list[Value]) -> Value:
        """What a function of `foretell.control` gives that decides on a value which is not there
        yet. Its branches are called right then; what they take is not there either."""
        unknown = control == "repeat" or any(isinstance(value, Held) for value in values[:2])
        if unknown and control in ("given", "repeat", "reduce"):
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            self._scope.branches.update(id(each) for each in given if isinstance(each, ast.Lambda))
        return Held() if unknown else None

    def _iterated(self, node: ast.Call, argument: ast.expr, function: Any, value: Value) -> None:
        if id(function) in COMPARING and len(node.args) > 1:
            self._need(argument, value, EQUALITY)
            return
        self.items_of(argument, value)
        fault = OVER_EACH.get(id(function))
        if fault is not None and isinstance(value, Many):
            self._scope.report(argument, fault)


def _joined(values: list[Value]) -> Value:
    met = values[0] if values else None
    for value in values[1:]:
        met = join(met, value)
    return met


def _all_constant(node: ast.expr) -> bool:
    return (
        isinstance(node, (ast.Tuple, ast.List, ast.Set))
        and bool(node.elts)
        and all(isinstance(element, ast.Constant) for element in node.elts)
    )


def _is_one_of(function: Any, known: tuple[Any, ...]) -> bool:
    return any(function is each_known for each_known in known)  # `==` may mean anything


def _control(function: Any) -> str:
    """The name of a function that takes branches; empty for others. (By name: this stands below.)"""
    if getattr(function, "__module__", "") != "foretell.control":
        return ""
    name = getattr(function, "__name__", "")
    return name if name in ("when", "given", "switch", "repeat", "reduce") else ""


def _asks(function: Any) -> bool:
    """Whether it gives what comes from outside. (By name: it stands above.)"""
    if getattr(function, "__module__", "") != "foretell.author.asking":
        return False
    return getattr(function, "__name__", "") in ("ask", "signal", "sleep_until")


def _makes_class(function: Any, node: ast.Call) -> bool:
    """`type(name, bases, namespace)` makes a class and looks at nothing."""
    return function is type and len(node.args) != 1


def _of_iteration(function: Any, values: list[Value]) -> Value:
    """What functions that go through lists give of lists of unknown values."""
    first = values[0] if values else None
    if _is_one_of(function, (list, iter, reversed)) and isinstance(first, Many):
        return first
    if function is enumerate and isinstance(first, Many):
        return _again_and_again((None, Held(first.hint)))
    if function is zip and values:
        return _again_and_again(
            tuple(Held(v.hint) if isinstance(v, Many) else None for v in values)
        )
    return None


def _again_and_again(parts: tuple[Value, ...]) -> Value:
    """Something that gives such tuples: a tuple of one of them, as far as loops can tell."""
    return Tuple((Tuple(parts),))


def _has_length(hint: Any) -> bool:
    """Whether a value of this type is a tuple of fixed length, or may be."""
    return hint is UNSURE or items(hint) is not None


def _result_hint(task: Task[..., Any]) -> Any:
    try:
        return task.ports.result
    except UserError:
        return UNSURE
