"""What parts a type has: the fields of a result that a workflow body may take apart.

Reads annotations only; never a value.
"""

from __future__ import annotations

import sys
import types
from typing import (
    Annotated,
    Any,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)  # fmt: skip

UNKNOWN: Any = object()
"""The type of a value about which nothing is known."""


def attributes(hint: Any) -> dict[str, tuple[str, Any]]:
    """Attribute name -> (its token in a JSON Pointer, its type). Empty where there are none."""
    kind = _class_of(hint)
    if kind is None or is_typeddict(kind):
        return {}
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints = _filled(_hints(kind), hint)
        return {
            name: (str(i), hints.get(name, UNKNOWN))
            for i, name in enumerate(kind._fields)  # pyright: ignore[reportAttributeAccessIssue]
        }
    fields: dict[str, Any] | None = getattr(kind, "__dataclass_fields__", None)
    if fields is not None:
        hints = _filled(_hints(kind), hint)
        return {name: (name, hints.get(name, UNKNOWN)) for name in fields}
    if _is_pydantic_model(kind):
        return {
            name: (f.serialization_alias or f.alias or name, f.annotation)
            for name, f in kind.model_fields.items()  # pyright: ignore[reportAttributeAccessIssue]
        }
    return {}


def keys(hint: Any) -> dict[str, Any]:
    """The keys of a TypedDict and their types."""
    kind = _class_of(hint)
    return _filled(_hints(kind), hint) if kind is not None and is_typeddict(kind) else {}


def items(hint: Any) -> tuple[Any, ...] | None:
    """The types of the items of a tuple of fixed length; None where the length is not known."""
    kind = _class_of(hint)
    if kind is not None and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return tuple(each for _, each in attributes(hint).values())
    hint = _bare(hint)
    if get_origin(hint) is tuple:
        args = get_args(hint)
        return None if args[-1:] == (Ellipsis,) else args
    return None


def say_type(hint: Any) -> str:
    """A type as a person would write it."""
    if hint is UNKNOWN or hint is Any:
        return "anything"
    if hint is None or hint is type(None):
        return "None"
    if get_origin(hint) in (Union, types.UnionType):
        return " | ".join(say_type(arg) for arg in get_args(hint))
    if isinstance(hint, type) and not get_args(hint):
        return hint.__qualname__
    return str(hint).replace("typing.", "")


def _class_of(hint: Any) -> type[Any] | None:
    """The class that a type names; None for unions and the like."""
    hint = _bare(hint)
    kind = get_origin(hint) or hint
    return kind if isinstance(kind, type) else None


def _bare(hint: Any) -> Any:
    """A type without what an Annotated or a NewType puts around it."""
    while True:
        if isinstance(hint, NewType):
            hint = hint.__supertype__
        elif get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        else:
            return hint


def _filled(hints: dict[str, Any], hint: Any) -> dict[str, Any]:
    """The types of the fields of a generic class, once its variables are known."""
    kind, args = get_origin(_bare(hint)), get_args(_bare(hint))
    if kind is None:
        return hints
    known: dict[Any, Any] = dict(zip(getattr(kind, "__parameters__", ()), args, strict=False))
    return {
        name: known.get(each, UNKNOWN) if isinstance(each, TypeVar) or _open(each) else each
        for name, each in hints.items()
    }


def _open(hint: Any) -> bool:
    """Whether a type has variables in it."""
    return bool(getattr(hint, "__parameters__", ())) and not isinstance(hint, type)


def _hints(kind: type[Any]) -> dict[str, Any]:
    try:
        return get_type_hints(kind)
    except (NameError, TypeError):
        return {}


def _is_pydantic_model(kind: type[Any]) -> bool:
    pydantic = sys.modules.get("pydantic")  # a model cannot exist before pydantic is imported
    return pydantic is not None and issubclass(kind, pydantic.BaseModel)
