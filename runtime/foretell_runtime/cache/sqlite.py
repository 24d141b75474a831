"""The cache beside a store: one SQLite file, its large values among those of the store's runs.

Each call has a connection of its own, so any thread and any process may make one at any time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from foretell.errors import StoreError
from foretell.values.ground import Ground
from foretell_runtime.cache.protocol import Damaged, Entry, dumped, seal

BUSY_S = 5.0

_TABLE = """CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, task TEXT NOT NULL, run TEXT NOT NULL, created REAL NOT NULL,
    at TEXT NOT NULL, output TEXT NOT NULL, seal TEXT NOT NULL
) STRICT"""
_COLUMNS = "key, task, run, created, at, output, seal"


class SqliteCache:
    """A `Cache`. Entries of runs whose large values are elsewhere are not found by others."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        return str(self._path)

    def get(self, key: str, ground: Ground) -> Entry | None:
        if not self._path.exists():
            return None
        with self._opened() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM entries WHERE key = ?", (key,)).fetchone()
        entry = None if row is None else _entry(row)
        return entry if entry is None or entry.values == ground.where else None

    def put(self, entry: Entry, ground: Ground) -> None:
        output = dumped(entry.output)
        row = (entry.key, entry.task, entry.run, entry.created, entry.values, output)
        sealed = (*row, seal(f"{entry.key} {output}"))
        with self._opened() as db:
            db.execute(
                f"INSERT OR REPLACE INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", sealed
            )

    def entries(self) -> list[Entry]:
        if not self._path.exists():
            return []
        found: list[Entry] = []
        with self._opened() as db:
            for row in db.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY created, key"):
                try:
                    found.append(_entry(row))
                except Damaged:
                    continue
        return found

    def remove(self, keys: Collection[str]) -> None:
        if keys and self._path.exists():
            with self._opened() as db:
                db.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=BUSY_S)) as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute(_TABLE)
                with db:
                    yield db
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the cache {self._path} cannot be used: {error}") from error


def _entry(row: tuple[str, str, str, float, str, str, str]) -> Entry:
    key, task, run, created, values, output, sealed = row
    if seal(f"{key} {output}") != sealed:
        raise Damaged("it is not what was put there")
    return Entry(key, task, run, created, json.loads(output), values)
