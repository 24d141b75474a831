"""Mistakes with orders to a run as a whole: to start nothing for now, to go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from foretell.graph.model import Edge, Node
from foretell.promises.language import Count, Vowed
from foretell.promises.selectors import NEW
from foretell.protocol.messages import Finish
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


def cancelled(*words: str, after: ev.Happening | None = None) -> Make:
    """A command about a run with two nodes, of which the second waits for the first, and a promise
    that the third grows something."""

    def make(folder: Path) -> None:
        happenings = [after] if after else []
        edges = [Edge("first", "second"), Edge("first", "plan")]
        nodes = [Node("first", "typed"), Node("second", "typed"), Node("plan", "t")]
        asyncio.run(fill(folder, nodes, happenings, edges, [Vowed(Count(NEW, 1), "Count(1)")]))
        command("cancel", "last", *words, "--store", "runs.db")(folder)

    return make


def in_python(folder: Path) -> None:
    asyncio.run(fill(folder, [Node("first", "typed")], []))
    asyncio.run(Runtime(folder / "runs.db").skip("last", "first", float("nan")))


def resumed(folder: Path) -> None:
    asyncio.run(fill(folder, [Node("first", "t")], [ev.Pause("ada", "the disk is full")]))
    Runtime(folder / "runs.db").resume("last").value()


MISTAKES: dict[str, Make] = {
    "a run that is paused already": ordered("pause", after=ev.Pause()),
    "a run that is not paused": ordered("unpause"),
    "a run that is over, paused": ordered("pause", after=ev.Cancel()),
    "a run that is over, let go on": ordered("unpause", after=ev.Cancel()),
    "the result of a paused run": resumed,
    "cancelling a node that is not there": cancelled("frist"),
    "cancelling a task": cancelled("typed"),
    "cancelling a node that has ended": cancelled("first", after=ev.Heard("first", 1, Finish(3))),
    "cancelling a node of a run that is over": cancelled("first", after=ev.Cancel()),
    "cancelling a node that is being stopped": cancelled("first", after=ev.CancelNode("first")),
    "cancelling against a promise": cancelled("plan", "--yes"),
    "cancelling without a terminal": cancelled("second"),
    "skipping with a wrong value": cancelled("first", "--skip", "--value", "many"),
    "skipping with no value where one must be": cancelled("first", "--skip"),
    "skipping with what is not JSON": in_python,
    "skipping two at once": cancelled("first", "second", "--skip"),
    "a value without skipping": cancelled("first", "--value", "3"),
    "cancelling a run by force": cancelled("--force"),
}
