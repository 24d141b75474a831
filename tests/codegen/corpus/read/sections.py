from foretell import task, workflow

@task
def step(n: int) -> int: return n

@task
def both(a: int, b: int) -> int: return a + b

@workflow
def inner(n: int, by: int = 2) -> int:
    """Inside."""
    a = step(n)
    b = step(by)
    return both(a, b)

@workflow
def middle(n: int) -> tuple[int, int]:
    one = inner(n)
    two = inner.options(id="twice")(one, by=5)
    return one, two

@workflow
def nothing(n: int) -> None:
    step(n)

@workflow
def sections(n: int) -> int:
    x, y = middle(n)
    done = nothing.after(x)(y)
    last = step.after(done)(x)
    inner(1)
    return both(last, inner(inner(2)))
