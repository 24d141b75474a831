"""The orchestrator's ends of a child's three pipes, on asyncio's readers and writers.

asyncio's own subprocess streams read ahead, keep a thread or a watcher for each child, and can
only be had together with the start of a process. These read when somebody asks, work the same for
a child that somebody else has forked, and say nothing about what the bytes mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

_CHUNK = 65536
_MOST_CHUNKS = 64


OurEnds: TypeAlias = tuple[int, int, int]
"""Where we write its stdin, read its stdout, and read its stderr."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Six fds: the child's ends of stdin, stdout and stderr, and ours."""

    child: tuple[int, int, int]
    ours: OurEnds

    def close_childs(self) -> None:
        for fd in self.child:
            os.close(fd)

    def close_ours(self) -> None:
        for fd in self.ours:
            os.close(fd)


def open_ends() -> Ends:
    """Three fresh pipes. Raises `OSError`, with nothing left open, where there are too many."""
    made: list[tuple[int, int]] = []
    try:
        for _ in range(3):
            made.append(os.pipe2(os.O_CLOEXEC))
    except OSError:
        for pair in made:
            for fd in pair:
                os.close(fd)
        raise
    (read_in, write_in), (read_out, write_out), (read_err, write_err) = made
    for fd in (write_in, read_out, read_err):
        os.set_blocking(fd, False)
    return Ends((read_in, write_out, write_err), (write_in, read_out, read_err))


class PulledPipe:
    """A pipe that is read only when `read` is called, so that a fast writer has to wait."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._writer_gone = False

    async def read(self) -> bytes:
        """Some bytes, or nothing at the end: every writer has closed it, or `writer_gone` was
        called and all that was written is read."""
        while True:
            # Waiting comes first: reading what is there already would let one chatty child keep
            # the event loop for itself.
            if not self._writer_gone:
                await self._until_readable()
            if self._fd < 0:
                return b""
            try:
                return os.read(self._fd, _CHUNK)
            except BlockingIOError:
                if self._writer_gone:
                    return b""

    def writer_gone(self) -> None:
        """The process that matters will write no more, though others may hold the pipe open."""
        self._writer_gone = True
        self._wake()

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
            self._wake()

    async def _until_readable(self) -> None:
        self._waiter = self._loop.create_future()
        self._loop.add_reader(self._fd, self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._loop.remove_reader(self._fd)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class PushedPipe:
    """A pipe that is read whenever there is something, and handed to `on_data`."""

    def __init__(self, fd: int, on_data: Callable[[bytes], None]) -> None:
        self._fd = fd
        self._on_data = on_data
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(fd, self._readable)

    def drain_and_close(self) -> None:
        """Read what is there, without waiting for more, and close it."""
        for _ in range(_MOST_CHUNKS):  # somebody may be writing faster than we can read
            if self._fd < 0 or not self._read_some():
                break
        self.close()

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _readable(self) -> None:
        self._read_some()

    def _read_some(self) -> bool:
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._on_data(data)
        else:
            self.close()
        return bool(data)


class WritePipe:
    """A pipe to somebody who may never read: what does not fit in it is kept here."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._pending = bytearray()
        self._ends = False

    @property
    def pending(self) -> int:
        """Bytes that are kept."""
        return len(self._pending)

    def write(self, data: bytes) -> None:
        """Write, or keep. After the reader is gone this does nothing."""
        if self._fd < 0:
            return
        if not self._pending:
            data = data[self._write_some(data) :]
            if data and self._fd >= 0:
                self._loop.add_writer(self._fd, self._writable)
        self._pending += data

    def end(self) -> None:
        """Close it as soon as all that was written has been read."""
        self._ends = True
        if not self._pending:
            self.close()

    def close(self) -> None:
        """Close it, which tells the reader that there is nothing more."""
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = -1
            self._pending.clear()

    def _writable(self) -> None:
        del self._pending[: self._write_some(self._pending)]
        if not self._pending and self._fd >= 0:
            self._loop.remove_writer(self._fd)
            if self._ends:
                self.close()

    def _write_some(self, data: bytes | bytearray) -> int:
        with contextlib.suppress(BlockingIOError):
            try:
                return os.write(self._fd, data[:_CHUNK] if len(data) > _CHUNK else data)
            except BrokenPipeError:
                self.close()
                return len(data)
        return 0
