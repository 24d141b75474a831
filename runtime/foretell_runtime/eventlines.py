"""The journal of a run as lines of JSON, for other programs: `foretell run --events`.

A line's `seq` is the number of the event in the journal. So what a file lacks is known by its last
whole line, and a run that is gone on with after a crash goes on with it there: no event is missing, and
none is there twice. The schema of a line is `docs/schemas/events.schema.json`.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from foretell.errors import UserError
from foretell.graph.plain import encode
from foretell_runtime.machine.events import Fact
from foretell_runtime.store.protocol import Event

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of a run. `seq` rises from 1 without gaps; `time` is seconds since 1970; `cause` is the
    seq of the event that led to this one."""

    run: str
    seq: int
    time: float
    cause: int | None
    fact: Fact


class EventLines:
    """Writes the events of the run `run` to a file, to stdout (`-`), or to an open file descriptor (its
    number). It is a listener; `seen` is the number of the last event that is written."""

    def __init__(self, target: str, run: str = "") -> None:
        """`run` is empty for one that is yet to begin. Raises `UserError` where it cannot write."""
        self.run = run
        self.seen = 0
        self._target = target
        self._lock = threading.Lock()
        self._fd = _opened(target)
        if stat.S_ISREG(os.fstat(self._fd).st_mode) and not _is_number(target):
            self._own()
            self._go_on()

    @property
    def is_stdout(self) -> bool:
        return self._target == "-"

    def __call__(self, event: Event) -> None:
        with self._lock:
            if event.seq > self.seen:
                _write(self._fd, self._line(event))
                self.seen = event.seq

    def close(self) -> None:
        """Also lets another process write to the file."""
        if not _is_number(self._target):
            os.close(self._fd)

    def _line(self, event: Event) -> bytes:
        line = {"run": self.run, "seq": event.seq, "time": event.time, "cause": event.cause}
        return (
            json.dumps({**line, "fact": encode(event.fact)}, separators=(",", ":")).encode() + b"\n"
        )

    def _own(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._refuse("another process writes to it")

    def _go_on(self) -> None:
        """Behind the last whole line. What a crash has cut off there goes."""
        end, last = _last_line(self._fd)
        if last:
            line = self._read(last)
            if not self.run or line["run"] != self.run:
                self._refuse(f"it holds events of the run {line['run']}")
            self.seen = line["seq"]
        os.ftruncate(self._fd, end)
        os.lseek(self._fd, end, os.SEEK_SET)

    def _read(self, last: bytes) -> dict[str, Any]:
        try:
            line = json.loads(last)
            assert isinstance(line["seq"], int) and isinstance(line["run"], str)
        except (ValueError, LookupError, TypeError, AssertionError):
            self._refuse("it holds something else than events")
        found: dict[str, Any] = line
        return found

    def _refuse(self, why: str) -> NoReturn:
        os.close(self._fd)
        raise UserError(f"--events {self._target}: {why}; name another file")


def _opened(target: str) -> int:
    if _is_number(target):
        fd = 1 if target == "-" else int(target)
        try:
            os.fstat(fd)
            writable = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
        except (OSError, OverflowError):
            raise UserError(f"--events {target}: there is no such open file descriptor") from None
        if not writable:
            raise UserError(f"--events {target}: that file descriptor is not open for writing")
        return fd
    how = os.O_WRONLY | os.O_NONBLOCK if Path(target).is_fifo() else os.O_RDWR | os.O_CREAT
    try:
        fd = os.open(target, how | os.O_CLOEXEC, 0o644)  # not cut off: it may be the beginning
    except OSError as error:
        why = "nobody reads from it" if error.errno == errno.ENXIO else error.strerror
        raise UserError(f"--events {target}: it cannot be written: {why}") from None
    os.set_blocking(fd, True)
    return fd


def _is_number(target: str) -> bool:
    return target == "-" or (target.isascii() and target.isdigit())


def _last_line(fd: int) -> tuple[int, bytes]:
    """Where the last whole line of a file ends, and what it says."""
    size = os.fstat(fd).st_size
    tail, at = b"", size
    while at > 0 and tail.count(b"\n") < 2:
        at = max(0, at - _CHUNK)
        tail = os.pread(fd, size - at, at)
    whole, newline, rest = tail.rpartition(b"\n")
    return size - len(rest), whole.rpartition(b"\n")[2] if newline else b""


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
