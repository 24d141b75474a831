"""`Static[T]`: an input of a workflow that is known when the workflow is registered.

All other inputs are `Ref`s then, so that one registration serves every run. The body of a workflow
may loop over a static one and branch on it; the graph is made for its value. To a type checker it is
a `T`.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar, get_args, get_origin

T = TypeVar("T")


class Known:
    """The mark of a static input."""

    def __repr__(self) -> str:
        return "known at registration"


KNOWN = Known()
Static: TypeAlias = Annotated[T, KNOWN]


def without(mark: object, hint: Any) -> tuple[Any, bool]:
    """`T` for `Annotated[T, mark]`, and whether it was one."""
    if get_origin(hint) is not Annotated or mark not in hint.__metadata__:
        return hint, False
    inner, *marks = get_args(hint)
    others = tuple(one for one in marks if one is not mark)
    return (Annotated[(inner, *others)] if others else inner), True
