"""Limits: how many nodes of a kind may run at the same time, and how soon after each other they start, as
plain data.

A limit is kept by whoever starts nodes, so nobody can break it, and it never makes anything
impossible: at least one such node may always run, sooner or later. So it says nothing of what the
finished graph may be, and judge and horizon do not know it. Whom a limit counts is decided once, when a
node is born, as with every selector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from foretell.graph.model import STRICT, NodeId
from foretell.graph.trials import MOST_SECONDS
from foretell.graph.wellformed import name_fault
from foretell.promises.language import Count
from foretell.promises.selectors import Selector
from foretell.promises.wellformed import LARGEST_BOUND, Fault, promise_fault


@dataclass(frozen=True, slots=True)
class Limit:
    """No node selected by `of` starts while `running` of them run; nor if `starts` of them have started
    in the last `per_s` seconds, or (`spaced`) one in as much time as there is for each; nor for `rest_s`
    seconds after one of them has ended. What is not said limits nothing. Each trial is a start.

    All runs of a store whose limits name the same `pool` count together.

    `says`, `where` and `by` are for people, as with a promise (`foretell.promises.language`).
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    running: int | None = None
    says: str = ""
    where: str = ""
    by: NodeId = ""
    starts: int | None = None
    per_s: float | None = None
    spaced: bool = False
    rest_s: float | None = None
    pool: str = ""

    @property
    def words(self) -> str:
        return self.says or f"limit({', '.join(said(self))})"

    @property
    def window(self) -> tuple[int, float] | None:
        """At most so many starts in any so many seconds."""
        if self.starts is None or self.per_s is None:
            return None
        return (1, self.per_s / self.starts) if self.spaced else (self.starts, self.per_s)

    @property
    def timed(self) -> bool:
        """Whether it asks when something started or ended."""
        return self.starts is not None or self.rest_s is not None


def said(limit: Limit) -> list[str]:
    """What it says, in the words of `limit(...)`."""
    words = [
        ("running", limit.running),
        ("starts", limit.starts),
        ("per", limit.per_s),
        ("rest", limit.rest_s),
    ]
    found = [f"{name}={value:g}" for name, value in words if value is not None]
    found += ["spaced=True"] if limit.spaced else []
    return found + ([f"pool={limit.pool!r}"] if limit.pool else [])


def limit_fault(limit: Limit) -> Fault:
    """The place in `limit` that is wrong by itself, and why; twice nothing if none is."""
    if limit.running is None and limit.starts is None and limit.rest_s is None:
        return (
            ".running",
            "it limits nothing; it is to say 'running', 'starts' and 'per', or 'rest'",
        )
    for name, number in (("running", limit.running), ("starts", limit.starts)):
        if number is not None and number < 1:
            why = f"{number!s:.20}: at least 1 must be allowed, or nothing would ever run"
            return f".{name}", why
        if number is not None and number > LARGEST_BOUND:
            return f".{name}", f"it may be {LARGEST_BOUND} at most"
    if (limit.starts is None) is not (limit.per_s is None):
        return ".starts", "so many starts in how much time? 'starts' and 'per' are said together"
    for name, seconds in (("per_s", limit.per_s), ("rest_s", limit.rest_s)):
        if seconds is not None and not 0 < seconds <= MOST_SECONDS:
            return (
                f".{name}",
                f"{seconds!s:.20}: it must be more than 0 and at most {MOST_SECONDS:,.0f} s",
            )
    if limit.spaced and limit.starts is None:
        return ".spaced", "only starts are spaced: it says no 'starts'"
    if limit.pool and (why := name_fault(limit.pool)):
        return ".pool", why
    return promise_fault(Count(limit.of))
