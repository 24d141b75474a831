"""Trials in a new interpreter each: nothing is shared, nothing is left over, and it takes about
two bare starts of Python."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from foretell.errors import ProtocolError
from foretell.protocol import codec
from foretell.protocol.messages import Start
from foretell_runtime.executors.child import PipedChild
from foretell_runtime.executors.pipes import Lifeline, open_ends
from foretell_runtime.executors.protocol import CannotStart, OnLog

# `-P`: the current folder is no place to import from by accident.
WORKER = (sys.executable, "-P", "-c", "from foretell.worker.main import main; main()")


class Fresh:
    """Starts `command` for each trial, by default this Python's worker.

    The number of the lifeline is appended to the command; a program that is no worker of ours
    may ignore it.
    """

    def __init__(self, command: Sequence[str] = WORKER) -> None:
        self._command = tuple(command)
        self._lifeline = Lifeline()
        self._children: set[PipedChild] = set()

    async def start(self, start: Start, on_log: OnLog) -> PipedChild:
        line = line_of(start)
        process, ends = spawn([*self._command, str(self._lifeline.end)], (self._lifeline.end,))
        child = PipedChild(process, ends, on_log)
        self._children.add(child)
        process.ended.add_done_callback(lambda _: self._children.discard(child))
        child.write(line)
        return child

    async def close(self) -> None:
        await kill_all(self._children)
        self._lifeline.close()


class Spawned:
    """A process that this one started, leader of its own session."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen
        self._loop = asyncio.get_running_loop()
        self.pid = popen.pid
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._pidfd = os.pidfd_open(popen.pid)
        self._loop.add_reader(self._pidfd, self._reap)

    def signal_group(self, number: int) -> None:
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _reap(self) -> None:
        # While its leader is not reaped, the group's number cannot be given to anybody else.
        self.signal_group(signal.SIGKILL)
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.ended.set_result(self._popen.wait())


def spawn(command: Sequence[str], inherit: Sequence[int]) -> tuple[Spawned, tuple[int, int, int]]:
    """Start a program, and our ends of its pipes. Raises `CannotStart`."""
    try:
        ends = open_ends()
    except OSError as error:
        raise CannotStart(str(error)) from error
    try:
        stdin, stdout, stderr = ends.child
        popen = subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0,
            pass_fds=inherit, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        ends.close_ours()
        raise CannotStart(f"{command[0]}: {error}") from error
    finally:
        ends.close_childs()
    try:
        return Spawned(popen), ends.ours
    except OSError as error:  # no fd left for its pidfd
        ends.close_ours()
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
        raise CannotStart(str(error)) from error


def line_of(start: Start) -> bytes:
    """`start` as the line to be sent. Raises `CannotStart` if it cannot be sent at all."""
    try:
        return codec.line_of(start)
    except ProtocolError as error:
        raise CannotStart(f"the start of node {start.node!r} {error.why}") from None


async def kill_all(children: set[PipedChild]) -> None:
    """Kill all that still run, at the same time."""
    await asyncio.gather(*(child.kill("the run is being closed") for child in tuple(children)))
