import os
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def inner(n: int) -> int:
    a = step(n)
    here = os.getpid()
    return step.after(a)(here)

@workflow
def in_a_section(n: int) -> int:
    one = inner(n)
    two = inner(one)
    return step(two)
