"""A long run with all kinds of trouble in it: `python benchmarks/soak.py [NODES]`, by default 100,000.

The machine alone, without processes: planners grow nodes, of which some fail and are tried again, are
cut off with their orchestrator, or are restarted, and now and then the run is paused. Then the same nodes are restarted over and over,
which adds nothing any more, so memory must stay where it is. Prints how long an event takes and how
much memory a node takes while the run grows, and how much is lost for each event afterwards; at the
end the journal, which was kept in a file, is read again and must lead to the same.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import IO, Any

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises import shapes as sh
from foretell.promises.language import Count, Vowed
from foretell.promises.limits import Limit
from foretell.promises.selectors import TaskIs
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine import events as ev

BATCH = 100
"""Nodes that a planner grows."""
JOBS = 50
MOST_BYTES_AN_EVENT = 200.0
"""That may be lost for each event once nothing is added any more: less than a node takes."""

TASKS = {
    "plan": TaskSpec("m:plan", sh.Many(sh.Leaf("work", "work")), options={"retries": 3}),
    "work": TaskSpec("m:work", sh.NOTHING, options={"retries": 3, "backoff": 1}),
}


@dataclass
class Soak:
    """A run under way. `journal` takes its facts."""

    nodes: int
    journal: IO[bytes]
    rng: Random = field(default_factory=lambda: Random(1))
    events: int = 0
    pauses: int = 0
    now: float = 0.0

    def begin(self) -> None:
        planners = [Node(f"p{i}", "plan") for i in range(max(1, self.nodes // BATCH))]
        chain = [Edge(one.id, two.id) for one, two in pairwise(planners)]
        vows = (Vowed(Count(TaskIs("work"), max=2 * self.nodes)),)
        limits = (Limit(TaskIs("work"), JOBS - 10),)
        graph = Graph("soak", 1, TASKS, tuple(planners), tuple(chain), vows, limits)
        self.state, decision = register(graph, {}, "", JOBS, self.now)
        self._keep(decision)

    def take(self, happening: ev.Happening) -> None:
        self._keep(decide(self.state, happening, self.now))

    def _keep(self, decision: ev.Decision) -> None:
        for fact in decision.facts:
            pickle.dump(fact, self.journal)
        self.events += len(decision.facts)

    def step(self) -> None:
        """Something happens to a node that runs, or the time comes that all wait for."""
        state, rng = self.state, self.rng
        if state.paused and (not state.running or rng.random() < 0.05):
            self.take(ev.Unpause("ada"))
            return
        if not state.running:
            self.now = state.next_moment or self.now
            self.take(ev.Rang())
            return
        node = next(iter(state.running))
        trial, roll = state.running[node], rng.random()
        if state.node(node).node.task == "plan" and not state.node(node).made:
            new = tuple(Node(f"{node}.w{i}", "work") for i in range(BATCH))
            self.take(ev.Heard(node, trial, msg.Propose(1, Change(new))))
        elif roll < 0.03:
            self.take(ev.Heard(node, trial, msg.Fail("no")))
        elif roll < 0.05:
            self.take(ev.Lost(node, trial, "gone"))
        elif roll < 0.0505:
            self.take(ev.TakenUp())
        elif roll < 0.052 and not state.paused:
            self.pauses += 1
            self.take(ev.Pause("ada", "tea"))
        else:
            self.take(ev.Heard(node, trial, msg.Finish(trial)))

    def run(self) -> None:
        """To its end; what has failed for good is done again."""
        while self.state.status != "done":
            if self.state.status != "running":
                self.take(ev.Restart(tuple(self.state.lost)))
            self.step()

    def restart_some(self) -> None:
        """Some of what was grown is done again."""
        grown = list(self.state.judge.graph.nodes)[-BATCH:]
        self.take(ev.Restart(tuple(self.rng.sample(grown, 10))))
        self.run()


def memory() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def read_again(path: Path) -> Iterator[ev.Fact]:
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)
            except EOFError:
                return


def picture(state: State) -> dict[str, Any]:
    nodes = state.judge.graph.nodes.values()
    return {
        "status": (state.status, state.error, sorted(state.lost)),
        "nodes": [(live.id, live.status.value, live.birth) for live in nodes],
        "trials": state.trials,
        "iterations": state.iterations,
        "retries": state.retries_used,
        "outputs": {node: output.value for node, output in state.outputs.items()},
    }


def soak(nodes: int, rounds: int) -> dict[str, float]:
    """What was measured. Raises `AssertionError` if the journal does not lead to the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        with path.open("wb") as file:
            run = Soak(nodes, file)
            before, begun = memory(), time.process_time()
            run.begin()
            run.run()
            grown, events = memory(), run.events
            spent = time.process_time() - begun
            for _ in range(rounds // 2):  # until everything was done again once
                run.restart_some()
            warm, then = memory(), run.events
            for _ in range(rounds):
                run.restart_some()
            lost = memory() - warm
        begun = time.process_time()
        again = replay(read_again(path))
        assert picture(again) == picture(run.state), "the journal leads elsewhere"
        return {
            "nodes": len(run.state.judge.graph.nodes),
            "events": run.events,
            "pauses": run.pauses,
            "us an event": 1e6 * spent / events,
            "bytes a node": (grown - before) / nodes,
            "bytes lost an event, afterwards": lost / max(1, run.events - then),
            "us an event, read again": 1e6 * (time.process_time() - begun) / run.events,
        }


def main() -> None:
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    found = soak(nodes, 200)
    for name, number in found.items():
        print(f"{name:<34} {number:>12,.1f}")
    if found["bytes lost an event, afterwards"] > MOST_BYTES_AN_EVENT:
        sys.exit("memory is lost although nothing is added")


if __name__ == "__main__":
    main()
