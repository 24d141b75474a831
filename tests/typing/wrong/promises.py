"""Vows, limits and nodes."""

from __future__ import annotations

from foretell import (
    AllOf,
    AnyOf,
    Count,
    Every,
    NoNewEdges,
    NoNewNodes,
    Not,
    OnlyEdges,
    Style,
    exclusive,
    limit,
    promise,
    workflow,
)  # fmt: skip
from tests.typing.tasks import pair, plan, prepare, square, total


@workflow
def promises(n: int) -> int:
    ready = prepare.node()
    numbers = plan.node(n)
    promise("nothing")  # !
    promise(NoNewNodes)  # !
    promise([NoNewNodes()])  # !
    NoNewNodes(square)  # !
    NoNewEdges(ready)  # !
    NoNewEdges(begin=ready)  # !
    Count()  # !
    Count(square, 3)  # !
    Count(square, at_most="3")  # !
    Count(square, atmost=3)  # !
    Every(square, onto=total)  # !
    Every(square, exactly="1")  # !
    OnlyEdges(ready)  # !
    AnyOf(square)  # !
    AllOf(NoNewNodes)  # !
    Not()  # !
    Not(NoNewNodes(), NoNewNodes())  # !
    Style(square, color=3)  # !
    limit(square)  # !
    limit(square, running="2")  # !
    limit(square, starts=2)  # !
    limit(square, per=60)  # !
    exclusive(square, running=1)  # !
    ready.name  # !
    square(numbers.out)  # !
    total(numbers)  # !
    square(pair.node(n).out)  # !
    pair.node(n).low  # !
    return ready  # !
