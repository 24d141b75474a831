"""Files go when nothing mentions them any more, and never before, whoever is at work meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from foretell.author.entry import load_file
from foretell.document.model import Graph
from foretell.graph.model import Node
from foretell.graph.references import Held, references_in
from foretell.values.codecs import register_codec
from foretell.values.ground import Ground, pinned_by
from foretell.values.keeping import FEW, Keeper
from foretell.values.loading import Loader
from foretell_runtime import Runtime
from foretell_runtime.clearing import Waste, clear_away
from foretell_runtime.machine.events import Ended, Registered
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.values import home_of, kept_inputs

flows: Any = load_file(Path(__file__).with_name("flows.py"))


class Pebble:
    def __init__(self, data: bytes) -> None:
        self.data = data


register_codec(
    Pebble,
    name="pebble",
    dump=lambda one, file: file.write(one.data),
    load=lambda f: Pebble(f.read()),
)


def digests(value: Any) -> set[str]:
    return {record["digest"] for record in references_in(value)}


def there(home: Path) -> set[str]:
    return {path.parent.name + path.name for path in home.glob("??/*")}


async def a_run(store: SqliteStore, ground: Ground, value: Any) -> Any:
    """A claim on a run with this input, and the input as it is kept."""
    kept = kept_inputs(ground, {"value": value})
    fact = Registered(Graph("demo", nodes=(Node("a", "t"),)), kept, "/flows")
    claim = await store.create("demo", "/flows", 1, "fresh", [Event(1, 1000.0, None, fact)])
    return claim, kept


async def over(store: SqliteStore, claim: Any) -> None:
    """It ends, and is deleted for its age."""
    await store.append(claim, [Event(2, 1000.0, 1, Ended("done"))])
    await store.release(claim)
    assert len(await store.prune(float("inf"), {"done"}, dry=False)) == 1


def test_what_is_mentioned_stays_and_what_was_deleted_goes(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    ground = Ground(str(home_of(path)), inline=100)

    async def main() -> None:
        async with SqliteStore(path) as store:
            claim, kept = await a_run(store, ground, list(range(500)))
            other, _ = await a_run(store, ground, list(range(600)))
            await store.release(claim)
            assert len(there(home_of(path))) == 2
            assert (await clear_away(path)).files == 0
            await over(store, other)
            foreseen = await clear_away(path, dry=True)
            assert len(there(home_of(path))) == 2
            assert await clear_away(path) == foreseen
            assert (foreseen.files, foreseen.kept) == (1, 1)
            assert there(home_of(path)) == digests(kept)

    asyncio.run(main())


def test_what_is_mentioned_in_a_file_that_is_mentioned_stays(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    ground = Ground(str(home_of(path)), inline=100)
    pebbles = [Held("pebble", Pebble(b"x" * 2000 + bytes([n]))) for n in range(FEW + 1)]

    async def main() -> None:
        async with SqliteStore(path) as store:
            claim, kept = await a_run(store, ground, pebbles)
            await store.release(claim)
            assert len(digests(kept)) == 1 and len(there(home_of(path))) == FEW + 2
            assert (await clear_away(path)).files == 0
            assert len(Loader(ground).loaded(kept)["value"]) == FEW + 1

    asyncio.run(main())


def test_what_a_living_run_has_written_stays_and_what_a_dead_one_has_goes(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    home = home_of(path)

    async def main() -> None:
        async with SqliteStore(path) as store:
            claim, _ = await a_run(store, Ground(str(home)), 1)
            ground = Ground(str(home), inline=100, pins=str(claim.run.key))
            kept = Keeper(ground).lightened(list(range(500)))
            (home / "new" / "left by a killed process").write_bytes(b"half of it")
            assert (await clear_away(path)).files == 1
            assert there(home) == digests(kept)
            assert not list((home / "new").glob("*"))
            await store.release(claim)  # as its death does
            assert (await clear_away(path)).files == 1
            assert not there(home) and not pinned_by(home)

    asyncio.run(main())


def test_a_store_that_keeps_nothing_elsewhere_has_nothing_to_clear(tmp_path: Path) -> None:
    async def main() -> None:
        async with SqliteStore(tmp_path / "runs.db"):
            assert await clear_away(tmp_path / "runs.db") == Waste(0, 0, 0, ())

    asyncio.run(main())


def test_clearing_all_the_time_takes_nothing_from_a_run_that_goes_on(tmp_path: Path) -> None:
    """Also where what it writes was there before, and mentioned by nobody any more."""
    store = tmp_path / "runs.db"
    runtime = Runtime(store, 2, "forked", inline=20)
    rows = list(range(300))

    async def main() -> int:
        await (await runtime.start(flows.enough_of, rows=rows)).result()
        async with SqliteStore(store) as opened:
            await opened.prune(float("inf"), {"done"}, dry=False)
        run = await runtime.start(flows.enough_of, rows=rows)
        outcome = asyncio.create_task(run.outcome())
        times = 0
        while not outcome.done():
            await clear_away(store)
            times += 1
        assert await run.result() == rows * 3
        return times

    assert asyncio.run(main()) > 5
    assert asyncio.run(clear_away(store)).files == 0


KILLED = """
import os, signal
from pathlib import Path
from foretell import register_codec, task, workflow

class Heavy:
    pass

def write(heavy, file):
    file.write(b"x" * 3000)
    if not Path("once").exists():
        Path("once").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    file.write(b"y")

register_codec(Heavy, name="heavy", dump=write, load=lambda file: len(file.read()))

@task(retries=1)
def make() -> Heavy:
    return Heavy()

@task
def weigh(heavy: Heavy) -> int:
    return 1

@workflow
def flow() -> Heavy:
    return make()
"""


def test_a_process_killed_while_it_writes_leaves_no_value(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "killed.py").write_text(KILLED)
    runtime = Runtime("runs.db", inline=100)
    run = asyncio.run(_outcome(runtime, load_file(tmp_path / "killed.py").flow))
    home = home_of(Path("runs.db"))
    (file,) = home.glob("??/*")
    assert file.stat().st_size == 3001 and there(home) == digests(run)
    assert len(list((home / "new").glob("*"))) == 1, "the half of it"
    assert asyncio.run(clear_away(Path("runs.db"))).files == 1
    assert not list((home / "new").glob("*"))


async def _outcome(runtime: Runtime, flow: Any) -> Any:
    return (await (await runtime.start(flow)).outcome()).output
