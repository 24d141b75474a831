"""The cache in real runs: what does not run again, what does, and what no crash leaves behind."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from foretell.author.entry import load_file
from foretell_runtime import Runtime
from foretell_runtime.caching import beside, cache_of, prune
from foretell_runtime.clearing import clear_away
from foretell_runtime.store.sqlite import SqliteStore

FLOW = """
from datetime import timedelta
from pathlib import Path

from foretell import Grow, many, task, workflow

SIDE = Path(__file__).with_name("side")


@task(cache=True, retries=1)
def rows(size: int) -> list[int]:
    with SIDE.open("a") as file:
        file.write(f"rows {size}\\n")
    if size < 0 and SIDE.read_text().count("rows -") < 2:
        raise ValueError("not yet")
    return list(range(abs(size)))


@task(cache="1")
def total(numbers: list[int], by: dict[str, int]) -> int:
    with SIDE.open("a") as file:
        file.write("total\\n")
    return sum(numbers) * by["factor"]


class Totals(Grow):
    total = many(total)


@task(grows=Totals)
def grow(grow: Totals, numbers: list[int]) -> list[int]:
    return [grow.total(numbers, {"also": 1, "factor": n}) for n in (2, 3)]


@workflow
def flow(size: int) -> list[int]:
    return grow(rows(size))


@workflow
def fresh(size: int) -> list[int]:
    return rows.options(cache=timedelta(0))(size)
"""


class Place:
    def __init__(self, folder: Path) -> None:
        (folder / "flow.py").write_text(FLOW)
        self.folder = folder
        self.store = folder / "runs.db"
        self.module: Any = load_file(folder / "flow.py")

    def run(self, size: int, name: str = "flow", **settings: Any) -> Any:
        settings = {"start": "forked", "inline": 200, **settings}
        return Runtime(self.store, **settings).run(getattr(self.module, name), size=size)

    @property
    def ran(self) -> list[str]:
        """What has run since this was last asked."""
        side = self.folder / "side"
        found = side.read_text().splitlines() if side.exists() else []
        side.unlink(missing_ok=True)
        return found

    async def notes(self) -> list[str]:
        async with SqliteStore(self.store, reading=True) as store:
            lines = await store.logs(await store.run("last"))
        return [line.text for line in lines if line.stream == "note"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


EXPECTED = [sum(range(500)) * 2, sum(range(500)) * 3]


def test_an_equal_node_of_a_later_run_does_not_run(place: Place) -> None:
    """With a large value, from who grew nothing; and of what is grown."""
    assert place.run(500) == EXPECTED
    assert place.ran == ["rows 500", "total", "total"]
    assert place.run(500) == EXPECTED
    assert place.ran == []
    assert place.run(501)[0] == sum(range(501)) * 2
    assert place.ran == ["rows 501", "total", "total"]
    assert place.run(500, cache=False) == EXPECTED
    assert place.ran == ["rows 500", "total", "total"]
    # A changed source is another task; an explicit version is not.
    text = (place.folder / "flow.py").read_text()
    (place.folder / "flow.py").write_text(
        text.replace("list(range(abs(size)))", "[*range(abs(size))]").replace(
            "sum(numbers) *", "sum(numbers)  *"
        )
    )
    place.module = load_file(place.folder / "flow.py")
    assert place.run(500) == EXPECTED
    assert place.ran == ["rows 500"]
    assert place.run(500, "fresh") == list(range(500))
    assert place.ran == ["rows 500"], "what was found was too old"


def test_what_somebody_wants_done_again_is_done_whatever_the_cache_has(place: Place) -> None:
    place.run(500)
    place.run(500)
    assert place.ran == ["rows 500", "total", "total"]
    runtime = Runtime(place.store, start="forked", inline=200)
    asyncio.run(runtime.restart("last", "rows"))
    assert runtime.resume("last").output == EXPECTED
    assert place.ran == ["rows 500"], "and what comes after it was for the same inputs"
    place.run(500)
    assert place.ran == []


def test_failures_are_tried_again_and_only_the_good_end_is_kept(place: Place) -> None:
    assert place.run(-4)[0] == 12
    assert [x for x in place.ran if x.startswith("rows")] == ["rows -4", "rows -4"]
    assert place.run(-4)[0] == 12
    assert place.ran == []


def test_what_was_changed_or_is_gone_is_run_and_told_of(place: Place) -> None:
    place.run(500)
    with closing(sqlite3.connect(beside(place.store))) as db, db:
        db.execute("UPDATE entries SET output = '7' WHERE task = 'total'")
    for file in (place.folder / "runs.db-values").glob("??/*"):
        file.write_text("[1]")
    assert place.ran
    assert place.run(500) == EXPECTED
    assert place.ran == ["rows 500", "total", "total"]
    notes = asyncio.run(place.notes())
    assert len(notes) == 3
    assert "what the cache has for it cannot be used, so it runs: the result of" in notes[0]
    assert "it is not what was put there" in notes[1]
    assert place.run(500) == EXPECTED
    assert place.ran == []


def test_a_shared_cache_serves_other_stores(place: Place, tmp_path: Path) -> None:
    shared = f"local://{tmp_path}/shared"
    assert place.run(500, cache=shared) == EXPECTED
    place.store = tmp_path / "others" / "runs.db"
    place.ran
    assert place.run(500, cache=shared) == EXPECTED
    assert place.ran == []


def test_what_the_cache_mentions_outlives_its_run(place: Place) -> None:
    place.run(500)

    async def forget() -> None:
        async with SqliteStore(place.store) as store:
            await store.prune(float("inf"), {"done"}, dry=False)

    asyncio.run(forget())
    assert asyncio.run(clear_away(place.store)).kept == 1
    place.ran
    assert place.run(500) == EXPECTED
    assert place.ran == []
    asyncio.run(forget())
    cache = cache_of(place.store)
    assert cache is not None
    assert len(prune(cache, goes=lambda _: True)) == 3
    waste = asyncio.run(clear_away(place.store))
    assert (waste.files, waste.kept) == (1, 0)


def test_two_at_a_time_do_not_disturb_each_other(place: Place) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: place.run(500), range(2)))
    assert found == [EXPECTED] * 2
    place.ran
    assert place.run(500) == EXPECTED
    assert place.ran == []


KILL = """
import os, signal, sys
from foretell_runtime.cache import sqlite, protocol
from foretell.author.entry import load_file
from foretell_runtime import Runtime
from pathlib import Path

real = sqlite.SqliteCache.put
count = 0

def put(self, entry, ground):
    global count
    count += 1
    if count == int(sys.argv[1]) and sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, entry, ground)
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)

sqlite.SqliteCache.put = put
if __name__ == "__main__":
    Runtime("runs.db", start="forked", inline=200).run(load_file(Path("flow.py")).flow, size=500)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_an_end_and_the_cache_a_run_goes_on_and_half_an_entry_is_never_there(
    place: Place, when: str
) -> None:
    (place.folder / "kill.py").write_text(KILL)
    done = subprocess.run(
        [sys.executable, "kill.py", "1", when], cwd=place.folder, capture_output=True, check=False
    )
    assert done.returncode == -9
    cache = cache_of(place.store)
    assert cache is not None
    assert len(cache.entries()) == (when == "after")
    assert Runtime(place.store, inline=200).resume("last").output == EXPECTED
    place.ran
    assert place.run(500) == EXPECTED
    assert place.ran == (["rows 500"] if when == "before" else [])
