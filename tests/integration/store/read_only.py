"""Reads a store without the right to write: `read_only.py STORE`. Root gives up being root."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from foretell.document.model import Graph
from foretell.errors import StoreError
from foretell_runtime.machine.events import Registered
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore

NOBODY = 65534
FIRST = Event(1, 1.0, None, Registered(Graph("x")))


async def main(path: Path) -> None:
    async with SqliteStore(path, reading=True) as store:
        run = await store.run("last")
        print(run.id, run.status, len(await store.events(run)))
    try:
        async with SqliteStore(path) as store:
            await store.create("x", "", 1, "fresh", [FIRST])
    except StoreError as error:
        print(error)


async def use_everything_once() -> None:
    """Nobody may not be able to read the folder that Python imports from."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        async with SqliteStore(path) as store:
            await store.create("x", "", 1, "fresh", [FIRST])
        with suppress(StoreError):
            await main(path.with_name("missing"))
        async with SqliteStore(path, reading=True) as store:
            await store.events(await store.run("last"))


if __name__ == "__main__":
    asyncio.run(use_everything_once())
    if os.getuid() == 0:
        os.setuid(NOBODY)
    asyncio.run(main(Path(sys.argv[1])))
