import contextlib
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def with_block(n: int) -> int:
    with contextlib.nullcontext(3) as k:
        a = step(k)
        b = step(a)
    return step(b)
