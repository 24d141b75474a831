"""`Annotated[T, Schema({...})]`: a type whose JSON Schema somebody states, word for word.

For what is declared here and known elsewhere: a task of another program, or a graph document that is
turned back into Python. To a type checker it is a `T`, and so it is to whoever reads a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from foretell.author.names import here
from foretell.errors import WiringError


class Schema:
    """The JSON Schema of the values of a type."""

    __slots__ = ("says",)

    def __init__(self, says: Mapping[str, Any], /) -> None:
        try:
            self.says: dict[str, Any] = json.loads(json.dumps(dict(says), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise WiringError(
                f"{here()}: Schema() takes a JSON Schema, an object: {error}"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.says == other.says

    def __hash__(self) -> int:
        return hash(json.dumps(self.says, sort_keys=True))

    def __repr__(self) -> str:
        return f"Schema({self.says!r})"


def stated(hint: Any) -> tuple[Any, Schema | None]:
    """A type without what is stated of it, and that, if anything is."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        for mark in marks:
            if isinstance(mark, Schema):
                return inner, mark
    return hint, None
