"""Mistakes with having something done again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from foretell.graph.model import Edge, Node
from foretell.protocol.messages import Fail
from foretell_runtime.machine.events import Heard
from tests.errors.answers import fill
from tests.errors.making import Make, command

NODES = [Node("first", "t"), Node("second", "t"), Node("last", "t")]
EDGES = [Edge("first", "second"), Edge("second", "last")]


def restarted(*words: str, failed: bool = False) -> Make:
    """A command about a run of which the first node runs, or has failed."""

    def make(folder: Path) -> None:
        happenings = [Heard("first", 1, Fail("no"))] if failed else []
        asyncio.run(fill(folder, NODES, happenings, EDGES))
        command(*words, "--store", "runs.db")(folder)

    return make


MISTAKES = {
    "a node that is not there": restarted("restart", "last", "frist", "--yes"),
    "a task for a node": restarted("restart", "last", "t", "--yes"),
    "a node that has not begun": restarted("restart", "last", "second", "--yes"),
    "a node that never ran": restarted("restart", "last", "second", "--yes", failed=True),
    "nobody to ask": restarted("restart", "last", "first"),
    "nothing that failed": restarted("retry", "last"),
}
