import random
from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def drawn_lots(n: int) -> int:
    first = step(n)
    made = [step(i) for i in range(random.randint(2, 5))]
    last = step.after(first)(0)
    return step.after(made)(last)
