"""The mark of an argument that is to come from outside of the run, and what it is in the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from foretell.graph.pointers import escape

if TYPE_CHECKING:
    from foretell.graph.model import Outside


@dataclass(frozen=True, slots=True, eq=False)
class FromOutside:
    """Stands where an argument will be that somebody gives while the workflow runs: the answer to
    the question, or the signal of the name, that it `says`; of the type `hint`. By the clock it is
    `default`: `within_s` seconds, or `at` the moment that another input is."""

    kind: Literal["question", "signal", "time"]
    says: str
    hint: Any
    within_s: float | None = None
    at: str | None = None
    default: Any = None


def taken_out(bound: dict[str, Any]) -> tuple[Outside, ...]:
    """What of the arguments comes from outside. It is taken out of `bound`."""
    marked = [name for name, value in bound.items() if type(value) is FromOutside]
    if not marked:
        return ()
    from foretell.author.schemas import schema_of
    from foretell.graph.model import Outside

    def outside(name: str, mark: FromOutside) -> Outside:
        return Outside(
            mark.kind, "/" + escape(name), mark.says, schema_of(mark.hint), mark.within_s, mark.at,
            mark.default,
        )  # fmt: skip

    return tuple(outside(name, bound.pop(name)) for name in marked)
