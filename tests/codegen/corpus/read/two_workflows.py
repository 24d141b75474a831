from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def other(n: int) -> int:
    return step(n)

@workflow
def two_workflows(n: int) -> int:
    return step(step(n))
