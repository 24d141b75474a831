"""A place in which an orchestrator is killed, and what must be true of any journal there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from foretell.errors import RunNotFound
from foretell_runtime.store.protocol import Event, LogLine, RunRecord
from foretell_runtime.store.sqlite import SqliteStore
from tests.containers import Podman

HERE = Path(__file__).parent
FROM_OUTSIDE = {"answered", "restarted", "cancelled", "skipped", "paused", "unpaused", "ended"}
"""Nothing in the journal leads to these, if somebody wanted them."""


class Place:
    """A folder with a store and the file in which tasks note that they ran."""

    def __init__(self, folder: Path, flow: str = "growing", podman: Podman | None = None) -> None:
        self.flow = flow
        self.podman = podman
        self.store = folder / "runs.db"
        self.side = folder / "side"

    def drive(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                str(HERE / "driver.py"),
                str(words[0]),
                str(self.store),
                *map(str, words[1:]),
            ],
            env={**os.environ, "SIDE": str(self.side), "FLOW": self.flow, **self._engine()},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def _engine(self) -> dict[str, str]:
        if self.podman is None:
            return {}
        engine = {"FORETELL_ENGINE": "podman", "FORETELL_ENGINE_FLAGS": self.podman.flags}
        return {"IMAGE": self.podman.image, **engine}

    def noted(self) -> list[tuple[str, int]]:
        if not self.side.exists():
            return []
        lines = [line.split() for line in self.side.read_text().splitlines()]
        return [(label, int(pid)) for label, pid in lines]

    def journal(self) -> list[Event] | None:
        """None: nothing was registered."""

        async def read() -> list[Event] | None:
            async with SqliteStore(self.store) as store:
                try:
                    return await store.events(await store.run("last"))
                except RunNotFound:
                    return None

        return asyncio.run(read())

    def record(self) -> RunRecord:
        async def read() -> RunRecord:
            async with SqliteStore(self.store, reading=True) as store:
                return await store.run("last")

        return asyncio.run(read())

    def logs(self) -> list[LogLine]:
        async def read() -> list[LogLine]:
            async with SqliteStore(self.store) as store:
                return await store.logs(await store.run("last"))

        return asyncio.run(read())


def is_gone(pid: int) -> bool:
    """Ended; where nobody adopts orphans it may stay as a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


def check_journal_is_sound(events: list[Event]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert event.cause is None or event.cause < event.seq
    uncaused = {event.fact.kind for event in events if event.cause is None}
    assert "registered" in uncaused
    assert uncaused <= {"registered", "resumed"} | FROM_OUTSIDE
