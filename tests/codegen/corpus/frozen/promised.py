import os
from foretell import Count, NoNewNodes, promise, task, workflow

@task
def step(n: int) -> int: return n

@workflow
def promised(n: int) -> int:
    promise(Count(step, at_most=4))
    a = step(n)
    if os.sep == "?":
        a = step(a)
    while os.getpid() < 0:
        a = step(a)
    return step(a)
