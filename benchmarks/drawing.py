"""Drawing and taking up a run of 100,000 nodes, and looking ahead while one runs:
`python benchmarks/drawing.py`.

Two runs, half done: one whose nodes all stand in the graph from the start (1 -> 99,998 -> 1), one
whose nodes a task grew. Printed are seconds of this process (and, where they differ much because
of neighbours, of the clock): from the state to DOT text, which should take no more than 2 s, and
where the time goes when the run is read from its store, and what the drawing after one more event
costs if somebody keeps it. Last, how much of a real run goes into
looking ahead for its display, which should be no more than 10 %.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any, TypeVar

from foretell.author.entry import load_file
from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime import Runtime
from foretell_runtime.cli.display import Pace
from foretell_runtime.drawing.dot_text import picture_dot
from foretell_runtime.drawing.folding import picture_of
from foretell_runtime.machine import State, decide, horizon_of, left_in, register, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.keeping import KeptHorizon
from foretell_runtime.orchestrator.journal import Journal
from foretell_runtime.store.protocol import Event, LogLine
from foretell_runtime.store.sqlite import SqliteStore

NODES = 100_000
MOST_S = 2.0
MOST_SHARE = 0.10

TASKS = {
    "plan": TaskSpec("m:plan", Many(Leaf("work", "work"))),
    "work": TaskSpec("m:work", NOTHING),
    "end": TaskSpec("m:end", NOTHING),
}
T = TypeVar("T")


def given() -> Graph:
    """1 -> 99,998 -> 1."""
    many = [f"w{i}" for i in range(NODES - 2)]
    nodes = (Node("first", "work"), *(Node(id_, "work") for id_ in many), Node("end", "end"))
    edges = tuple(edge for id_ in many for edge in (Edge("first", id_), Edge(id_, "end")))
    return Graph("given", tasks=TASKS, nodes=nodes, edges=edges)


def grown() -> Graph:
    nodes = (Node("plan", "plan"), Node("end", "end"))
    return Graph("grown", tasks=TASKS, nodes=nodes, edges=(Edge("plan", "end"),))


def half_done(graph: Graph) -> tuple[State, list[ev.Fact]]:
    state, decision = register(graph, {}, "", 4)
    facts = list(decision.facts)

    def go(message: msg.FromTask) -> None:
        node, trial = next(iter(state.running.items()))
        facts.extend(decide(state, ev.Heard(node, trial, message)).facts)

    for start in range(0, NODES - 2 if graph.name == "grown" else 0, 1_000):
        ids = [f"plan.w{i}" for i in range(start, min(start + 1_000, NODES - 2))]
        go(msg.Propose(1, Change(tuple(Node(id_, "work") for id_ in ids))))
    for _ in range(NODES // 2):
        go(msg.Finish({"n": 3}))
    return state, facts


def timed(what: str, work: Callable[[], T]) -> tuple[T, float]:
    clock, begun = time.perf_counter(), time.process_time()
    found = work()
    spent, passed = time.process_time() - begun, time.perf_counter() - clock
    told(what, spent, passed)
    return found, spent


def told(what: str, spent: float, passed: float) -> None:
    by_clock = f"   ({passed:.2f} by the clock)" if passed > 1.3 * spent else ""
    print(f"  {what:<46}{spent:>8.2f}{by_clock}", flush=True)


def from_state(state: State) -> float:
    """Seconds from a state to DOT text."""
    horizon, ahead = timed("state to horizon", lambda: horizon_of(state))
    picture, folding = timed("horizon to picture (folded)", lambda: picture_of(horizon))
    text, writing = timed("picture to DOT text", lambda: picture_dot(picture))
    assert f"×{NODES - 2}" in text, text
    print(f"  {'all three (at most 2 are wanted)':<46}{ahead + folding + writing:>8.2f}")
    timed("state to bounds, for a display", lambda: left_in(state))
    return ahead + folding + writing


def one_event_later(state: State) -> float:
    """How much of the first drawing the next one costs, if somebody keeps it."""
    kept = KeptHorizon(state)
    _, first = timed("state to horizon, kept", kept.now)
    node, trial = next(iter(state.running.items()))
    kept.note(state, decide(state, ev.Heard(node, trial, msg.Finish({"n": 3}))).facts)
    horizon, again = timed("one event later", kept.now)
    assert horizon == horizon_of(state)
    print(f"  {'of the first (at most 10 % is wanted)':<46}{again / first:>8.1%}")
    return again / first


def from_store(folder: Path, facts: list[ev.Fact]) -> None:
    path = folder / "foretell.db"

    async def kept() -> None:
        async with SqliteStore(path) as store:
            events = Journal(0, time.time).write(facts, None)
            await store.release(await store.create("flow", "/", 4, "forked", events))

    async def read() -> None:
        async with SqliteStore(path, reading=True) as store:
            found.extend(await store.events(await store.run("last")))

    found: list[Event] = []
    timed("write the journal", lambda: asyncio.run(kept()))
    timed("read the journal", lambda: asyncio.run(read()))
    timed("replay it", lambda: replay(event.fact for event in found))
    command = [sys.executable, "-m", "foretell_runtime.cli", "draw", "last"]
    command += ["--store", str(path), "-o", str(folder / "x.dot")]
    before, clock = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told("foretell draw RUN -o x.dot, all of it", spent, time.perf_counter() - clock)
    path.unlink()


class Looking(Pace):
    """Looks ahead as a display does, and knows how long that took."""

    def __init__(self) -> None:
        super().__init__(0.1, lambda: None)
        self.spent = 0.0

    def _look(self, state: State) -> None:
        begun = time.perf_counter()
        super()._look(state)
        self.spent += time.perf_counter() - begun

    def log(self, line: LogLine) -> None:
        """Not looked at here."""


def share_of_looking(folder: Path) -> float:
    flows: Any = load_file(Path(__file__).with_name("flows.py"))
    looking = Looking()
    runtime = Runtime(
        folder / "run.db", jobs=2, start="forked", watchers=[looking],
        on_begin=lambda run: looking.begin(run.horizon()),
    )  # fmt: skip
    begun = time.perf_counter()
    runtime.run(flows.fan)
    return looking.spent / (time.perf_counter() - begun)


def verdicts() -> Iterator[bool]:
    with tempfile.TemporaryDirectory() as folder:
        for graph in (given(), grown()):
            print(f"{graph.name}: {NODES:,} nodes, half of them done            seconds")
            gc.disable()
            state, facts = half_done(graph)
            gc.enable()
            yield from_state(state) <= MOST_S
            yield one_event_later(state) <= MOST_SHARE
            del state
            from_store(Path(folder), facts)
        share = share_of_looking(Path(folder))
        print(f"share of looking ahead in a run with a display: {share:.1%}, at most 10 % wanted")
        yield share <= MOST_SHARE


def main() -> None:
    print(f"Python {sys.version.split()[0]}\n")
    sys.exit(not all(list(verdicts())))


if __name__ == "__main__":
    main()
