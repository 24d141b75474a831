"""`foretell show` tells of running trials that say nothing, for those that nothing else will end."""

from __future__ import annotations

import asyncio
import time

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Node
from foretell.promises.shapes import NOTHING
from foretell_runtime.machine.events import Progressed, Registered, Started
from foretell_runtime.store.protocol import Event, LogLine
from foretell_runtime.store.sqlite import SqliteStore
from tests.support import Cli

NAMES = ("silent", "reports", "prints")
GRAPH = Graph("flow", 1, {"t": TaskSpec("x.py:t", NOTHING)}, tuple(Node(n, "t") for n in NAMES))


def test_a_trial_that_says_nothing_for_long_is_shown_so(cli: Cli) -> None:
    long_ago = time.time() - 3600
    begun = [Event(1, long_ago, None, Registered(GRAPH))]
    begun += [Event(i, long_ago, 1, Started(name, 1)) for i, name in enumerate(NAMES, 2)]

    async def main() -> str:
        async with SqliteStore(cli.folder / "runs.db") as store:
            claim = await store.create("flow", "", 3, "fresh", begun)
            now = time.time()
            reported = Event(5, now, 2, Progressed("reports", 1, 1.0))
            await store.append(claim, [reported], [LogLine(now, "prints", 1, "output", "here")])
            while_it_runs = cli("show", "last", "--store", cli.folder / "runs.db").out
            await store.release(claim)
            return while_it_runs

    lines = asyncio.run(main()).splitlines()
    told = {line.split()[1].rstrip(","): line for line in lines if line.startswith("    running")}
    assert "nothing heard for 1:00:" in told["silent"]
    assert {name for name, line in told.items() if "nothing heard" in line} == {"silent"}
    assert set(told) == set(NAMES)
    assert "nothing heard" not in cli("show", "last", "--store", cli.folder / "runs.db").out
