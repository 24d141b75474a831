from json import dumps, loads
from foretell import task, workflow

@task
def step(n: int, m: int = 0) -> int: return n

@workflow
def several(n: int) -> int:
    a = loads("1")
    b = step(n); c = loads(dumps([1]))[0]; d = step(b)
    e = step(a, m=c)
    f = step(loads("4"), m=d)
    return step(e, f)
