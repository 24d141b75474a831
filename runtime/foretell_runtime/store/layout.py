"""The tables of a store: making them once, and telling them from everything else.

Knows files and layouts; not what is kept in the tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

from foretell.errors import StoreError, StoreMissing
from foretell_runtime.store import owners, queries

T = TypeVar("T")

VERSION = 6
"""The layout this code makes, and the newest it reads."""

APPLICATION_ID = 0x666F7265

File: TypeAlias = tuple[int, int]
"""Which file it is, whatever it is called."""


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables that are not there yet, and set the connection up for writing."""
    if version(db, path) < VERSION:
        lock = owners.await_creation(path)
        try:
            _make_tables(db, version(db, path))
        finally:
            lock.release()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")


def _make_tables(db: sqlite3.Connection, there: int) -> None:
    if there == 0:
        db.execute("PRAGMA journal_mode = WAL")

    def work() -> None:
        for layout in range(there + 1, VERSION + 1):
            for statement in queries.schema(layout).split(";\n"):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")

    transaction(db, work)


def version(db: sqlite3.Connection, path: Path) -> int:
    """The layout's version, 0 for an empty file. Raises for anything that is not a store."""
    db.execute("BEGIN")  # one look at all three: somebody may be making the tables right now
    try:
        found: int = db.execute("PRAGMA user_version").fetchone()[0]
        ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        db.execute("ROLLBACK")
    if (tables or found) and not ours:
        raise StoreError(
            f"the store {path} is a database of some other program. "
            "Choose another place with --store PATH or FORETELL_STORE."
        )
    if found > VERSION:
        raise StoreError(
            f"the store {path} has layout {found}, this foretell knows {VERSION} at most: "
            "a newer foretell wrote it. Use that one, or another store."
        )
    return found


def require(db: sqlite3.Connection, path: Path) -> None:
    if version(db, path) == 0:
        raise StoreMissing(f"the store {path} is an empty file: nothing was run here yet")


def file_at(path: Path) -> File | None:
    """The file of that name; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def require_file(opened: File | None, path: Path) -> None:
    """SQLite goes on with a file that has lost its name, and nobody would ever find what it writes.
    Nothing was `opened` by who only reads."""
    if opened is not None and file_at(path) != opened:
        raise StoreError(
            f"the store {path} was deleted or moved while a run was writing to it, so nothing more can "
            "be kept. Put it back, with its -wal file, and resume the run; if it is gone, run it again."
        )


def has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def transaction(db: sqlite3.Connection, work: Callable[[], T]) -> T:
    """`work` wholly or not at all. The write lock is taken first, so that waiting for it happens
    in one place."""
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled back already
            db.execute("ROLLBACK")
        raise
    return result
