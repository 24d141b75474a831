from datetime import timedelta
from foretell import Backoff, Cached, task, workflow

class Busy(Exception): ...

@task(retry_on=(Busy, TimeoutError), cache="v1", priority=2)
def step(n: int) -> int:
    return n

@workflow
def options(n: int) -> int:
    a = step.options(retries=2, timeout=timedelta(minutes=5), label="First", tags="t")(n)
    b = (step
         .options(id="second-one", style={"fillcolor": "#fff"})
         .after(a)
         (n=3))
    c = step.options(cache=timedelta(days=1)).options(retries=1)(b)
    d = step.options(backoff=Backoff(1, factor=2.0, at_most=30), cache=Cached("x"), retry_on=Busy)(c)
    return step.options(cache=True, priority=-1)(d)
