from foretell import task, workflow

@task
def add(a: int, b: int, c: int = 0) -> int: return a

COMMON = {"b": 2}
PAIR = (1, 2)

@workflow
def star_arguments(n: int) -> int:
    x = add(n, **COMMON)
    y = add(*PAIR, c=x)
    z = add(*[x, y], **{"c": 3})
    options = {"retries": 1, "id": "opted"}
    return add.options(**options)(z, *(4,))
