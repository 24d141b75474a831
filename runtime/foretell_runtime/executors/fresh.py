"""Trials in a new interpreter each: nothing is shared, nothing is left over, and it takes about
two bare starts of Python."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from foretell.errors import ProtocolError
from foretell.protocol import codec
from foretell.protocol.messages import Start
from foretell_runtime.executors.child import PipedChild
from foretell_runtime.executors.pipes import OurEnds, open_ends
from foretell_runtime.executors.protocol import MARK, CannotStart, OnLog

# `-P`: the current folder is no place to import from by accident.
WORKER = (sys.executable, "-P", "-c", "from foretell.worker.main import main; main()")


class Fresh:
    """Starts `command` for each trial, by default this Python's worker.

    The number of the child's end of a lifeline is appended to the command. A program that is no
    worker of ours may ignore it, and look at the end of its stdin instead.

    Its processes, and what they start, carry `mark` in their environment.
    """

    def __init__(self, command: Sequence[str] = WORKER, *, mark: str = "") -> None:
        self._command = tuple(command)
        self._mark = mark
        self._children: set[PipedChild] = set()

    async def start(self, start: Start, on_log: OnLog) -> PipedChild:
        line = line_of(start)
        process, ends = spawn(self._command, mark=self._mark)
        child = PipedChild(process, ends, on_log)
        self._children.add(child)
        process.ended.add_done_callback(lambda _: self._children.discard(child))
        child.write(line)
        return child

    async def close(self) -> None:
        await kill_all(self._children)


class Spawned:
    """A process that this one started, leader of its own session, tied to it by a lifeline."""

    def __init__(self, popen: subprocess.Popen[bytes], lifeline: int) -> None:
        self._popen = popen
        self._loop = asyncio.get_running_loop()
        self._lifeline = lifeline
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
        os.close(self._lifeline)
        self.ended.set_result(self._popen.wait())


def spawn(
    command: Sequence[str], inherit: tuple[int, ...] = (), mark: str = ""
) -> tuple[Spawned, OurEnds]:
    """Start a program of ours, and our ends of its pipes. Raises `CannotStart`.

    The numbers of the fds in `inherit`, and of its end of a lifeline, are its last arguments.
    """

    def popen(stdio: tuple[int, int, int], lifeline: int) -> subprocess.Popen[bytes]:
        passed = (*inherit, lifeline)
        env = {**os.environ, MARK: mark} if mark else None
        return _popen([*command, *map(str, passed)], stdio, passed, env)

    try:
        return _spawned(popen)
    except OSError as error:
        raise CannotStart(f"{command[0]}: {error}") from error


def spawn_foreign(
    command: Sequence[str], env: Mapping[str, str], folder: str, instead: int | None = None
) -> tuple[Spawned, OurEnds]:
    """Start a program that knows nothing of lifelines: it is tied to one from here, and holds it
    without knowing; or it holds the fd `instead`, and is not tied. `env` is added to the environment. All is UTF-8, whatever the locale. Raises
    `OSError`."""
    words = [_bytes(word) for word in command]
    variables = {**os.environb, **{_bytes(name): _bytes(text) for name, text in env.items()}}

    def popen(stdio: tuple[int, int, int], lifeline: int) -> subprocess.Popen[bytes]:
        if instead is not None:
            return _popen(words, stdio, (instead,), variables, folder)
        started = _popen(words, stdio, (lifeline,), variables, folder)
        with contextlib.suppress(OSError):
            fcntl.fcntl(lifeline, fcntl.F_SETOWN, -started.pid)
            fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
        return started

    return _spawned(popen)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


_Popen: TypeAlias = Callable[[tuple[int, int, int], int], "subprocess.Popen[bytes]"]


def _spawned(popen: _Popen) -> tuple[Spawned, OurEnds]:
    """What `popen` starts, given its ends of three pipes and of a lifeline, and our ends."""
    with contextlib.ExitStack() as undo:
        ends = open_ends()
        undo.callback(ends.close_ours)
        with contextlib.ExitStack() as theirs:
            theirs.callback(ends.close_childs)
            lifeline, held = os.pipe2(os.O_CLOEXEC)
            undo.callback(os.close, held)
            theirs.callback(os.close, lifeline)
            started = popen(ends.child, lifeline)
        undo.callback(started.wait)
        undo.callback(started.kill)
        process = Spawned(started, held)
        undo.pop_all()
        return process, ends.ours


def _popen(
    command: Sequence[str] | Sequence[bytes],
    stdio: tuple[int, int, int],
    inherit: tuple[int, ...],
    env: Mapping[str, str] | Mapping[bytes, bytes] | None,
    folder: str | None = None,
) -> subprocess.Popen[bytes]:
    stdin, stdout, stderr = stdio
    return subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0, pass_fds=inherit,
        start_new_session=True, env=env, cwd=folder,
    )  # fmt: skip


def line_of(start: Start) -> bytes:
    """`start` as the line to be sent. Raises `CannotStart` if it cannot be sent at all."""
    try:
        return codec.line_of(start)
    except ProtocolError as error:
        raise CannotStart(f"the start of node {start.node!r} {error.why}") from None


async def kill_all(children: set[PipedChild]) -> None:
    """Kill all that still run, at the same time."""
    await asyncio.gather(*(child.kill("the run is being closed") for child in tuple(children)))
