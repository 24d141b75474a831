from foretell import task, workflow

@task
def step(n: int) -> int: return n

@workflow
def tuple_returned(n: int) -> tuple[int, list[int], dict[str, int]]:
    a, b = step(n), step(2)
    return a, [b, 3], {"n": n, "a": a}
