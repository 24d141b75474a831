from foretell import task, workflow

@task
def f(n: int = 0) -> int: return n

def helper(n: int) -> int:
    made = f(n)
    return f(made)

@workflow
def names_two(n: int) -> int:
    f_2 = f(n)
    found = helper(f_2)
    other = helper(helper(found))
    a = f(1); a = f(a); a = f(a)
    xs = [f(i) for i in range(3)]
    d = {}
    d["k"] = f(2)
    d["z"] = z = f(3)
    z = d["w"] = f(4)
    b = f(5) or f(6) if False else f(7)
    return f(xs[-1])
