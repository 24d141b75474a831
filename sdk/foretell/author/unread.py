"""`Unread[T]`: an input that a task only passes on, to sections that it grows.

What is large in it is not fetched: it stays the reference that stands for it (`foretell.graph.references`),
and goes on as that. To a type checker it is a `T`.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

T = TypeVar("T")


class PassedOn:
    """The mark of such an input."""

    def __repr__(self) -> str:
        return "only passed on"


PASSED_ON = PassedOn()
Unread: TypeAlias = Annotated[T, PASSED_ON]
