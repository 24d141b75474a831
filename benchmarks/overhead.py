"""What a task costs, beside what the machine could do at best: `python benchmarks/overhead.py`.

Prints tasks per second for a chain and a fan-out of tasks that do nothing, with a fresh
interpreter a task and with a fork a task, everything on (journal, promises judged, logs
captured), and in the same run the limits that no engine can beat: how fast bare interpreters
start and bare forks end. Only the ratios mean something; machines and their neighbours differ.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foretell.author.entry import base_of, load_file
from foretell.document.jsonform import dumps, loads
from foretell_runtime import Runtime
from foretell_runtime.machine import register

flows: Any = load_file(Path(__file__).with_name("flows.py"))

BARE = [sys.executable, "-S", "-I", "-c", "pass"]
FORKS = (
    "import os\nfor _ in range({n}):\n    p = os.fork()\n    p or os._exit(0)\n    os.waitpid(p, 0)"
)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interpreters(at_once: int, n: int = 100) -> float:
    """Bare interpreter starts a second, `at_once` at a time."""

    async def all_of_them() -> None:
        turns = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with turns:
                await (await asyncio.create_subprocess_exec(*BARE)).wait()

        await asyncio.gather(*(one() for _ in range(n)))

    return n / seconds(lambda: asyncio.run(all_of_them()))


def forks(n: int = 2_000) -> float:
    """Bare forks a second, each waited for, from a process that holds nothing."""
    program = [sys.executable, "-S", "-I", "-c", FORKS.format(n=n)]
    idle = seconds(lambda: subprocess.run(BARE, check=True))
    return n / (seconds(lambda: subprocess.run(program, check=True)) - idle)


def rate(workflow: Any, n: int, start: Any, jobs: int) -> float:
    """Tasks a second of one run, from `run` to the result."""
    with store() as path:
        runtime = Runtime(path, jobs=jobs, start=start)
        return n / seconds(lambda: runtime.run(workflow))


@contextmanager
def store() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "foretell.db")


def registration() -> Iterator[tuple[str, float]]:
    yield f"compile {flows.MANY:,} nodes", seconds(flows.many.compile)
    text = dumps(flows.many.compile())
    yield f"read a graph of {flows.MANY:,} nodes", seconds(lambda: loads(text))
    graph = loads(text)
    base = str(base_of(flows.many))
    yield f"judge {flows.MANY:,} nodes", seconds(lambda: register(graph, {"n": 0}, base, 1))
    command = [sys.executable, "-m", "foretell_runtime.cli", "--help"]
    times = [seconds(lambda: subprocess.check_output(command)) for _ in range(5)]
    yield "foretell --help", min(times)


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; tasks that do nothing\n")
    one, two, fork = interpreters(1), interpreters(2), forks()
    print("limit                                   per second")
    print(f"bare interpreter, one at a time       {one:>12,.0f}")
    print(f"bare interpreter, two at a time       {two:>12,.0f}")
    print(f"bare fork and wait, one at a time     {fork:>12,.0f}\n")
    print("run                                     per second     of the limit")
    chain, fan = flows.CHAIN, flows.CHAIN + 1
    for what, workflow, n, start, jobs, limit in (
        ("chain, fresh, 1 job", flows.chain, chain, "fresh", 1, one),
        ("fan-out, fresh, 2 jobs", flows.short_fan, fan, "fresh", 2, two),
        ("chain, forked, 1 job", flows.chain, chain, "forked", 1, fork),
        ("fan-out, forked, 2 jobs", flows.fan, flows.WIDE + 1, "forked", 2, fork),
    ):
        measured = rate(workflow, n, start, jobs)
        print(f"{what:<38}{measured:>12,.0f} {measured / limit:>15.0%}")
    small = rate(flows.fan, flows.WIDE + 1, "forked", 2)
    large = rate(flows.wider, flows.WIDER + 1, "forked", 2)
    print(f"\ncost per task at {flows.WIDER:,} over {flows.WIDE:,} tasks: {small / large:.2f}")
    print("(1.00: a run's own cost is linear in its nodes)\n")
    print("once                                       seconds")
    for what, measured in registration():
        print(f"{what:<38}{measured:>12.2f}")


if __name__ == "__main__":
    main()
