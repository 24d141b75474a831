import time
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@task
def total(ns: list[int]) -> int: return 0

@workflow
def filled_list(n: int) -> int:
    made = [step(n)]
    for i in range(int(time.time() > 0) + 1):
        made.append(step(i))
    return total(made)
