"""Ends what a crashed orchestrator left running, before its run is taken up again.

Children die with their orchestrator by themselves; this is for what slipped out of their hands:
a program that a task started in a session of its own, or a child that the kernel has not quite
ended yet. They are known by the mark in their environment, which every process inherits, so
no list of processes is kept while a run goes on. A process is held by its pidfd from before it is
looked at until it is killed: no other can take its number in between.

Needs /proc. Where there is none, nothing is found.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foretell_runtime.executors.protocol import MARK
from foretell_runtime.store.protocol import RunRecord

PATIENCE_S = 5.0
"""How long a killed process may take to be gone; longer only if the kernel is stuck."""


def mark_of(run: RunRecord) -> str:
    """What the processes of `run`, and of no other, carry in their environment."""
    return f"{run.id}@{run.created!r}"


def carrying(mark: str, name: str = MARK) -> list[int]:
    """The processes that carry `mark` under that name."""
    wanted = f"{name}={mark}".encode()
    return [pid for pid in _pids() if wanted in _environment(pid)]


def end_leftovers(mark: str, name: str = MARK) -> list[int]:
    """Kill every process that carries `mark`, save this one and those it descends from, and wait
    until they are gone. Returns their process ids."""
    wanted = f"{name}={mark}".encode()
    spared = set(_ancestry())
    ended: list[int] = []
    while found := [pid for pid in _pids() if pid not in spared and _end(pid, wanted)]:
        ended += found  # whoever was looked at late may have started others meanwhile
        spared.update(found)  # one that does not die is not waited for again
    return ended


def _end(pid: int, wanted: bytes) -> bool:
    with _held(pid) as pidfd:
        if pidfd is None or wanted not in _environment(pid):
            return False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        gone = select.poll()
        gone.register(pidfd, select.POLLIN)
        gone.poll(PATIENCE_S * 1000)
        return True


@contextmanager
def _held(pid: int) -> Iterator[int | None]:
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield pidfd
    finally:
        os.close(pidfd)


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone, or somebody else's
        return []


def _pids() -> list[int]:
    try:
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    except OSError:
        return []


def _ancestry() -> Iterator[int]:
    pid = os.getpid()
    while pid > 0:
        yield pid
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return
        pid = int(stat.rpartition(")")[2].split()[1])
