"""What writing workflows costs: `python benchmarks/authoring.py`.

Prints how long `import foretell` takes, beside importing pydantic in the same run, and how many
nodes a second registration makes of plain calls, beside making as many plain dataclass instances:
in a loop, written out line by line, and with rich values. Only the ratios mean something; machines
and their neighbours differ.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.author.entry import load_file

NODES = 10_000
TIMES = 5

FLOWS = f"""
import datetime as dt
from foretell import task, workflow

@task
def square(n: int) -> int:
    return n * n

@task
def add(a: int, b: int = 1) -> int:
    return a + b

@task
def later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days)

@workflow
def looped(n: int) -> int:
    for i in range({NODES // 2}):
        n = add(square(n), i)
    return n

@workflow
def rich(day: dt.date) -> dt.date:
    for i in range({NODES}):
        day = later(day, i)
    return day

@workflow
def written_out(n: int) -> int:
""" + "".join(
    f"    a{i} = square({f'b{i - 1}' if i else 'n'})\n    b{i} = add(a{i}, {i})\n"
    for i in range(NODES // 2)
) + f"    return b{NODES // 2 - 1}\n"  # fmt: skip


@dataclass
class Plain:
    """What a node is made of, as the least that anybody could keep of it."""

    id: str
    task: str
    inputs: dict[str, Any] = field(default_factory=dict)
    after: list[str] = field(default_factory=list)


def best(work: Callable[[], object], times: int = TIMES) -> float:
    """The least of several times, in seconds: what neighbours take is not ours."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def importing(statement: str) -> float:
    """Seconds an interpreter takes for `statement`, beyond its own start."""

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    return max(0.0, best(start(statement), 9) - best(start("pass"), 9))


def plain_nodes() -> None:
    made = []
    for i in range(NODES):
        made.append(Plain(f"n_{i}", "square", {"n": i}, [f"n_{i - 1}"]))


def main() -> None:
    pydantic = importing("import pydantic; pydantic.BaseModel")
    print(f"import pydantic                {1000 * pydantic:7.0f} ms")
    for words in ("import foretell", "from foretell import Grow, many, task, workflow"):
        took = importing(words)
        print(f"{words[:30]:<30} {1000 * took:7.0f} ms  {took / pydantic:6.2f} of pydantic's")
    least = best(plain_nodes)
    print(f"plain dataclass instances      {NODES / least:7,.0f} a second")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "flows.py")
        file.write_text(FLOWS)
        flows: Any = load_file(file)
        for name in ("looped", "written_out", "rich"):
            flow = getattr(flows, name)
            first = best(flow.compile, 1)
            again = best(flow.compile)
            print(
                f"register {NODES:,}, {name:<13} {NODES / first:7,.0f} a second at first,"
                f" {NODES / again:,.0f} again: {again / least:.0f} x plain instances"
            )


if __name__ == "__main__":
    main()
