"""Keywords, defaults, numbers of arguments, options."""

from __future__ import annotations

from foretell import Backoff, RetryAfter, each, task, workflow
from tests.typing.tasks import fetch, plan, shout, square, total


@workflow
def calls(n: int, name: str) -> int:
    square()  # !
    square(n, n)  # !
    square(m=n)  # !
    square(n, n=n)  # !
    shout()  # !
    shout(name, 1, "?")  # !
    shout(name, tims=1)  # !
    total()  # !
    total([n], begin=1)  # !
    fetch(name, 3)  # !
    fetch(name, tires=3)  # !
    fetch(n)  # !
    square.options(retries="x")  # !
    square.options(retires=3)  # !
    square.options(backoff="2s")  # !
    square.options(backoff=Backoff(1, frist=2))  # !
    square.options(timeout="1s")  # !
    square.options(retry_on=[OSError])  # !
    square.options(retry_on=3)  # !
    square.options(retry_on=OSError("x"))  # !
    square.options(id=3)  # !
    square.options(tags=3)  # !
    square.options(style=["red"])  # !
    square.options(3)  # !
    square.options(id="x")(name)  # !
    square.after(total([n]))(name)  # !
    square.after(total([n]), on="never")(n)  # !
    square.map(name)  # !
    square.map(n=each(["a"]))  # !
    square.map(each([1]), each([2]))  # !
    square.map(each(n))  # !
    shout.map(each(["a"]), each(["b"]))  # !
    total.map(each([1, 2]))  # !
    fetch.map(each([1]))  # !
    square(square.map(each([n])))  # !
    plan.map(each(["a"]))  # !
    square.node(name)  # !
    square.nodes(n)  # !
    return plan(n)  # !


@task
def impatient(n: int) -> int:
    raise RetryAfter(None)  # !


@task(retries="3")  # !
def a(n: int) -> int:
    return n


@task(retires=3)  # !
def b(n: int) -> int:
    return n
