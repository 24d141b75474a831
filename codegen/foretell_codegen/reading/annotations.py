"""The types that a source writes: as what they name, without a text ever being evaluated by Python.

What stands in quotes, or is only known further down, is read when all of the module is.
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, TypeAlias

import typing_extensions

from foretell.author.fields import UNKNOWN
from foretell_codegen.errors import Unreadable
from foretell_codegen.reading.scopes import Scope, Unknown
from foretell_codegen.reading.session import Home

When: TypeAlias = Literal["now", "later", "forward"]
"""What stands in quotes may be known later: `now` it is not read. `forward`: what is not known yet
is a reference to its name."""

_LITERALS = (typing.Literal, typing_extensions.Literal)
_ANNOTATED = (typing.Annotated, typing_extensions.Annotated)


class Later:
    """What stands for a type that is not known yet. (`typing` only takes what can be called.)"""

    def __init__(self, node: ast.expr, scope: Scope) -> None:
        self.node = node
        self.scope = scope

    def __call__(self) -> None: ...


class Annotations:
    """Reads those of one module."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._pending: list[tuple[dict[str, Any], str, Later, Any]] = []
        self._models: list[Any] = []
        self.within_model = False
        """Whether the class that is read is pydantic's, which takes types at once."""

    def noted(self, into: dict[str, Any], name: str, node: ast.expr, scope: Scope, of: Any) -> None:
        """Puts the type that `node` writes into `into`; or what stands for it until `finish`."""
        try:
            into[name] = self.type_of(node, self._scope(scope), "now")
            return
        except (Unreadable, NameError):
            if self.within_model:
                into[name] = self.type_of(node, scope, "forward")
                return
        later = Later(node, scope)
        into[name] = later
        self._pending.append((into, name, later, of))

    def _scope(self, scope: Scope) -> Scope:
        """Where names are looked up: what a module postpones is read in the module."""
        return Scope(self._home.module.__dict__, scope) if self._home.later else scope

    def belong(self, names: Any, of: Any) -> None:
        """What was noted into `names` are fields of the class `of`."""
        if self.within_model:
            self._models.append(of)
        own = vars(of).get("__annotations__", {})
        for at, (into, name, later, _) in enumerate(self._pending):
            if into is names:
                self._pending[at] = (own if own.get(name) is later else into, name, later, of)

    def finish(self) -> None:
        """Reads what was left, now that all names are known."""
        pending, self._pending = self._pending, []
        models, self._models = self._models, []
        for into, name, later, _ in pending:
            into[name] = self._known(later, f"the type of {name!r}")
        for into, name, later, of in pending:
            fields = getattr(of, "__dataclass_fields__", None)
            if fields is not None and name in fields and fields[name].type is later:
                fields[name].type = into[name]
        for model in models:
            self._rebuild(model)

    def _rebuild(self, model: Any) -> None:
        try:
            model.model_rebuild(_types_namespace=self._types())
        except Exception as error:  # noqa: BLE001 - what a library says of types that are none
            said = str(error).partition("\n")[0]
            self._home.session.note_unknown(0, f"the fields of {model.__name__!r}: {said}")

    def _types(self) -> dict[str, Any]:
        """What names of the module may stand for in a type: no text, which would be evaluated."""
        known = self._home.module.__dict__.items()
        return {name: value for name, value in known if not holds_text(value)}

    def _known(self, later: Later, what: str) -> Any:
        try:
            return self.type_of(later.node, self._scope(later.scope), "later")
        except (Unreadable, NameError) as fault:
            session = self._home.session
            session.note_unknown(later.node.lineno, f"{what}: {fault}")
            return UNKNOWN

    def type_of(self, node: ast.expr, scope: Scope, when: When) -> Any:
        """The type that an annotation writes."""
        if isinstance(node, ast.Constant):
            return self._constant(node, scope, when)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            left, right = (
                self.type_of(node.left, scope, when),
                self.type_of(node.right, scope, when),
            )
            return typing.Union[left, right] if _odd(left, right) else left | right  # noqa: UP007
        if isinstance(node, ast.Subscript):
            return self.filled(self.type_of(node.value, scope, when), node, scope, when)
        if isinstance(node, ast.List):
            return [self.type_of(item, scope, when) for item in node.elts]
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(node, scope, when)
        raise Unreadable(f"`{ast.unparse(node)[:60]}` is no type that is read", node.lineno)

    def _named(self, node: ast.Name | ast.Attribute, scope: Scope, when: When) -> Any:
        try:
            found = self._home.expressions.value(node, scope)
        except NameError:
            if when == "forward" and isinstance(node, ast.Name):
                return typing.ForwardRef(node.id)
            raise
        if isinstance(found, (Unknown, Later)) or holds_text(found):
            raise Unreadable("it is not known", node.lineno)
        return found

    def filled(self, form: Any, node: ast.Subscript, scope: Scope, when: When = "now") -> Any:
        """`form[...]`, where what stands in the brackets are types as well."""
        of: Any = form
        inner = node.slice
        if of in _LITERALS:
            return of[self._home.expressions.value(inner, scope)]
        if of in _ANNOTATED and isinstance(inner, ast.Tuple):
            first = self.type_of(inner.elts[0], scope, when)
            rest = (self._home.expressions.value(one, scope) for one in inner.elts[1:])
            return of[(first, *rest)]
        if isinstance(form, type) and issubclass(form, Enum):
            return of[self._home.expressions.value(inner, scope)]
        if isinstance(inner, ast.Tuple):
            return of[tuple(self.type_of(one, scope, when) for one in inner.elts)]
        return of[self.type_of(inner, scope, when)]

    def _constant(self, node: ast.Constant, scope: Scope, when: When) -> Any:
        value = node.value
        if not isinstance(value, str):
            if value is None or value is Ellipsis:
                return value
            raise Unreadable(f"{value!r:.60} is no type", node.lineno)
        if when == "now":
            raise Unreadable("it may be known later", node.lineno)
        try:
            inner = ast.parse(value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Unreadable(f"{value!r:.60} is no type", node.lineno) from None
        for part in ast.walk(inner):
            if isinstance(part, ast.expr):
                part.lineno = node.lineno
        return self.type_of(inner, scope, when)


def holds_text(kind: Any) -> bool:
    """Whether Python would find a text in a type, or in what is given as one, and evaluate it."""
    if isinstance(kind, (str, bytes, list, tuple, dict, typing.ForwardRef)):
        return True
    if not is_form(kind) or getattr(kind, "__origin__", None) in _LITERALS:
        return False
    return any(_is_text_within(one) for one in getattr(kind, "__args__", ()))


def _is_text_within(part: Any) -> bool:
    """Within a type there may be lists of types, and names of what comes later."""
    if isinstance(part, (list, tuple)):
        return any(_is_text_within(one) for one in part)
    if isinstance(part, typing.ForwardRef):
        return not part.__forward_arg__.isidentifier()
    return holds_text(part)


def named_later(kind: Any) -> Iterator[str]:
    """The names in a type that Python looks up when the type is asked for."""
    if isinstance(kind, typing.ForwardRef):
        yield kind.__forward_arg__
    elif isinstance(kind, (list, tuple)):
        for one in kind:
            yield from named_later(one)
    elif is_form(kind):
        yield from named_later(tuple(getattr(kind, "__args__", ())))


def is_form(value: Any) -> bool:
    """Whether a value is what a type looks like that is made of others."""
    return type(value).__module__ in ("typing", "types", "typing_extensions")


def _odd(*types: Any) -> bool:
    """Whether `|` would not do: for None with None, or what stands for a type."""
    return all(one is None for one in types) or any(
        one is UNKNOWN or isinstance(one, typing.ForwardRef) for one in types
    )
