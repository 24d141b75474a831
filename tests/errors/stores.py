"""Mistakes with the place where runs are kept, and what befalls it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from foretell.document.model import Graph
from foretell.graph.model import Node
from foretell_runtime import Runtime
from foretell_runtime.machine.events import Ended, Registered, Started, Taken
from foretell_runtime.store.layout import APPLICATION_ID
from foretell_runtime.store.protocol import Claim, Event
from foretell_runtime.store.sqlite import SqliteStore
from tests.errors.making import Make

REGISTERED = Registered(Graph("demo", nodes=(Node("a", "t"),)), {"n": 1}, "/flows")
FIRST = Event(1, 1000.0, None, REGISTERED)
NEXT = Event(2, 1001.0, 1, Started("a", 1))


def store(work: Callable[[SqliteStore, Claim], Awaitable[Any]]) -> Make:
    """What is done with a store that holds one run."""

    def make(folder: Path) -> None:
        async def main() -> None:
            async with SqliteStore(folder / "s.db") as opened:
                claim = await opened.create("demo", "/flows", 2, "fresh", [FIRST])
                await work(opened, claim)

        asyncio.run(main())

    return make


def opened(prepare: Callable[[Path], object], *, to_read: bool = False, at: str = "s.db") -> Make:
    """A store at a place where something else is."""

    def make(folder: Path) -> None:
        async def main() -> None:
            path = folder / at
            prepare(path)
            async with SqliteStore(path, reading=to_read) as found:
                await found.run("last")

        asyncio.run(main())

    return make


def sql(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


async def _closed(opened: SqliteStore, claim: Claim) -> None:
    await opened.close()
    await opened.run("last")


async def _taken_over(opened: SqliteStore, claim: Claim) -> None:
    sql(opened.path, "UPDATE runs SET owner = 'x'")
    await opened.append(claim, [NEXT])


async def _moved(opened: SqliteStore, claim: Claim) -> None:
    opened.path.rename(opened.path.with_name("elsewhere.db"))
    await opened.append(claim, [NEXT])


async def _unknown(opened: SqliteStore, claim: Claim) -> None:
    sql(opened.path, 'UPDATE events SET data = \'{"kind": "dreamt"}\'')
    await opened.events(await opened.run("last"))


async def _posted(opened: SqliteStore, claim: Claim) -> None:
    sql(opened.path, 'INSERT INTO inbox (run, time, data) VALUES (1, 0, \'{"kind": "dreamt"}\')')
    await opened.posts(await opened.run("last"))


async def _cancelled(opened: SqliteStore, claim: Claim) -> None:
    await opened.append(claim, [Event(2, 1001.0, 1, Ended("done"))])
    await opened.release(claim)
    await Runtime(opened.path).cancel("last")


async def _place_lost(opened: SqliteStore, claim: Claim) -> None:
    await opened.append(claim, [NEXT], moves=[Taken(7, "a")])


MISTAKES: dict[str, Make] = {
    "a place in a pool that somebody else has": store(_place_lost),
    "a post of a kind to come": store(_posted),
    "a run that is over, cancelled": store(_cancelled),
    "a run that is not there": store(lambda opened, claim: opened.run("dmeo")),
    "a run without a name": store(lambda opened, claim: opened.run("")),
    "a run that is being run": store(lambda opened, claim: opened.claim(claim.run, 1, "fresh")),
    "a run that was taken over": store(_taken_over),
    "a store that is closed": store(_closed),
    "a store that is moved under a run": store(_moved),
    "a fact of a kind to come": store(_unknown),
    "a store that is not there": opened(lambda path: None, to_read=True),
    "a store that is empty": opened(lambda path: path.write_bytes(b""), to_read=True),
    "a store that is a folder": opened(lambda path: path.mkdir()),
    "a store that is a text": opened(lambda path: path.write_text("hello " * 500)),
    "a store of another program": opened(lambda path: sql(path, "CREATE TABLE t (x)")),
    "a store of a layout to come": opened(
        lambda path: sql(
            path, f"PRAGMA application_id = {APPLICATION_ID}", "PRAGMA user_version = 99"
        )
    ),
    "a store in a folder that is a file": opened(
        lambda path: path.parent.write_text(""), at="f/s.db"
    ),
}
