"""Telling the owner of a run that something was posted: a bell beside the database.

Each run that is being run has a FIFO, which its owner reads; whoever posts writes a byte to it,
after the commit. So nobody polls, and who finds no reader knows that nobody runs the run. A FIFO
says only "look": what was posted is in the database. One that a killed owner left behind is used
again by the next.

Each worker has one too, which is rung when something comes into the queue. Workers are numbered, by
locks, so that there are never more of these than there were workers at one time.
"""

from __future__ import annotations

import asyncio
import glob
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from foretell_runtime.store import owners

_WORKER = "worker-"


def bell_of(database: Path, whose: int | str) -> Path:
    """The bell of the run of that number, or of a worker."""
    return database.with_name(f"{database.name}-bell-{whose}")


class Bell:
    """Hears rings in the running event loop. Where the file system has no FIFOs it hears nothing:
    then what is posted is found when the run is taken up."""

    def __init__(self, database: Path, whose: int | str, heard: Callable[[], None]) -> None:
        self._path = bell_of(database, whose)
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._fd = self._open()
        if self._fd >= 0:
            self._loop.add_reader(self._fd, self._ring)

    def _open(self) -> int:
        with suppress(OSError):
            with suppress(FileExistsError):
                os.mkfifo(self._path)
            # Also for writing: a FIFO whose last writer has gone would be readable for ever.
            return _opened(self._path, os.O_RDWR)
        return -1

    def _ring(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._fd, 4096)
        self._heard()

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
            with suppress(OSError):
                self._path.unlink()


class WorkBell:
    """A worker's bell, under the first number that no other has."""

    def __init__(self, database: Path, heard: Callable[[], None]) -> None:
        number, lock = next(
            (number, lock)
            for number in count()
            if (lock := owners.acquire(database, owners.WORKERS + number)) is not None
        )
        self._lock = lock
        self._bell = Bell(database, f"{_WORKER}{number}", heard)

    def close(self) -> None:
        self._bell.close()
        self._lock.release()


def ring_workers(database: Path) -> bool:
    """Whether any worker heard it."""
    bells = database.parent.glob(f"{glob.escape(bell_of(database, _WORKER).name)}*")
    return sum(_ring(bell) for bell in bells) > 0


def ring(database: Path, number: int) -> bool:
    """Whether somebody heard it. Whatever keeps it from ringing, what was posted is posted."""
    return _ring(bell_of(database, number))


def _ring(bell: Path) -> bool:
    try:
        fd = _opened(bell, os.O_WRONLY)
    except OSError:  # there is no bell, or nobody who hears it
        return False
    try:
        with suppress(BlockingIOError):  # full of rings that nobody has looked at yet
            os.write(fd, b"!")
    finally:
        os.close(fd)
    return True


def _opened(path: Path, how: int) -> int:
    """The FIFO, and nothing else that may lie there."""
    if not stat.S_ISFIFO(path.stat().st_mode):
        raise FileNotFoundError(path)
    return os.open(path, how | os.O_NONBLOCK | os.O_CLOEXEC)
