from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def looked_up(n: int) -> int:
    which = globals()["step"]
    a = which(n)
    b = step(a)
    return b
