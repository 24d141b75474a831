from foretell import task, workflow

@task
def step(n: int) -> int: return n

old = step

@task
def step(n: str) -> str: return n  # noqa: F811

list = [1, 2]

@workflow
def shadowed(n: str) -> str:
    for len in list:
        n = step(n)
    return n
