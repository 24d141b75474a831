from itertools import chain, pairwise
from foretell import task, workflow

SIZES = [1, 2, 3]
NAMES = {"a": 1, "b": 2}

@task
def step(n: int, k: int = 0) -> int: return n

@task
def total(ns: list[int]) -> int: return sum(ns)

@workflow
def loops_in_python(n: int) -> int:
    made = []
    for size in SIZES:
        if size == 2:
            continue
        made.append(step(n, k=size))
    for name, value in sorted(NAMES.items()):
        made += [step(made[-1], k=value * len(name))]
    for a, b in pairwise(made):
        step.after(a, b)(0)
    more = [step(i) for i in range(2) for _ in "ab" if i]
    x = 0
    while x < 3:
        x += 1
        if x == 2:
            break
    else:
        step(99)
    return total([*chain(made, more), step(x)])
