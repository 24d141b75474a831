"""A connection to SQLite through aiosqlite that takes whole units of work: one hop to its thread a
transaction, instead of one a statement. Knows nothing of stores."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite


class Connection(sqlite3.Connection):
    """A connection whose `execute` also takes a whole `Unit` of work in place of parameters.

    A database that cannot be opened is complained about by the first unit of work: when the
    opening itself fails, aiosqlite leaves a thread behind that speaks to a loop long closed.
    """

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        self._fault: sqlite3.Error | None = None
        try:
            super().__init__(database, *args, **kwargs)
        except sqlite3.Error as error:
            self._fault = error
            super().__init__(":memory:")

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if isinstance(parameters, Unit):
            if self._fault is not None:
                raise self._fault
            parameters.result = parameters.work(self)
            return self.cursor()
        return super().execute(sql, parameters)


class Unit(list[Any]):
    """A piece of work for aiosqlite's thread, dressed as parameters: aiosqlite hands them through
    untouched, and has no public way to run a function there."""

    def __init__(self, work: Callable[[sqlite3.Connection], Any]) -> None:
        super().__init__()
        self.work = work
        self.result: Any = None


async def connect(path: Path, mode: str, busy_s: float) -> aiosqlite.Connection:
    """`mode` is `rwc`, `ro` or `immutable`."""
    db = await aiosqlite.connect(
        f"{path.as_uri()}?{'immutable=1' if mode == 'immutable' else 'mode=' + mode}",
        uri=True,
        timeout=busy_s,
        isolation_level=None,
        factory=Connection,
    )
    db.row_factory = sqlite3.Row
    return db
