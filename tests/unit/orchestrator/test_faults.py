"""What goes wrong around a run while it goes on: the run says what it was, and goes on afterwards."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from foretell.document.model import Graph
from foretell.errors import StoreError
from foretell.graph.model import Edge, Node
from foretell.protocol.messages import Fail, Finish, FromTask, Start
from foretell_runtime.executors.protocol import CannotStart, OnLog
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Finished, Move, Restart, Started
from foretell_runtime.orchestrator import create, take_up
from foretell_runtime.orchestrator.clock import Clock
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post
from foretell_runtime.store.sqlite import SqliteStore
from tests.laws.reference import Reference
from tests.unit.orchestrator.theatre import TASKS, Actor, FakeClock, Theatre, journal

CHAIN = ("a", "b", "c", "d")
GRAPH = Graph(
    "flow",
    tasks=TASKS,
    nodes=tuple(Node(name, "t") for name in CHAIN),
    edges=tuple(Edge(one, other) for one, other in pairwise(CHAIN)),
)


class Place:
    """A store, and how to spoil it and make it good again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runs.db"
        self.others: list[sqlite3.Connection] = []

    def lock(self, store: SqliteStore) -> None:
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.others.append(other)

    def unlock(self) -> None:
        while self.others:
            self.others.pop().close()

    def move_away(self, store: SqliteStore) -> None:
        self.path.rename(self.path.with_suffix(".away"))

    def move_back(self) -> None:
        self.path.with_suffix(".away").rename(self.path)


Fault = Callable[[Place, SqliteStore], object]


def pragma(said: str) -> Fault:
    def spoil(place: Place, store: SqliteStore) -> object:
        return store._do(lambda db: db.execute(f"PRAGMA {said}"))

    return spoil


FAULTS: dict[str, tuple[Fault, Callable[[Place], None], str]] = {
    "full": (pragma("max_page_count = 1"), lambda _: None, "disk is full"),
    "locked": (Place.lock, Place.unlock, "is locked by another process"),
    "read-only": (pragma("query_only = ON"), lambda _: None, "is read-only"),
    "moved": (
        Place.move_away,
        Place.move_back,
        "was deleted or moved while a run was writing to it",
    ),
}


class FaultyStore(SqliteStore):
    """Something is done to it before its append of that number."""

    def __init__(self, place: Place, fault: Fault, number: int) -> None:
        super().__init__(place.path, busy_s=0.01)
        self._place, self._fault, self._left = place, fault, number

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        self._left -= 1
        if self._left == 0:
            done = self._fault(self._place, self)
            if asyncio.iscoroutine(done):
                await done
        await super().append(claim, events, logs, taken, moves)


def long_words(start: Start, on_log: OnLog) -> Sequence[FromTask]:
    """What needs another page."""
    return [Finish(start.node * 20_000)]


async def run(store: SqliteStore, theatre: Theatre, clock: Clock | None = None) -> State:
    async with store:
        orchestrator = await create(store, GRAPH, {}, "/base", 2, "fresh", clock)
        await orchestrator.run(theatre)
        return orchestrator.state


async def go_on(path: Path, theatre: Theatre, *wanted: Restart) -> State:
    async with SqliteStore(path) as store:
        orchestrator = await take_up(store, await store.run("last"), 2, "fresh")
        for one in wanted:
            orchestrator.post(one)
        await orchestrator.run(theatre)
        return orchestrator.state


def check(path: Path) -> list[Event]:
    events, reference = journal(path), Reference()
    for event in events:
        reference.see(event.fact)
    assert reference.status == "done"
    return events


@pytest.mark.parametrize("number", range(1, len(CHAIN) + 1))
@pytest.mark.parametrize("kind", FAULTS)
def test_a_store_that_fails_is_blamed_and_the_run_goes_on_afterwards(
    tmp_path: Path, kind: str, number: int
) -> None:
    place, (fault, mend, says) = Place(tmp_path), FAULTS[kind]
    theatre = Theatre(long_words)
    with pytest.raises(StoreError, match=says):
        asyncio.run(run(FaultyStore(place, fault, number), theatre))
    assert theatre.closed
    mend(place)
    kept = [e.fact.node for e in journal(tmp_path) if isinstance(e.fact, Finished)]
    assert kept == list(CHAIN[: number - 1])
    again = Theatre(long_words)
    assert asyncio.run(go_on(place.path, again)).status == "done"
    assert [start.node for start in again.started] == list(CHAIN[number - 1 :])
    check(tmp_path)


def test_a_store_that_is_deleted_under_a_run_is_missed_at_once(tmp_path: Path) -> None:
    """SQLite would go on writing to a file that nobody can ever open again."""

    def delete(place: Place, store: SqliteStore) -> None:
        for path in tmp_path.glob("runs.db*"):
            path.unlink()

    theatre = Theatre(long_words)
    with pytest.raises(StoreError, match="if it is gone, run it again"):
        asyncio.run(run(FaultyStore(Place(tmp_path), delete, 2), theatre))
    assert [start.node for start in theatre.started] == ["a", "b"]


def test_a_lock_that_is_let_go_in_time_is_waited_for(tmp_path: Path) -> None:
    place = Place(tmp_path)

    def lock_for_a_moment(place: Place, store: SqliteStore) -> None:
        place.lock(store)
        asyncio.get_running_loop().call_later(0.05, place.unlock)

    store = FaultyStore(place, lock_for_a_moment, 2)
    store._busy_s = 30.0
    assert asyncio.run(run(store, Theatre(long_words))).status == "done"


class JumpingClock(FakeClock):
    """Each time that somebody looks, it is a day later or earlier than it should be."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._rng = rng

    def now(self) -> float:
        return self.time + self._rng.choice([86_400, -86_400])


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_that_jumps_confuses_nobody_but_itself(tmp_path: Path, seed: int) -> None:
    """Trials may be taken to have had their time, and are tried again; nothing else comes of it."""
    options = {"retries": 50, "backoff": 30, "timeout": 60}

    def acts(start: Start, on_log: OnLog) -> Sequence[FromTask]:
        return [Fail("no")] if start.trial == 1 else [Finish(start.node)]

    graph = Graph("flow", tasks=TASKS, nodes=tuple(Node(n, "t", options=options) for n in CHAIN))

    async def main() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await create(
                store, graph, {}, "/base", 2, "fresh", JumpingClock(Random(seed))
            )
            await orchestrator.run(Theatre(acts))
            return orchestrator.state

    assert asyncio.run(main()).status == "done"
    assert [event.seq for event in check(tmp_path)] == list(range(1, len(journal(tmp_path)) + 1))


class Barren(Theatre):
    """Cannot start a process for a while."""

    def __init__(self, refusals: int) -> None:
        super().__init__(lambda start, _: [Finish(start.node)])
        self._refusals = refusals

    async def start(self, start: Start, on_log: OnLog) -> Actor:
        if self._refusals:
            self._refusals -= 1
            raise CannotStart(os.strerror(11))
        return await super().start(start, on_log)


def test_where_no_process_can_be_started_the_trial_says_so_and_can_be_done_again(
    tmp_path: Path,
) -> None:
    state = asyncio.run(run(SqliteStore(tmp_path / "runs.db"), Barren(1)))
    assert state.status == "failed"
    assert "Resource temporarily unavailable" in state.error
    theatre = Theatre(long_words)
    assert asyncio.run(go_on(tmp_path / "runs.db", theatre, Restart(("a",)))).status == "done"
    started = Counter(e.fact.node for e in check(tmp_path) if isinstance(e.fact, Started))
    assert started == {"a": 2, "b": 1, "c": 1, "d": 1}
