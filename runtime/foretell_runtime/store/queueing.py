"""The queue of a store: submitting runs, taking the next one, and deleting what is long over.

A submitted run is an ordinary run without an owner. A worker that takes one holds its lock, as
whoever runs it does; the kernel gives that back when the worker dies, and its name stays in the row.
So who finds a name without a lock knows that somebody has died of this run, and counts it.

Every function works within the caller's transaction, in which nobody else writes. Knows the columns
of a run, and nothing of what a run does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import Any

from foretell_runtime.store import owners, pools, records
from foretell_runtime.store.protocol import Event, Rest, Ticket
from foretell_runtime.store.queries import sql


@dataclass(frozen=True, slots=True)
class Found:
    """The key of a run that was taken, with its lock; and the keys of those that are dead."""

    key: int | None
    lock: owners.Lock
    dead: tuple[int, ...]


def same(db: sqlite3.Connection, ticket: Ticket, *, dedup: bool) -> sqlite3.Row | None:
    """The run that this would be again, unless it has ended badly."""
    row: sqlite3.Row | None = None
    if ticket.key is not None:
        row = db.execute(sql("same_key"), {"key_given": ticket.key}).fetchone()
    elif dedup:
        row = db.execute(sql("same_fingerprint"), {"fingerprint": ticket.fingerprint}).fetchone()
    return row


def submit(
    db: sqlite3.Connection,
    insert: Callable[[str, dict[str, Any]], int],
    row: dict[str, Any],
    events: Sequence[Event],
    ticket: Ticket,
) -> int:
    """`insert` finds a free id."""
    given = {"count": len(events), "key_given": ticket.key, "fingerprint": ticket.fingerprint}
    key = insert("submit_run", {**row, **_place(ticket), **given, "deadline": ticket.deadline})
    db.executemany(sql("insert_event"), records.event_rows(key, events))
    if end := records.ending(events):  # there was nothing to do
        db.execute(sql("end_run"), records.end_row(key, end))
    return key


def enqueue(db: sqlite3.Connection, key: int, ticket: Ticket) -> None:
    db.execute(sql("enqueue_run"), {"key": key, **_place(ticket)})


def _place(ticket: Ticket) -> dict[str, Any]:
    return {"priority": ticket.priority, "after": ticket.after, "patience": ticket.patience}


def take_next(db: sqlite3.Connection, path: Path, token: str, now: float, *, late: bool) -> Found:
    """Take the first that nobody has. What too many workers have died of is taken by none."""
    graves: list[tuple[sqlite3.Row, owners.Lock]] = []
    try:
        for row in _candidates(db, now, late=late):
            lock = owners.acquire(path, row["key"])
            if lock is None:
                continue
            deaths = row["deaths"] + bool(row["owner"])
            if row["owner"] and deaths >= row["patience"]:
                graves.append((row, lock))
                continue
            try:
                mine = {
                    "key": row["key"],
                    "owner": token,
                    "time": now,
                    "deaths": deaths,
                    "late": late,
                }
                pools.free_all(db, row["key"])
                db.execute(sql("take_run"), mine)
            except BaseException:
                lock.release()
                raise
            return Found(row["key"], lock, tuple(_bury(db, graves)))
        return Found(None, owners.Lock(-1), tuple(_bury(db, graves)))
    finally:
        for _, lock in graves:
            lock.release()


def _candidates(db: sqlite3.Connection, now: float, *, late: bool) -> Iterator[sqlite3.Row]:
    names = ["late"] if late else ["claimable", "claimable_by_post"]
    found = [db.execute(sql(name), {"now": now}) for name in names]
    return merge(*found, key=lambda row: (-row["priority"], row["key"]))


def _bury(
    db: sqlite3.Connection, graves: Sequence[tuple[sqlite3.Row, owners.Lock]]
) -> Iterator[int]:
    for row, _ in graves:
        bury(db, row, f"process {pid_of(row['owner'])}, which ran it, died")
        yield row["key"]


def bury(db: sqlite3.Connection, row: sqlite3.Row, why: str) -> None:
    """No worker takes it any more. Says what is known of the last death."""
    deaths = row["deaths"] + 1
    times = "once" if deaths == 1 else f"{deaths} times in a row"
    said = f"{why} ({times}); {_last_sign(db, row)}"
    db.execute(sql("bury_run"), {"key": row["key"], "error": said, "deaths": deaths})


def _last_sign(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    last = db.execute(sql("last_sign"), {"key": row["key"]}).fetchone()
    at = datetime.fromtimestamp(row["owned_since"] or row["changed"]).astimezone()
    node = f" {last['node']}" if last is not None and last["node"] else ""
    what = f"event {last['seq']} ({last['kind']}{node})" if last is not None else "none"
    return f"it had it since {at:%Y-%m-%d %H:%M:%S}, and the last event of the run is {what}"


def release(db: sqlite3.Connection, key: int, token: str, rest: Rest | None, fault: str) -> None:
    """Its owner gives it up; because of a `fault`, as if it had died."""
    how = {"waiting": rest is not None, "due": rest and rest.until, "well": not fault}
    queued = rest is not None and rest.queued
    given = {"key": key, "owner": token, "queued": queued, **how}
    if db.execute(sql("release_run"), given).rowcount and fault:
        _count_fault(db, key, fault)


def _count_fault(db: sqlite3.Connection, key: int, why: str) -> None:
    row = db.execute(sql("run_of_key"), {"key": key}).fetchone()
    if not row["queued"] or row["status"] not in ("queued", "held", "running", "waiting"):
        return
    if row["deaths"] + 1 >= row["patience"]:
        bury(db, row, f"it could not be run: {why}")
    else:
        db.execute(sql("count_death"), {"key": key, "deaths": row["deaths"] + 1})


def next_moment(db: sqlite3.Connection, now: float) -> float | None:
    moment: float | None = db.execute(sql("next_moment"), {"now": now}).fetchone()[0]
    return moment


def owning(db: sqlite3.Connection) -> set[int]:
    """The processes that have something of the queue, or had it when they died."""
    return {pid_of(row["owner"]) for row in db.execute(sql("owners_in_queue"))}


def prune(
    db: sqlite3.Connection,
    path: Path,
    before: float,
    keep: Callable[[sqlite3.Row], bool],
    *,
    dry: bool,
) -> list[sqlite3.Row]:
    """Delete what is old, that nobody has and that is not to be kept. Returns what it was."""
    gone: list[sqlite3.Row] = []
    for row in db.execute(sql("old_runs"), {"before": before}).fetchall():
        if keep(row) or (lock := owners.acquire(path, row["key"])) is None:
            continue
        # Nobody can take it before we are done: taking is a transaction, too.
        lock.release()
        gone.append(row)
        if not dry:
            db.execute(sql("delete_run"), {"key": row["key"]})
    return gone


def pid_of(token: str) -> int:
    return int(token.partition(":")[0])
