"""Whether a value has come through JSON as it was.

JSON has few types, so a value may come back as another one: a date in a `str | date` as text, a
subclass as its base, an int-valued key as text. Then whoever sent it is told, rather than whoever
receives something else. Lists and tuples count as alike, and so do sets and frozensets, because
an annotation such as `Sequence[int]` takes either.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any


def same(value: Any, back: Any) -> bool:
    """Whether `back` is as good as `value`."""
    if value is back:
        return True
    if isinstance(value, (str, int, float, bytes)):
        return type(value) is type(back) and value == back
    if isinstance(value, Mapping):
        return (
            isinstance(back, Mapping)
            and len(value) == len(back)
            and all(key in back and same(value[key], back[key]) for key in value)
        )
    if _is_sequence(value):
        alike = _is_sequence(back) and _is_named(value) == _is_named(back)
        return (
            alike
            and len(value) == len(back)
            and all(same(a, b) for a, b in zip(value, back, strict=True))
        )
    if isinstance(value, Set):
        return isinstance(back, Set) and set(value) == set(back)
    if type(value) is not type(back):
        return False
    parts = _parts(value)
    if parts is not None:
        return all(same(getattr(value, name), getattr(back, name)) for name in parts)
    kind: Any = type(value)
    return value == back or kind.__eq__ is object.__eq__


def _is_sequence(value: Any) -> bool:
    # A deque is no Sequence by inheritance, but looks like one.
    return isinstance(value, (list, tuple)) or (
        hasattr(type(value), "append") and hasattr(type(value), "__len__")
    )


def _is_named(value: Any) -> Any:
    """The class of a NamedTuple; None for other sequences."""
    return type(value) if hasattr(type(value), "_fields") else None


def _parts(value: Any) -> list[str] | None:
    """The names of the fields of a dataclass or a pydantic model."""
    kind = type(value)
    fields = getattr(kind, "__pydantic_fields__", None) or getattr(
        kind, "__dataclass_fields__", None
    )
    if fields is None:
        return None
    extra = getattr(value, "__pydantic_extra__", None) or {}
    return [name for name in (*fields, *extra) if hasattr(value, name)]
