from foretell import task, workflow

@task
def f(n: int) -> int: return n

FLAG = "x"

@workflow
def walrus_and_ternary(n: int) -> int:
    if len([first := f(n)]) > 1:
        return first
    x = f(1) if FLAG == "x" else f(2)
    y = f(3) if FLAG != "x" else f(4)
    z = [last := f(5), f(last)]
    w = FLAG and f(6)
    v = None or f(7)
    return f(z[1])
