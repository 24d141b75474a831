"""The orchestrator's side of one warm parent; its orders are in `foretell.worker.forkserver`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from typing import Any, TypeAlias

from foretell_runtime.executors.child import how_it_ended
from foretell_runtime.executors.fresh import spawn
from foretell_runtime.executors.pipes import Ends, OurEnds, PushedPipe, open_ends
from foretell_runtime.executors.printed import Printed
from foretell_runtime.executors.protocol import CannotStart, OnLog

SERVER = (sys.executable, "-P", "-c", "from foretell.worker.forkserver import main; main()")

_LEAVE_S = 2.0


Imported: TypeAlias = tuple[str, str]
"""An entry point, and the folder that it is relative to."""


class Spoiled(Exception):
    """This warm parent forks no more, because importing `what` started a thread."""

    def __init__(self, what: Imported) -> None:
        self.what = what
        super().__init__(*what)


class ParentLost(Exception):
    """The warm parent has died. `warming` is what it was importing, if anything."""

    def __init__(self, how: str, warming: Imported | None) -> None:
        self.how = how
        self.warming = warming
        super().__init__(how)


class ForkedProcess:
    """A process that the warm parent forked, and reports about."""

    def __init__(self, pid: int, parent: WarmParent) -> None:
        self.pid = pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._parent = parent

    def signal_group(self, number: int) -> None:
        if not self.ended.done():
            self._parent.signal(self.pid, number)


class WarmParent:
    """A process that imports and forks. Raises `CannotStart` where it cannot be started."""

    def __init__(self, on_log: OnLog, mark: str = "") -> None:
        self._loop = asyncio.get_running_loop()
        self._on_log = on_log
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process, ends = spawn(SERVER, (theirs.fileno(),), mark)
        except CannotStart:
            self._socket.close()
            raise
        finally:
            theirs.close()
        os.close(ends[0])
        os.close(ends[1])
        self._printed = Printed(lambda line: self._on_log("output", line))
        self._stderr = PushedPipe(ends[2], self._printed.feed)
        self._asked = 0
        self._orders: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self._forking: dict[int, asyncio.Future[ForkedProcess]] = {}
        self._children: dict[int, ForkedProcess] = {}
        self._warm: set[Imported] = set()
        self._warming: deque[Imported] = deque()
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._listen)
        self._process.ended.add_done_callback(self._lost)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def idle(self) -> bool:
        return not self._children and not self._forking

    @property
    def lost(self) -> bool:
        return self._process.ended.done()

    def warm(self, what: Imported, on_log: OnLog) -> None:
        """Let it import something, once. What that prints goes to `on_log`."""
        if what not in self._warm:
            self._warm.add(what)
            self._warming.append(what)
            self._on_log = on_log
            entry, base = what
            self._order({"warm": entry, "base": base})

    async def fork(self) -> tuple[ForkedProcess, OurEnds]:
        """A child, and our ends of its pipes. Raises `Spoiled`, `ParentLost`, `CannotStart`."""
        if self.lost:
            raise self._loss()
        ends = _open_ends()
        self._asked += 1
        forking: asyncio.Future[ForkedProcess] = self._loop.create_future()
        self._forking[self._asked] = forking
        self._order({"fork": self._asked}, ends.child)
        try:
            return await forking, ends.ours
        except BaseException:
            ends.close_ours()  # should it be forked yet: the end of its stdin is the end of it
            raise

    def signal(self, pid: int, number: int) -> None:
        self._order({"signal": pid, "number": number})

    def hang_up(self) -> None:
        """Let it go: it ends, and kills its children, as soon as it notices."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    async def close(self) -> None:
        """Let it go, with all its children."""
        self.hang_up()
        await asyncio.wait([self._process.ended], timeout=_LEAVE_S)
        self._process.signal_group(signal.SIGKILL)
        await asyncio.shield(self._process.ended)

    def _order(self, order: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        self._orders.append((json.dumps(order).encode(), fds))
        self._send_orders()

    def _send_orders(self) -> None:
        while self._orders and self._socket.fileno() >= 0:
            data, fds = self._orders[0]
            try:
                socket.send_fds(self._socket, [data], fds)
            except BlockingIOError:  # it is importing; it will read on
                self._loop.add_writer(self._socket, self._send_orders)
                return
            except OSError:  # it is dead, and `_lost` will be called
                break
            self._drop_order()
        if self._socket.fileno() >= 0:
            self._loop.remove_writer(self._socket)

    def _drop_order(self) -> None:
        for fd in self._orders.popleft()[1]:
            os.close(fd)

    def _listen(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while self._socket.fileno() >= 0 and (data := self._socket.recv(65536)):
                self._hear(json.loads(data))
            self.hang_up()

    def _hear(self, answer: dict[str, Any]) -> None:
        match answer:
            case {"warmed": [str(entry), str(base)]}:
                self._warming.remove((entry, base))
            case {"forked": int(number), "pid": int(pid)}:
                process = self._children[pid] = ForkedProcess(pid, self)
                _settle(self._forking.pop(number), process)
            case {"refused": int(number), "spoiled": [str(entry), str(base)]}:
                _settle(self._forking.pop(number), Spoiled((entry, base)))
            case {"refused": int(number), "why": str(why)}:
                _settle(self._forking.pop(number), CannotStart(why))
            case {"ended": int(pid), "status": int(status)}:
                self._children.pop(pid).ended.set_result(status)
            case other:
                raise ValueError(f"not an answer of a warm parent: {other!r}")

    def _lost(self, ended: asyncio.Future[int]) -> None:
        """Everything it forked hung on it, and is killed by the kernel at this moment."""
        self._listen()
        self.hang_up()
        self._stderr.drain_and_close()
        self._printed.end()
        while self._orders:
            self._drop_order()
        for forking in self._forking.values():
            _settle(forking, self._loss())
        self._forking.clear()
        for child in self._children.values():
            child.ended.set_result(-signal.SIGKILL)
        self._children.clear()

    def _loss(self) -> ParentLost:
        return ParentLost(
            how_it_ended(self._process.ended.result()), self._warming[0] if self._warming else None
        )


def _settle(future: asyncio.Future[Any], outcome: object) -> None:
    if future.done():  # nobody waits any more
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _open_ends() -> Ends:
    try:
        return open_ends()
    except OSError as error:
        raise CannotStart(str(error)) from error
