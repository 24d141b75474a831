"""Telling the owner of a run that something was posted: a bell beside the database.

Each run that is being run has a FIFO, which its owner reads; whoever posts writes a byte to it,
after the commit. So nobody polls, and who finds no reader knows that nobody runs the run. A FIFO
says only "look": what was posted is in the database. One that a killed owner left behind is used
again by the next.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def bell_of(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}-bell-{number}")


class Bell:
    """Hears rings in the running event loop. Where the file system has no FIFOs it hears nothing:
    then what is posted is found when the run is taken up."""

    def __init__(self, database: Path, number: int, heard: Callable[[], None]) -> None:
        self._path = bell_of(database, number)
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


def ring(database: Path, number: int) -> bool:
    """Whether somebody heard it. Whatever keeps it from ringing, what was posted is posted."""
    try:
        fd = _opened(bell_of(database, number), os.O_WRONLY)
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
