from foretell import Anything, Grow, each, empty, free, many, may, one, one_of, par, seq, task, workflow

@task
def square(n: int) -> int: return n

@task
def report(text: str) -> None: ...

@task
def total(ns: list[int]) -> int: return sum(ns)

@task
def total_of_none() -> int: return 0

class Squares(Grow):
    square = many(square, at_most=10)

class Choice(Grow):
    """One of two ways."""
    square = may(square)
    other = may(total_of_none)
    said = one(report)
    shape = seq(one_of(square, other), said)

class Base(Grow):
    square = many(square, at_least=1, at_most=3)

class More(Base):
    report = may(report)
    shape = par(Base.square, report)

class Wild(Grow):
    a = many(square)
    b = many(report)
    shape = free(a, b)

@task(grows=Squares)
def plan(grow: Squares, n: int) -> list[int]:
    return [grow.square(i) for i in range(n)]

@task(grows=Choice)
def choose(grow: Choice, n: int) -> int:
    grow.said("x")
    return grow.square(n) if n else grow.other()

@task(grows=Wild, tags="wild")
def wild(g: Wild) -> None:
    g.a.map(each([1, 2]))

@task(grows=Anything)
def anything(grow: Anything, n: int) -> int:
    return grow.create(square, n).out

@workflow
def growing(n: int) -> int:
    found = plan(n)
    chosen = choose(n)
    wild.after(chosen)()
    return total([total(found), anything(chosen)])
