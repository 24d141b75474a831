"""A section that one use of a task brings along: its template, and what of the workflow around it
uses. It stands above nothing, so that growth and shapes may know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foretell.author.refs import Ref
    from foretell.document.template import Template


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """`given` are the values around it that it uses, `waits` the results that it runs after, and
    `result` the type of what it returns."""

    template: Template
    given: dict[str, Ref]
    waits: tuple[Ref, ...]
    result: Any

    @property
    def __name__(self) -> str:
        return self.template.name

    @property
    def data(self) -> dict[str, Any]:
        """What a task is given as an input, so that it can grow the section."""
        from foretell.graph import plain

        return {"template": plain.encode(self.template), "given": dict(self.given)}
