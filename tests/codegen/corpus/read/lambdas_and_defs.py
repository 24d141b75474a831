from functools import partial
from foretell import task, workflow

@task
def step(n: int, k: int = 0) -> int: return n

apply = lambda f, x: f(x)  # noqa: E731

def compose(*fs):
    def composed(x):
        for f in fs:
            x = f(x)
        return x
    return composed

@workflow
def lambdas_and_defs(n: int) -> int:
    twice = compose(step, step)
    a = twice(n)
    b = apply(step, a)
    c = apply(lambda v: step(v, k=2), b)
    d = partial(step, k=7)(c)

    def local(v: int, /, *rest: int, k: int = 1, **more: int) -> int:
        nonlocal b
        b = step(v, k=k + len(rest) + len(more))
        return b

    local(d, 1, 2, k=3, z=4)
    return b
