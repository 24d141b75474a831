"""Mistakes with the queue: submitting, working, deleting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from foretell.document.model import Graph
from foretell_runtime import Runtime
from foretell_runtime.machine.events import Ended, Registered
from foretell_runtime.queueing import Submission
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore
from tests.errors.making import Make, command

SUBMIT = ("submit", "flow.py", "-i", "n=3")


def stored(*words: str, over: bool = True) -> Make:
    """A command about the runs of a store that holds one."""

    def make(folder: Path) -> None:
        async def fill() -> None:
            async with SqliteStore(folder / "runs.db") as store:
                first = Event(1, 1000.0, None, Registered(Graph("flow"), {}, str(folder)))
                claim = await store.create("flow", str(folder), 1, "fresh", [first])
                if over:
                    await store.append(claim, [Event(2, 1001.0, 1, Ended("failed", error="no"))])
                await store.release(claim)

        asyncio.run(fill())
        command(*words, "--store", "runs.db")(folder)

    return make


async def _submitted(folder: Path) -> None:
    await Runtime(folder / "runs.db").submit(print)  # type: ignore[arg-type]


async def _deleted(folder: Path) -> None:
    async with SqliteStore(folder / "s.db") as store:
        first = Event(1, 1000.0, None, Registered(Graph("flow"), {}, str(folder)))
        claim = await store.create("flow", str(folder), 1, "fresh", [first])
        await store.append(claim, [Event(2, 1001.0, 1, Ended("done"))])
        await store.release(claim)
        await store.prune(2000.0, ["done"], dry=False)
        await store.claim(claim.run, 1, "fresh")


MISTAKES: dict[str, Make] = {
    "a moment that is none": command(*SUBMIT, "--after", "tomorow"),
    "a deadline that is over": command(*SUBMIT, "--deadline", "2020-01-01"),
    "a deadline before the beginning": command(
        *SUBMIT, "--after", "2099-01-02", "--deadline", "2099-01-01"
    ),
    "known again in two ways": command(*SUBMIT, "--dedup", "--key", "nightly"),
    "an empty key": command(*SUBMIT, "--key", ""),
    "a priority without end": command(*SUBMIT, "--priority", "99999999999"),
    "no patience": lambda folder: Submission(patience=0).ticket(0.0),
    "an input of what is submitted that is missing": command("submit", "flow.py"),
    "no workflow to submit": lambda folder: asyncio.run(_submitted(folder)),
    "again, with inputs": stored("submit", "last", "--again", "-i", "n=3", over=False),
    "again, what is over": stored("submit", "last", "--again"),
    "again, with a key": stored("submit", "last", "--again", "--key", "k", over=False),
    "again, what is not there": stored("submit", "flow-nowhere", "--again"),
    "two ways for a worker to end": command("worker", "--once", "--drain"),
    "to stay and to leave": command("run", "flow.py", "-i", "n=3", "--wait", "--leave"),
    "pruning without an age": command("prune"),
    "pruning by an age that is none": command("prune", "--older-than", "long"),
    "pruning what still lives": command("prune", "--older-than", "3d", "--state", "waiting"),
    "pruning where nothing is": command("prune", "--older-than", "3d"),
    "a run that was deleted meanwhile": lambda folder: asyncio.run(_deleted(folder)),
}
