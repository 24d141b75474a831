import os
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def environment(n: int) -> int:
    a = step(n)
    if os.environ.get("NOT_SET_AT_ALL"):
        a = step(a)
        b = step(a)
    return step(a)
