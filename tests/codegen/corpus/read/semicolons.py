from foretell import task, workflow; import math

@task
def step(n: float) -> float: return n

@workflow
def semicolons(n: float) -> float: a = step(n); b = step(a); c = step(math.pi); return step(b) if len("ab") == 2 else step(c)
