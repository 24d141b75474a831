"""Mistakes with orders to a run as a whole: to start nothing for now, to go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from foretell.graph.model import Node
from foretell_runtime import Runtime
from foretell_runtime.machine import events as ev
from tests.errors.answers import fill
from tests.errors.making import Make, command


def ordered(*words: str, after: ev.Happening | None = None) -> Make:
    """A command about a run with one node, which runs."""

    def make(folder: Path) -> None:
        happenings = [after] if after else []
        asyncio.run(fill(folder, [Node("first", "t")], happenings))
        command(*words, "last", "--store", "runs.db")(folder)

    return make


def resumed(folder: Path) -> None:
    asyncio.run(fill(folder, [Node("first", "t")], [ev.Pause("ada", "the disk is full")]))
    Runtime(folder / "runs.db").resume("last").value()


MISTAKES: dict[str, Make] = {
    "a run that is paused already": ordered("pause", after=ev.Pause()),
    "a run that is not paused": ordered("unpause"),
    "a run that is over, paused": ordered("pause", after=ev.Cancel()),
    "a run that is over, let go on": ordered("unpause", after=ev.Cancel()),
    "the result of a paused run": resumed,
}
