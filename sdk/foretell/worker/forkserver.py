"""The warm parent: a process that imports the tasks' modules once and then only forks.

It is started by the `forked` executor, gets its orders as packets over a Unix socket, and stays
what a process that forks must be: without threads, without an event loop, without work of its own.

    orders    {"warm": entry, "base": folder}   import this, if it can be imported
              {"fork": n} + three fds           a child whose stdin, stdout, stderr these are
              {"signal": pid, "number": k}      signal a child and what it started
    answers   {"warmed": [entry, folder]}
              {"forked": n, "pid": pid}
              {"refused": n, "why": text, "spoiled": [entry, folder] or absent}
              {"ended": pid, "status": exit code or minus the signal}

An import that starts a thread spoils this process: a fork could catch that thread holding a lock.
It then refuses to fork, names the entry, and the executor starts another without it. An import
that fails is forgotten: the trial meets the same failure, and reports it.

When the socket closes, or the orchestrator ends in whatever way, this process and its children end.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from types import CodeType
from typing import TYPE_CHECKING, Any, NoReturn

from foretell.author import loading
from foretell.worker import lifeline, trial
from foretell.worker.channel import Channel

if TYPE_CHECKING:
    from foretell.author.tasks import Task

LONGEST_PACKET = 64 * 1024
_COROUTINE = 0x80


def main() -> NoReturn:
    """Serve. Arguments: the numbers of the socket and of our end of a lifeline."""
    lifeline.hold(int(sys.argv.pop()))
    sock = socket.socket(fileno=int(sys.argv.pop()))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    trial.prepare_process()
    gc.disable()  # what is imported here is never garbage, and a collection would copy its pages
    ForkServer(sock).serve()


class ForkServer:
    """Carries out orders, one at a time, until the socket closes.

    What is done between `fork` and the trial is done for every trial, and nearly all its cost is
    the pages of memory it touches first; so whatever can be is done before.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._children: dict[int, tuple[int, int]] = {}
        """pidfd -> pid, and our end of the lifeline"""
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._tasks: dict[tuple[str, str], Task[..., Any]] = {}
        self._spoiled: tuple[str, str] | None = None

    def serve(self) -> NoReturn:
        while True:
            for fd, _ in self._poll.poll():
                if fd in self._children:
                    self._reap(fd)
                else:
                    self._obey()

    def _obey(self) -> None:
        data, fds, _, _ = socket.recv_fds(self._socket, LONGEST_PACKET, 3)
        if not data:
            self._leave()
        match json.loads(data):
            case {"warm": str(entry), "base": str(base)}:
                self._warm(entry, base)
            case {"fork": int(number)}:
                self._fork(number, fds)
            case {"signal": int(pid), "number": int(number)}:
                self._signal(pid, number)
            case other:
                raise ValueError(f"not an order: {other!r}")

    def _warm(self, entry: str, base: str) -> None:
        if self._spoiled is None:
            task = warm(entry, base)
            if task is not None:
                self._tasks[entry, base] = task
            if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
                self._spoiled = (entry, base)
            trial.flush_printing()  # or every child would print it once more
            gc.collect()
            gc.freeze()
        self._answer({"warmed": (entry, base)})

    def _fork(self, number: int, fds: list[int]) -> None:
        try:
            if self._spoiled is not None:
                why = "an import has started a thread"
                self._answer({"refused": number, "spoiled": self._spoiled, "why": why})
                return
            try:
                pid = self._start_child(fds)
            except OSError as error:
                self._answer({"refused": number, "why": f"cannot fork: {error}"})
                return
            self._answer({"forked": number, "pid": pid})
        finally:
            for fd in fds:
                os.close(fd)

    def _start_child(self, fds: list[int]) -> int:
        """Fork. The child never comes back from here."""
        line, held = os.pipe2(os.O_CLOEXEC)
        try:
            pid = os.fork()
        except OSError:
            os.close(line)
            os.close(held)
            raise
        if pid == 0:
            os.close(held)
            self._be_child(fds, line)
        os.close(line)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = (pid, held)
        self._poll.register(pidfd, select.POLLIN)
        return pid

    def _be_child(self, fds: list[int], line: int) -> NoReturn:
        try:
            os.setsid()
            lifeline.hold(line)
            self._socket.close()
            for pidfd, (_, held) in self._children.items():
                os.close(pidfd)
                os.close(held)
            incoming, outgoing, printed = fds
            os.dup2(printed, 1)
            os.dup2(printed, 2)
            os.close(printed)
            gc.enable()
            _diverge()
            trial.run(Channel(incoming, outgoing), self._find)
        except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(1)

    def _find(self, entry: str, base: str) -> Task[..., Any]:
        task = self._tasks.get((entry, base))
        if task is None:
            return trial.find_task(entry, base)
        loading.work_for(base)
        return task

    def _signal(self, pid: int, number: int) -> None:
        # One that has been reaped is not among them, so the number is still its own.
        if any(pid == child for child, _ in self._children.values()):
            _signal_group(pid, number)

    def _reap(self, pidfd: int) -> None:
        pid, held = self._children.pop(pidfd)
        self._poll.unregister(pidfd)
        _signal_group(pid, signal.SIGKILL)  # what it left behind goes with it
        _, status = os.waitpid(pid, 0)
        os.close(pidfd)
        os.close(held)
        self._answer({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _answer(self, answer: dict[str, Any]) -> None:
        try:
            self._socket.send(json.dumps(answer).encode())
        except (BrokenPipeError, ConnectionResetError):
            self._leave()

    def _leave(self) -> NoReturn:
        for pid, _ in self._children.values():
            _signal_group(pid, signal.SIGKILL)
        os._exit(0)


def warm(entry: str, base: str) -> Task[..., Any] | None:
    """Import a task, and whatever its trials will need. None if that fails, in whatever way: the
    trial will meet it again, and report it."""
    with contextlib.suppress(BaseException):
        task = loading.load_entry(entry, base)
        _ = task.ports
        code = getattr(task.fn, "__code__", None)
        if isinstance(code, CodeType) and code.co_flags & _COROUTINE:
            import asyncio  # noqa: F401
        if task.growth is not None:
            import foretell.author.growing
            import foretell.worker.growing  # noqa: F401
        return task
    return None


def _diverge() -> None:
    """Let siblings draw different random numbers. (`random` sees to itself.)"""
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(PermissionError):  # it may have become another user
        try:
            os.killpg(pid, number)
        except ProcessLookupError:  # it has not come as far as having a group of its own
            os.kill(pid, number)
