import sys
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def early_exit(n: int) -> int:
    a = step(n)
    if len(sys.argv) > 10_000:
        return a
    b = step(a)
    return step(b)
