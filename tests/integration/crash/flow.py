"""Workflows whose tasks note in a file that they ran, and where: one with growth in growth, and one
that waits, for later trials and for trials that never end by themselves; and one in which a task
reads what another one emits."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

from foretell import Grow, Port, Stream, emit, many, one, task, workflow

DOUBLES = 3


def note(label: str, pid: int = 0) -> None:
    """A line to the file named by SIDE; one write, so lines of several processes never mix."""
    with Path(os.environ["SIDE"]).open("a") as file:
        file.write(f"{label} {pid or os.getpid()}\n")


@task
def double(label: str, n: int) -> int:
    note(label)
    print("doubling", n)
    return 2 * n


class One(Grow):
    double = one(double)


@task(grows=One)
def delegate(grow: One, label: str, n: int) -> int:
    note(label)
    return grow.double(f"{label}.double", n)


class Plan(Grow):
    doubles = many(double)
    delegates = many(delegate)


@task(grows=Plan)
def plan(grow: Plan, label: str, n: int) -> list[int]:
    note(label)
    plain = [grow.doubles(f"double{i}", i) for i in range(n)]
    return [*plain, grow.delegates("delegate", 100)]


@task
def total(label: str, numbers: list[int]) -> int:
    note(label)
    return sum(numbers)


@workflow
def growing() -> int:
    return total("total", plan("plan", DOUBLES))


EXPECTED = 2 * sum(range(DOUBLES)) + 200


@task(retries=1, backoff=0.05)
def flaky() -> None:
    note("flaky")
    raise ConnectionError("nobody is there")


@task(retries=1, timeout=0.5)
def slow() -> None:
    note("slow")
    note("sleep", subprocess.Popen(["sleep", "1000"]).pid)
    threading.Event().wait()


@task
def tell() -> str:
    note("tell")
    return "told"


@workflow
def waiting() -> str:
    return tell.after(flaky.node(), slow.node(), on="fail")()


MORE = 300
"""More chunks than the window."""

numbers = Port("numbers", int)


@task(ports=[numbers])
def emits() -> int:
    note("emits")
    for n in range(MORE):
        emit(numbers, n)
    return MORE


@task
def adds(chunks: Stream[int]) -> int:
    note("adds")
    return sum(chunks)


@task
def compare(early: int, late: list[int]) -> bool:
    return early == sum(late) == MORE * (MORE - 1) // 2


@workflow
def streaming() -> bool:
    done = emits()
    return compare(adds(numbers.stream(done)), numbers.final(done))
