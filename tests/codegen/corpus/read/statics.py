from foretell import Static, task, workflow

DEBUG = False

@task
def step(n: int) -> int: return n

@task
def check(n: int) -> None: ...

@workflow
def statics(n: int, again: bool = False) -> int:
    if DEBUG:
        check(n)
    else:
        made = step(n)
    if not DEBUG and SHIFT > 1:
        made = step(made)
    elif SHIFT:
        made = step(0)
    return made

SHIFT = 2
