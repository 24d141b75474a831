from foretell import task, workflow

@task
def step(n):  # type: (int) -> int
    return n

@workflow
def type_comments(n):
    # type: (int) -> int
    a = step(n)  # type: int
    return a
