"""What reading, writing and updating Python costs: `python benchmarks/codegen.py`.

A workflow of 10,000 calls, and of 20,000: each takes what two earlier ones give, and a constant. Every
figure comes from a process of its own, the best of three in it, after a small workflow has warmed it up:
seconds of this process, and MiB at its fullest, beside what it had before. In the same run the same text
goes through `ast.parse`, by which reading can be measured, and through LibCST, which we do without.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from resource import RUSAGE_SELF, getrusage

from foretell.document import jsonform
from foretell.document.model import Graph, Input, TaskSpec
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.promises.shapes import NOTHING

NODES = 10_000
TIMES = 3
SMALL = 100
BACK = 50
"""How far back the other input of a call lies."""

MOST_MIB = 200
MOST_RATIO = 2.3
SMALL_MS = 15
AIMS = {"read": 0.5, "write": 0.8, "update": 1.2}
"""Seconds at 10,000 nodes."""

STEP = TaskSpec(
    "steps:step",
    NOTHING,
    inputs={
        "type": "object",
        "properties": {
            "n": {"type": "integer"},
            "other": {"type": "integer"},
            "by": {"type": "integer"},
        },
        "additionalProperties": False,
        "required": ["n", "other", "by"],
    },
    output={"type": "integer"},
)


def workflow(count: int) -> Graph:
    """`count` calls, each of which takes what the one before gives, and one long before."""
    nodes, edges = [], []
    for i in range(count):
        feeds = []
        for name, source in (("n", i - 1), ("other", i - BACK)):
            if source < 0:
                feeds.append(Feed("seed", "", f"/{name}"))
            else:
                edges.append(Edge(f"s{source}", f"s{i}", "data", "", f"/{name}"))
        nodes.append(Node(f"s{i}", "step", inputs={"by": i}, feeds=tuple(feeds)))
    return Graph(
        "flow",
        tasks={"step": STEP},
        nodes=tuple(nodes),
        edges=tuple(edges),
        inputs={"seed": Input({"type": "integer"})},
        output=Output(None, (Hole("", f"s{count - 1}"),)),
    )


def edited(graph: Graph) -> Graph:
    """The same with another constant in the middle."""
    nodes = list(graph.nodes)
    at = len(nodes) // 2
    nodes[at] = replace(nodes[at], inputs={"by": -1})
    return replace(graph, nodes=tuple(nodes))


def reading(count: int) -> Callable[[], object]:
    from foretell_codegen.reading import read

    source = text(count)
    return lambda: read(source)


def writing(count: int) -> Callable[[], object]:
    from foretell_codegen.writing import write

    graph = jsonform.loads(workflow(count).to_json())
    return lambda: write(graph)


def updating(count: int) -> Callable[[], object]:
    from foretell_codegen.reading import read
    from foretell_codegen.updating.update import update

    source = text(count)
    found = read(source)
    graph, base = edited(found.graph), found.provenance.base_hash
    del found
    return lambda: update(source, graph, base)


def parsing(count: int) -> Callable[[], object]:
    import ast

    source = text(count)
    return lambda: ast.parse(source)


def parsing_concretely(count: int) -> Callable[[], object]:
    import libcst

    source = text(count).decode()
    return lambda: libcst.parse_module(source)


def text(count: int) -> bytes:
    from foretell_codegen.writing import write

    return write(workflow(count)).encode()


WORK: dict[str, Callable[[int], Callable[[], object]]] = {
    "read": reading, "write": writing, "update": updating,
    "ast.parse": parsing, "libcst.parse_module": parsing_concretely,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of the best time, and MiB: of the process at its fullest, and what came on top."""

    seconds: float
    mib: float
    more_mib: float


def one(name: str, count: int) -> Cost:
    """In this process."""
    WORK[name](10)()
    work = WORK[name](count)
    gc.collect()
    before, spent = peak_mib(), []
    for _ in range(TIMES):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return Cost(min(spent), peak_mib(), peak_mib() - before)


def peak_mib() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def apart(name: str, count: int) -> Cost:
    """In a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(count)], capture_output=True, text=True, check=True,
        cwd=tempfile.gettempdir(),
    )  # fmt: skip
    return Cost(*json.loads(done.stdout))


def main() -> None:
    base = {name: apart(name, NODES) for name in WORK}
    twice = {name: apart(name, 2 * NODES) for name in AIMS}
    small = apart("update", SMALL)
    print(
        f"{NODES:,} calls, {len(text(NODES)) / 2**20:.1f} MiB of source; CPU seconds, best of {TIMES}"
    )
    print(
        f"{'':20} {'seconds':>8} {'aim':>6} {'ast':>7} {'LibCST':>7} {'t(2n)/t(n)':>11} {'MiB':>6} {'more':>6}"
    )
    for name, cost in base.items():
        aim = f"{AIMS[name]:.1f}" if name in AIMS else ""
        ratio = f"{twice[name].seconds / cost.seconds:.2f}" if name in twice else ""
        print(
            f"{name:20} {cost.seconds:8.3f} {aim:>6} {cost.seconds / base['ast.parse'].seconds:6.2f}x "
            f"{cost.seconds / base['libcst.parse_module'].seconds:6.2f}x {ratio:>11} "
            f"{cost.mib:6.0f} {cost.more_mib:6.0f}"
        )
    print(f"one edit in a file of {SMALL} calls: {small.seconds * 1000:.1f} ms (aim {SMALL_MS})")
    print(f"aims besides: t(2n)/t(n) at most {MOST_RATIO}, at most {MOST_MIB} MiB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        cost = one(sys.argv[1], int(sys.argv[2]))
        print(json.dumps([cost.seconds, cost.mib, cost.more_mib]))
    else:
        main()
