from foretell import (
    AllOf, AnyOf, Anything, Count, Every, ExactlyOne, NoNewEdges, NoNewNodes, Not, OnlyEdges,
    OnlyNodes, Shaped, Style, exclusive, limit, many, one, promise, seq, task, workflow,
)
import foretell

@task(tags=["t"])
def work(n: int = 0) -> int: return n

@task
def end(n: int) -> int: return n

@task(grows=Anything)
def wild(grow: Anything) -> int: return 0

@workflow
def promised(n: int) -> int:
    a = work(n)
    w = wild()
    b = end(w)
    promise(
        NoNewEdges(start=a),
        OnlyNodes(work, end),
        Count(work, at_most=5),
    )
    foretell.promise(Count("t", at_least=1)); promise(Style(b, "label", color="red"))
    promise(
        AnyOf(Count(work, exactly=1), Not(Count(work, at_most=3))),
    )
    promise(Every(work, into=end, at_most=4), AllOf(Count(end, at_most=9)))
    limit(work, running=2)
    limit("t", end, starts=10, per=60.0, spaced=True, pool="p")
    exclusive(work, end)
    return b
