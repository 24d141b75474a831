"""The store in one SQLite file, through aiosqlite.

WAL, so that readers never wait for the writer; `synchronous=FULL`, so that what is appended
survives a power cut. A unit of work goes to aiosqlite's thread as a whole: one hop a transaction
instead of one a statement. Knows nothing of what the facts mean, save which one ends a run.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite

from foretell.errors import RunBusy, RunNotFound, StoreError, StoreMissing
from foretell.graph.collecting import collector_paused
from foretell.graph.model import Json
from foretell.promises.limits import Limit
from foretell_runtime.machine.events import Move
from foretell_runtime.store import bells, layout, owners, pools, queueing, records
from foretell_runtime.store.connecting import Unit, connect
from foretell_runtime.store.faults import explained
from foretell_runtime.store.protocol import (
    Check,
    Claim,
    Event,
    LogLine,
    Place,
    Post,
    Rest,
    RunRecord,
    Submitted,
    Taken,
    Ticket,
)
from foretell_runtime.store.queries import sql

T = TypeVar("T")

BUSY_S = 5.0
"""How long a statement waits for another process's transaction, which lasts milliseconds."""

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_EVERYTHING = 2**62


@dataclass(frozen=True, slots=True)
class _Claim:
    run: RunRecord
    token: str
    lock: owners.Lock
    begins: bool = True


