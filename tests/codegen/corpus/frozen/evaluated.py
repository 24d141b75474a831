from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def evaluated(n: int) -> int:
    a = eval("step")(n)
    return step(a)
