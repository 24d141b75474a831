"""Which process owns which run: a lock that the kernel gives back when the process is gone.

Each run is one byte of a file beside the database, and its owner holds a lock on that byte. A
lock dies with its process, however that ends, so there is nothing to clean up after a crash, no
process id that could have been reused meanwhile, and no clock. The locks are of the kind that
belongs to the open file (`F_OFD_*`), so that two owners in one process exclude each other too,
and asking who has a lock does not take it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from pathlib import Path

_FLOCK = "hhqqi0q"
"""`struct flock`: type, whence, start, length, pid; padded to a multiple of 8."""

CREATION = 0
"""The byte that is locked while the tables are made. Runs are numbered from 1."""

WORKERS = 2**48
"""The byte of the first worker; far behind those of runs."""


class Lock:
    """A held byte. Keep it as long as the run is owned: it goes with the last who knows it, so that
    what was being acquired for somebody who was cancelled meanwhile is not kept for good."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    __del__ = release


def lock_file(database: Path) -> Path:
    return database.with_name(database.name + "-owners")


def acquire(database: Path, number: int) -> Lock | None:
    """Lock byte `number`, or None if somebody has it."""
    return _lock(database, number, fcntl.F_OFD_SETLK)


def await_creation(database: Path) -> Lock:
    """Lock the creation byte, waiting for whoever makes the tables right now."""
    lock = _lock(database, CREATION, fcntl.F_OFD_SETLKW)
    assert lock is not None
    return lock


def is_owned(database: Path, number: int) -> bool:
    """Whether somebody holds byte `number`. False also where no such file can be read."""
    try:
        fd = os.open(lock_file(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Asked as if for a shared lock, which is all that a file open for reading may ask for;
        # an owner's exclusive lock is in its way all the same.
        answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _pack(fcntl.F_RDLCK, number))
        return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
    finally:
        os.close(fd)


def _lock(database: Path, number: int, command: int) -> Lock | None:
    fd = os.open(lock_file(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.fcntl(fd, command, _pack(fcntl.F_WRLCK, number))
    except OSError as error:
        os.close(fd)
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return None
        raise
    return Lock(fd)


def _pack(kind: int, number: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, number, 1, 0)