class SqliteStore:
    """`async with SqliteStore(path) as store`. `reading`: writes nothing, needs no write access."""

    def __init__(self, path: Path, *, reading: bool = False, busy_s: float = BUSY_S) -> None:
        self.path = path.absolute()
        self._reading = reading
        self._busy_s = busy_s
        self._db: aiosqlite.Connection | None = None
        self._file: layout.File | None = None

    async def __aenter__(self) -> Self:
        if self._reading:
            await self._open_for_reading()
        else:
            with explained(self.path, self._busy_s):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._db = await connect(self.path, "rwc", self._busy_s)
            await self._checked(lambda db: layout.prepare(db, self.path))
            self._file = layout.file_at(self.path)
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self.close()

    async def close(self) -> None:
        if self._db is not None:
            db, self._db = self._db, None
            await db.close()

    # --- writing ---------------------------------------------------------------------------

    async def create(
        self, name: str, base: str, jobs: int, start: str, events: Sequence[Event]
    ) -> Claim:
        token = _token()
        row = {"name": name, "base": base, "jobs": jobs, "start": start, "owner": token}
        return await self._do(lambda db: self._create(db, row, events))

    async def claim(self, run: RunRecord, jobs: int, start: str, *, begins: bool = True) -> Claim:
        claim = await self._do(lambda db: self._claim(db, run, jobs, start))
        return replace(claim, begins=begins)

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        assert isinstance(claim, _Claim)

        def work(db: sqlite3.Connection) -> set[int]:
            layout.require_file(self._file, self.path)
            _append(db, claim, events, logs)
            key = claim.run.key
            told = pools.waiting(db, key, pools.move(db, key, moves)) if moves else set()
            for post in taken:
                mine = {"number": post.number, "key": claim.run.key, "owner": claim.token}
                db.execute(sql("delete_post"), mine)
            return told

        self._tell(await self._in_one(work))

    async def release(self, claim: Claim, rest: Rest | None = None, fault: str = "") -> None:
        assert isinstance(claim, _Claim)
        hands_over = rest is not None and rest.queued
        key = claim.run.key

        def work(db: sqlite3.Connection) -> set[int]:
            queueing.release(db, key, claim.token, rest, fault)
            return pools.waiting(db, key, pools.free_all(db, key))

        try:
            self._tell(await self._in_one(work))
        finally:
            claim.lock.release()
            if claim.run.ticket is not None or hands_over:
                bells.ring_workers(self.path)  # somebody else may go on with it

    # --- pools -------------------------------------------------------------------------------

    async def reserve(
        self, claim: Claim, limits: Sequence[Limit], priority: int = 0
    ) -> tuple[int | None, float | None]:
        lives, key = partial(owners.is_owned, self.path), claim.run.key
        return await self._in_one(lambda db: pools.reserve(db, lives, key, limits, priority))

    async def give_back(self, claim: Claim, place: int) -> None:
        key = claim.run.key
        self._tell(
            await self._in_one(lambda db: pools.waiting(db, key, pools.give_back(db, key, place)))
        )

    async def pool_places(self, pool: str) -> list[Place]:
        found = await self._do(
            lambda db: pools.places_in(db, pool) if layout.version(db, self.path) > 3 else []
        )
        return [one for one in found if one.ended is None and owners.is_owned(self.path, one.key)]

    def _tell(self, runs: Collection[int]) -> None:
        """That a place in a pool is free for which these wait."""
        for run in runs:
            bells.ring(self.path, run)

    # --- the queue ---------------------------------------------------------------------------

    async def submit(
        self,
        name: str,
        base: str,
        jobs: int,
        start: str,
        events: Sequence[Event],
        ticket: Ticket,
        *,
        dedup: bool = False,
    ) -> Submitted:
        row = {"name": name, "base": base, "jobs": jobs, "start": start, "time": events[0].time}

        def work(db: sqlite3.Connection) -> tuple[sqlite3.Row, bool]:
            there = queueing.same(db, ticket, dedup=dedup)
            if there is not None:
                return there, False
            insert = partial(_insert_run, db)
            return _one(db, queueing.submit(db, insert, row, events, ticket)), True

        found, new = await self._in_one(work)
        heard = bells.ring_workers(self.path) if new else False
        same = found["fingerprint"] == ticket.fingerprint
        return Submitted(self._record(found), new, heard, same)

    async def enqueue(self, run: RunRecord, ticket: Ticket) -> Submitted:
        def work(db: sqlite3.Connection) -> sqlite3.Row:
            queueing.enqueue(db, run.key, ticket)
            return _one(db, run.key)

        row = await self._in_one(work)
        return Submitted(self._record(row), False, bells.ring_workers(self.path))

    async def take_next(self, now: float, *, late: bool = False) -> Taken:
        return await self._do(lambda db: self._take_next(db, now, late=late))

    async def next_moment(self, now: float) -> float | None:
        return await self._do(lambda db: queueing.next_moment(db, now))

    async def owners(self) -> set[int]:
        return await self._do(queueing.owning)

    def await_work(self, heard: Callable[[], None]) -> bells.WorkBell:
        return bells.WorkBell(self.path, heard)

    async def prune(
        self, before: float, statuses: Collection[str], *, dry: bool
    ) -> list[RunRecord]:
        def work(db: sqlite3.Connection) -> list[sqlite3.Row]:
            keep = lambda row: self._record(row).status not in statuses  # noqa: E731
            return queueing.prune(db, self.path, before, keep, dry=dry)

        return [self._record(row) for row in await self._in_one(work)]

    # --- from outside ------------------------------------------------------------------------

    async def post(self, run: RunRecord, seen: int, check: Check) -> bool:
        def work(db: sqlite3.Connection) -> None:
            found = {"key": run.key, "after": seen, "upto": _EVERYTHING}
            events = [records.event_from(tuple(x)) for x in db.execute(sql("events_of"), found)]
            for post in check(events, _posts(db, run)):
                db.execute(sql("insert_post"), records.post_row(run.key, time.time(), post))

        await self._in_one(work)
        if bells.ring(self.path, run.key):
            return True
        if run.ticket is not None:
            bells.ring_workers(self.path)
        return False

    async def posts(self, run: RunRecord) -> list[Post]:
        return await self._do(
            lambda db: _posts(db, run) if layout.version(db, self.path) > 1 else []
        )

    def listen(self, claim: Claim, heard: Callable[[], None]) -> bells.Bell:
        return bells.Bell(self.path, claim.run.key, heard)

    # --- reading ---------------------------------------------------------------------------

    async def runs(self, limit: int | None = None) -> list[RunRecord]:
        rows = await self._rows("all_runs", limit=_EVERYTHING if limit is None else limit)
        return [self._record(row) for row in rows]

    async def run(self, name: str) -> RunRecord:
        if name == "last":
            rows = await self._rows("all_runs", limit=1)
        else:
            rows = await self._rows("run_called", name=name)
            rows = rows or await self._rows("runs_like", name=name)
        if len(rows) == 1 and name:
            return self._record(rows[0])
        raise RunNotFound(_no_such_run(name, [row["id"] for row in rows], self.path))

    async def events(self, run: RunRecord, upto: int | None = None, after: int = 0) -> list[Event]:
        last = _EVERYTHING if upto is None else upto
        rows = await self._rows("events_of", key=run.key, after=after, upto=last)
        with collector_paused():
            return [records.event_from(tuple(row)) for row in rows]

    async def logs(self, run: RunRecord, node: str | None = None) -> list[LogLine]:
        if node is None:
            rows = await self._rows("logs_of", key=run.key)
        else:
            rows = await self._rows("logs_of_node", key=run.key, node=node)
        return [LogLine(*row) for row in rows]

    async def mentioned(self) -> list[Json]:
        return [json.loads(row["data"]) for row in await self._rows("mentioning")]

    async def places(self) -> list[str]:
        return [str(row[0]) for row in await self._rows("places")]

    def is_owned(self, key: int) -> bool:
        return owners.is_owned(self.path, key)

    async def _rows(self, query: str, **parameters: Any) -> list[sqlite3.Row]:
        return await self._do(lambda db: db.execute(sql(query), parameters).fetchall())

    def _record(self, row: sqlite3.Row) -> RunRecord:
        owned = bool(row["owner"]) and owners.is_owned(self.path, row["key"])
        return records.run_from(row, owned=owned)

    # --- in aiosqlite's thread ---------------------------------------------------------------

    def _create(
        self, db: sqlite3.Connection, row: dict[str, Any], events: Sequence[Event]
    ) -> _Claim:
        undo = ExitStack()

        def work() -> _Claim:
            key = _insert_run(db, "insert_run", {**row, "time": events[0].time})
            lock = owners.acquire(self.path, key)
            if lock is None:
                raise StoreError(f"the store {self.path}: somebody holds the lock of a new run")
            undo.callback(lock.release)
            claim = _Claim(self._record(_one(db, key)), row["owner"], lock)
            _append(db, claim, events, ())
            return replace(claim, run=self._record(_one(db, key)))

        with undo:  # around the commit too: a run that is not kept leaves its number to the next
            claim = layout.transaction(db, work)
            undo.pop_all()
            return claim

    def _claim(self, db: sqlite3.Connection, run: RunRecord, jobs: int, start: str) -> _Claim:
        lock = owners.acquire(self.path, run.key)
        if lock is None:
            owner = _one(db, run.key)["owner"]
            raise RunBusy(
                f"run {run.id} is being run by another process ({_owner_words(owner)}). "
                "Wait until it ends, or stop it first."
            )
        token = _token()
        row = {"key": run.key, "owner": token, "jobs": jobs, "start": start, "time": time.time()}
        try:

            def work() -> int:
                pools.free_all(db, run.key)
                return db.execute(sql("claim_run"), row).rowcount

            if not layout.transaction(db, work):
                raise RunNotFound(_no_such_run(run.id, (), self.path))
            return _Claim(self._record(_one(db, run.key)), token, lock)
        except BaseException:
            lock.release()
            raise

    def _take_next(self, db: sqlite3.Connection, now: float, *, late: bool) -> Taken:
        token = _token()
        undo = ExitStack()

        def work() -> queueing.Found:
            found = queueing.take_next(db, self.path, token, now, late=late)
            undo.callback(found.lock.release)
            return found

        with undo:
            found = layout.transaction(db, work)
            undo.pop_all()
        dead = tuple(self._record(_one(db, key)) for key in found.dead)
        if found.key is None:
            return Taken(None, dead)
        return Taken(_Claim(self._record(_one(db, found.key)), token, found.lock), dead)

    # --- the connection ----------------------------------------------------------------------

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._db is None:
            raise StoreError(f"the store {self.path} is closed")
        unit = Unit(work)
        with explained(self.path, self._busy_s):
            await self._db.execute("unit of work", unit)
        result: T = unit.result
        return result

    async def _in_one(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`_do`, in one transaction."""
        return await self._do(lambda db: layout.transaction(db, lambda: work(db)))

    async def _checked(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """`_do`, closing the connection if it fails: an open one keeps the process alive."""
        try:
            await self._do(work)
        except BaseException:
            await self.close()
            raise

    async def _open_for_reading(self) -> None:
        """On a read-only disk WAL has no place for its shared memory; if no log is left to be
        read, the file can be read as one that nobody changes."""
        if not self.path.exists():
            raise StoreMissing(
                f"there is no store at {self.path}: nothing was run here yet. "
                "Another place is named with --store PATH or FORETELL_STORE."
            )
        try:
            await self._open_in("ro")
        except StoreError:
            if layout.has_log(self.path) or os.access(self.path.parent, os.W_OK):
                raise
            await self._open_in("immutable")

    async def _open_in(self, mode: str) -> None:
        with explained(self.path, self._busy_s):
            self._db = await connect(self.path, mode, self._busy_s)
        await self._checked(lambda db: layout.require(db, self.path))


def _append(
    db: sqlite3.Connection, claim: _Claim, events: Sequence[Event], logs: Sequence[LogLine]
) -> None:
    key = claim.run.key
    if (paused := records.pausing(events)) is not None:
        db.execute(sql("pause_run"), {"key": key, "paused": paused})
    if events:
        _advance(db, claim, events)
        db.executemany(sql("insert_event"), records.event_rows(key, events))
    if logs:
        db.executemany(sql("insert_log"), records.log_rows(key, logs))
    if records.begins_again(events):
        db.execute(sql("reopen_run"), {"key": key})
    if end := records.ending(events):
        db.execute(sql("end_run"), records.end_row(key, end))


def _posts(db: sqlite3.Connection, run: RunRecord) -> list[Post]:
    found = db.execute(sql("posts_of"), {"key": run.key})
    return [records.post_from(tuple(row)) for row in found]


def _advance(db: sqlite3.Connection, claim: _Claim, events: Sequence[Event]) -> None:
    row = {"key": claim.run.key, "owner": claim.token, "time": events[-1].time}
    row |= {"count": len(events), "expected": events[0].seq - 1}
    row |= {"begins": claim.begins, "starts": records.starts(events)}
    if db.execute(sql("advance_run"), row).rowcount != 1:
        raise RunBusy(
            f"run {claim.run.id} was taken over by another process meanwhile; "
            "nothing more is written from here"
        )


def _insert_run(db: sqlite3.Connection, statement: str, row: dict[str, Any]) -> int:
    for length in (4, 6, 12):
        named = {**row, "id": f"{_slug(row['name'])}-{_random_word(length)}"}
        try:
            key = db.execute(sql(statement), named).lastrowid
        except sqlite3.IntegrityError:  # the id is taken
            continue
        assert key is not None
        return key
    raise StoreError("no free run id was found")


def _one(db: sqlite3.Connection, key: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(sql("run_of_key"), {"key": key}).fetchone()
    return row


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", name)[:40].strip("_") or "run"


def _random_word(length: int) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(length))


def _token() -> str:
    return f"{os.getpid()}:{_random_word(12)}"


def _owner_words(token: str) -> str:
    return f"process {token.partition(':')[0]}" if token else "just starting"


def _no_such_run(name: str, several: Sequence[str], path: Path) -> str:
    if not name:
        return "a run's name is empty; `foretell runs` lists the runs"
    if several:
        return f"{name!r} may be any of {', '.join(several)}: write more of the name"
    return f"no run {name!r} is in the store {path}; `foretell runs` lists what is there"
