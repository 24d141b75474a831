"""A store that one may look at but not change: on a read-only disk, or of another user."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretell.document.model import Graph
from foretell_runtime.machine.events import Registered, Started
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore

HERE = Path(__file__).parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others can enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def fill(folder: Path, copy_to: Path) -> None:
    """A store closed in order, and a copy of it made while its writer still had it open."""

    async def main() -> None:
        async with SqliteStore(folder / "runs.db") as store:
            first = Event(1, 1.0, None, Registered(Graph("demo")))
            claim = await store.create("demo", "", 1, "fresh", [first])
            await store.append(claim, [Event(2, 2.0, 1, Started("a", 1))])
            await store.release(claim)
            shutil.copytree(folder, copy_to)

    asyncio.run(main())
    for path in [folder, copy_to, *folder.iterdir(), *copy_to.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.mark.parametrize("left_open", [False, True], ids=["closed", "left open"])
def test_a_read_only_store_can_be_read_and_says_why_not_more(folder: Path, left_open: bool) -> None:
    closed, live = folder / "closed", folder / "live"
    closed.mkdir()
    fill(closed, live)
    store = (live if left_open else closed) / "runs.db"
    assert store.with_name("runs.db-wal").exists() == left_open
    said = subprocess.run(
        [sys.executable, str(HERE / "read_only.py"), str(store)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert said.returncode == 0, said.stderr
    run, refusal = said.stdout.splitlines()
    assert run.startswith("demo-")
    assert run.endswith(" interrupted 2")
    assert f"the store {store} cannot be" in refusal
    assert "--store PATH" in refusal
