from foretell import task, workflow

FAST = True

@task
def step(n: int) -> int: return n

@workflow
def early_return(n: int) -> int:
    a = step(n)
    if FAST:
        return a
    b = step(a)
    return b
