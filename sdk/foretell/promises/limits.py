"""Limits: how many nodes of a kind may run at the same time, as plain data.

A limit is kept by whoever starts nodes, so nobody can break it, and it never makes anything
impossible: at least one such node may always run. So it says nothing of what the finished graph
may be, and judge and horizon do not know it. Whom a limit counts is decided once, when a node is
born, as with every selector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from foretell.graph.model import STRICT, NodeId
from foretell.promises.language import Count
from foretell.promises.selectors import Selector
from foretell.promises.wellformed import LARGEST_BOUND, Fault, promise_fault


@dataclass(frozen=True, slots=True)
class Limit:
    """No node selected by `of` starts while `running` of them run.

    `says`, `where` and `by` are for people, as with a promise (`foretell.promises.language`).
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    running: int
    says: str = ""
    where: str = ""
    by: NodeId = ""

    @property
    def words(self) -> str:
        return self.says or f"limit(running={self.running})"


def limit_fault(limit: Limit) -> Fault:
    """The place in `limit` that is wrong by itself, and why; twice nothing if none is."""
    if limit.running < 1:
        why = f"{limit.running!s:.20}: at least 1 must be allowed to run, or nothing ever would"
        return ".running", why
    if limit.running > LARGEST_BOUND:
        return ".running", f"it may be {LARGEST_BOUND} at most"
    return promise_fault(Count(limit.of))
