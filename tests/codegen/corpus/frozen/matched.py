from foretell import task, workflow

MODE = "fast"

@task
def step(n: int) -> int: return n

@workflow
def matched(n: int) -> int:
    match MODE:
        case "fast":
            a = step(n)
        case _:
            a = step(0)
    b = step(a)
    return b
