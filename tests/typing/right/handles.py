"""Nodes: for tasks that return nothing, for order, for promises."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_type

from foretell import (
    AllOf,
    AnyOf,
    Count,
    Every,
    ExactlyOne,
    Node,
    NoNewEdges,
    NoNewNodes,
    Not,
    OnlyEdges,
    OnlyNodes,
    Shaped,
    Style,
    Vow,
    exclusive,
    limit,
    many,
    promise,
    seq,
    workflow,
)  # fmt: skip
from tests.typing.tasks import fetch, pair, plan, prepare, square, total


@workflow
def handles(n: int) -> int:
    ready = prepare.node()
    assert_type(ready, Node[None])
    assert_type(ready.id, str)
    assert_type(pair.node(n).out.low, int)
    numbers = plan.node(n)
    assert_type(total(numbers.out), int)
    done = total.after(ready, [ready, numbers])([n])
    promise(NoNewNodes(), NoNewEdges(start=numbers), NoNewEdges(end=done))
    promise(OnlyNodes(square, total), OnlyEdges((numbers, done), (square, total)))
    promise(Count(square, at_most=5), Count("slow", exactly=1), Count(square, at_least=1))
    promise(Every(square, into=total, exactly=1), Every(square, out_of=plan, at_least=1))
    promise(AllOf(NoNewNodes(), Not(Count(square, at_most=2))))
    promise(AnyOf(NoNewNodes(), ExactlyOne(NoNewEdges(), NoNewNodes())))
    promise(Style(square, color=("green", "red")), Style(numbers, "label"))
    promise(Shaped(many(seq(many(square), many(fetch))), scope=plan))
    limit(square, running=2)
    limit("slow", running=1)
    limit(square, "slow", starts=10, per=timedelta(minutes=1), spaced=True)
    limit(square, rest=1.5)
    limit(square, running=2, starts=3, per=1, rest=timedelta(seconds=2), pool="gpu")
    exclusive(square, total)
    vows: list[Vow] = [NoNewNodes()]
    promise(*vows)
    return done
