from json import loads
from foretell import task, workflow
from foretell.control import when

@task
def flag(n: int) -> bool: return True

@task
def step(n: int) -> int: return n

@workflow
def nested_def(n: int) -> int | None:
    yes = flag(n)

    def branch() -> int:
        k = loads("3")
        return step(k)

    found = when(yes, branch)
    return found
