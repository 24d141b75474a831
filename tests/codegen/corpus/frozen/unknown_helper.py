from json import loads
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def unknown_helper(n: int) -> int:
    a = step(n)
    k = loads("2")
    b = step(k)
    return step(b)
