from foretell import task, workflow

@task
def f(n: int = 0) -> int: return n

@task
def g(n: int) -> tuple[int, int]: return n, n

@workflow
def names(n: int) -> int:
    a = b = f(n)
    c, d = f(a), f(b)
    (e, h) = i = g(c)
    j: int = f(d)
    _ = f(e)
    k = [f(1), f(2)]
    l, = (f(k[0]),)
    m = {"x": f(3)}["x"]
    o = f(p := f(4))
    q = f(h) if len(k) else f(5)
    [r, s] = [f(6), f(7)]
    *t, u = [f(8), f(9), f(10)]
    v = w = x = y = i[0]
    return y
