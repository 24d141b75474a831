"""Turns what SQLite and the file system complain about into a sentence a stranger can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foretell.errors import StoreError

_ELSEWHERE = "Choose another place with --store PATH or FORETELL_STORE."
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked by another process, which did not let go for {busy_s:g} s. "
    "Stop that process (`fuser {path}` names it) and try again.",
    sqlite3.SQLITE_LOCKED: "is locked by another connection. Try again.",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only. "
    "Make both writable. " + _ELSEWHERE,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: {why}. Check that it is a file, that its folder "
    "exists, and that both may be written. " + _ELSEWHERE,
    sqlite3.SQLITE_PERM: "cannot be opened: permission denied. " + _ELSEWHERE,
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Free some space; what was stored before "
    "is safe, and an interrupted run can be resumed.",
    sqlite3.SQLITE_NOTADB: "is not a database. If it is not meant to be one, leave it alone. "
    + _ELSEWHERE,
    sqlite3.SQLITE_CORRUPT: "is damaged ({why}). Restore it from a copy, or move it away.",
    sqlite3.SQLITE_IOERR: "could not be read or written ({why}). Check the disk.",
}


@contextmanager
def explained(path: Path, busy_s: float) -> Iterator[None]:
    """Raise `StoreError` in place of what the database or the file system raises."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_sentence(error, path, busy_s)) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(f"the store {path} cannot be used: {why}. {_ELSEWHERE}") from error


def _sentence(error: sqlite3.Error, path: Path, busy_s: float) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the family
    sentence = _SENTENCES.get(code, "answered: {why}.")
    if path.is_dir():
        sentence = "is a folder, not a file. " + _ELSEWHERE
    return f"the store {path} " + sentence.format(path=path, why=error, busy_s=busy_s)
