"""A section that one use of a task brings along: its template, and what of the workflow around it
uses. It stands above nothing, so that growth and shapes may know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from foretell.author.refs import Ref
    from foretell.author.tasks import Task
    from foretell.document.template import Template

P = ParamSpec("P")
R = TypeVar("R")


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

    def before(self, use: Task[P, R]) -> Task[P, R]:
        """`use`, whose next nodes run only if what the section uses of the workflow around it lets
        the section run."""
        from foretell.author.refs import After, Ref, origin

        needed = [origin(ref) for ref in self.given.values()]
        copy: Task[P, R] = use.after(*self.waits)
        copy._after += tuple(
            After(Ref(mine.ended_well()), mine.ending.on)
            for mine in needed
            if mine.node and mine.ending.on != "any"
        )
        return copy

    @property
    def data(self) -> dict[str, Any]:
        """What a task is given as an input, so that it can grow the section."""
        from foretell.graph import plain

        return {"template": plain.encode(self.template), "given": dict(self.given)}
