"""The warm parent: a process that imports the tasks' modules once and then only forks.

It is started by the `forked` executor, gets its orders as packets over a Unix socket, and stays
what a process that forks must be: without threads, without an event loop, without work of its own.

    orders    {"warm": entry, "base": folder}   import this, if it can be imported
              {"fork": n} + three fds           a child whose stdin, stdout, stderr these are
              {"signal": pid, "number": k}      signal a child and what it started
    answers   {"warmed": entry}
              {"forked": n, "pid": pid}
              {"refused": n, "why": text, "spoiled": entry or null}
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
from typing import Any, NoReturn

from foretell.author import entry as entries
from foretell.worker import lifeline
from foretell.worker.channel import Channel
from foretell.worker.trial import run

LONGEST_PACKET = 64 * 1024
_COROUTINE = 0x80


def main() -> NoReturn:
    """Serve. Arguments: the socket's number, the lifeline's number."""
    line, sock = int(sys.argv.pop()), socket.socket(fileno=int(sys.argv.pop()))
    os.dup2(2, 1)
    lifeline.hold(line)
    gc.disable()  # what is imported here is never garbage, and a collection would copy its pages
    ForkServer(sock).serve()


class ForkServer:
    """Carries out orders, one at a time, until the socket closes."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._children: set[int] = set()
        self._spoiled: str | None = None
        # The children's lifeline hangs on this process, which hangs on the orchestrator's.
        self._lifeline, self._lifeline_held = os.pipe2(os.O_CLOEXEC)
        self._woken, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def serve(self) -> NoReturn:
        self._watch_children()
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == self._woken:
                    os.read(self._woken, 4096)
                    self._reap()
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
            warm(entry, base)
            if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
                self._spoiled = entry
            gc.collect()
            gc.freeze()
            self._watch_children()  # whatever the import did to the signal handlers
        self._answer({"warmed": entry})

    def _fork(self, number: int, fds: list[int]) -> None:
        refusal = {"refused": number, "spoiled": self._spoiled}
        if self._spoiled is not None:
            self._answer({**refusal, "why": "an import has started a thread"})
        else:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            try:
                pid = os.fork()
            except OSError as error:
                self._answer({**refusal, "why": f"cannot fork: {error}"})
            else:
                if pid == 0:
                    self._be_child(fds)
                self._children.add(pid)
                self._answer({"forked": number, "pid": pid})
        for fd in fds:
            os.close(fd)

    def _be_child(self, fds: list[int]) -> NoReturn:
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for ours, fd in enumerate(fds):
                os.dup2(fd, ours)
            for fd in (*fds, self._lifeline_held, self._woken, self._wake):
                os.close(fd)
            self._socket.close()
            lifeline.hold(self._lifeline)
            gc.enable()
            _diverge()
            run(Channel.over_stdio())
        except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(1)

    def _signal(self, pid: int, number: int) -> None:
        if pid in self._children:  # not reaped yet, so the number is still its own
            _signal_group(pid, number)

    def _reap(self) -> None:
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            pid = found.si_pid
            self._signal(pid, signal.SIGKILL)  # what it left behind goes with it
            _, status = os.waitpid(pid, 0)
            if pid in self._children:  # else an import has started it
                self._children.remove(pid)
                self._answer({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _answer(self, answer: dict[str, Any]) -> None:
        try:
            self._socket.send(json.dumps(answer).encode())
        except (BrokenPipeError, ConnectionResetError):
            self._leave()

    def _leave(self) -> NoReturn:
        for pid in self._children:
            _signal_group(pid, signal.SIGKILL)
        os._exit(0)

    def _watch_children(self) -> None:
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)


def warm(entry: str, base: str) -> None:
    """Import a task, and whatever its trials will need, and let nothing that goes wrong out."""
    with contextlib.suppress(BaseException):  # the trial will meet it again, and report it
        task = entries.load_entry(entry, base)
        _ = task.ports
        code = getattr(task.fn, "__code__", None)
        if isinstance(code, CodeType) and code.co_flags & _COROUTINE:
            import asyncio  # noqa: F401
        if task.growth is not None:
            import foretell.author.growing
            import foretell.worker.growing  # noqa: F401


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
