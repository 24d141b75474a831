"""A running trial behind three pipes, however its process came to be.

Whoever started the process says how to signal it and when it has ended (`Process`); this file
reads, judges and answers what the task says, and puts into words how it ended. Nothing a task can
do raises here: its nonsense costs it its own trial.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

from foretell.errors import ProtocolError
from foretell.protocol import codec
from foretell.protocol.framing import LONGEST_CHUNK, LONGEST_LINE, Lines
from foretell.protocol.messages import Cancel, Chunk, Chunks, FromTask, Log, Reply, ToTask
from foretell.protocol.session import Phase, Session
from foretell_runtime.executors.pipes import PulledPipe, PushedPipe, WritePipe
from foretell_runtime.executors.printed import Printed
from foretell_runtime.executors.protocol import Gone, OnLog

POLITE_S = 2.0
"""Between asking a process to end and killing it."""

LINGER_S = 5.0
"""How long a task may clean up after its last word."""

CLOSED_S = 1.0
"""How long a process may live on after it closed its stdout without a last word."""

MOST_LATE_READS = 64
"""Of what was written before the end of a process; a pipe holds less."""

_HINTS = {"SIGKILL": " (out of memory?)", "SIGSEGV": " (a crash in native code)"}


class Process(Protocol):
    """The operating system's side of a child."""

    @property
    def pid(self) -> int: ...

    @property
    def ended(self) -> asyncio.Future[int]:
        """Done when the process and its group are gone: the exit code, or minus the signal."""
        ...

    def signal_group(self, number: int) -> None:
        """Signal the process and what it started; nothing happens once it has ended."""
        ...


class PipedChild:
    """A `Child` that speaks the protocol."""

    def __init__(self, process: Process, ends: tuple[int, int, int], on_log: OnLog) -> None:
        self._process = process
        self._on_log = on_log
        self._session = Session()
        self._lines = Lines()
        self._stopped: str | None = None
        self._said_more = False
        self._deaf = False
        self._reading = asyncio.Lock()
        self._reads_left = MOST_LATE_READS
        self._stdin = WritePipe(ends[0])
        self._stdout = PulledPipe(ends[1])
        self._printed = Printed(lambda line: on_log("output", line))
        self._stderr = PushedPipe(ends[2], self._printed.feed)
        process.ended.add_done_callback(self._on_ended)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> asyncio.Future[int]:
        return self._process.ended

    async def send(self, message: ToTask) -> None:
        if isinstance(message, (Reply, Chunks)):
            self._session.answer(message)
        self.write(codec.line_of(message))

    def write(self, line: bytes) -> None:
        """Send a line as it is. A task that lets our words pile up is killed."""
        self._stdin.write(line)
        if self._stdin.pending > 2 * LONGEST_LINE:
            self._deaf = True
            self._stdin.close()
            self._process.signal_group(signal.SIGKILL)

    async def messages(self) -> AsyncIterator[FromTask | Gone]:
        trouble = None
        try:
            while not self._session.over and (chunk := await self._read()):
                for line in self._lines.feed(chunk):
                    if self._stopped is not None:
                        self._hear_late(line)
                    elif self._session.over:
                        self._said_more = True
                    elif message := self._hear(line):
                        yield message
        except ProtocolError as error:
            trouble = f"broke the protocol: it {error.why}"
        yield await self._ending(trouble)

    async def kill(self, why: str) -> None:
        if not self.ended.done():
            self._stopped = self._stopped or why
            self._stdin.write(codec.line_of(Cancel(why)))
            self._process.signal_group(signal.SIGTERM)
            cleaning_up = asyncio.ensure_future(self._hear_it_clean_up())
            await ends_within(self._process, POLITE_S)
            await cleaning_up
        self._stdout.close()

    async def _read(self) -> bytes:
        """What it says next. One reader at a time: who listens, and who stops it, may be two.
        Once it has ended this has an end, even if somebody else writes in its name."""
        async with self._reading:
            if self.ended.done():
                self._reads_left -= 1
            return await self._stdout.read() if self._reads_left > 0 else b""

    async def _hear_it_clean_up(self) -> None:
        """Until it is gone. What it logs is kept, and it never waits for somebody to listen."""
        with suppress(ProtocolError):
            while chunk := await self._read():
                for line in self._lines.feed(chunk):
                    self._hear_late(line)

    def _hear_late(self, line: bytes) -> None:
        """Nothing counts that is said by a task that was told to stop, but its log is kept."""
        self._said_more = True
        with suppress(ProtocolError):
            message = codec.from_task(line)
            if isinstance(message, Log):
                self._log(message)

    def _log(self, message: Log) -> None:
        self._on_log("log", f"{message.level}: {message.text}")

    def _hear(self, line: bytes) -> FromTask | None:
        message = codec.from_task(line)
        if isinstance(message, Chunk) and len(line) >= LONGEST_CHUNK:
            raise ProtocolError(
                f"emitted a chunk of {len(line) + 1:,} bytes; one may have {LONGEST_CHUNK:,}; large "
                f"values belong in a file whose path is passed on"
            )
        self._session.hear(message)
        if isinstance(message, Log):
            self._log(message)
            return None
        return message

    async def _ending(self, trouble: str | None) -> Gone:
        """Wait for the end of the process, help where it does not come, and say how it was."""
        over = self._session.over
        if trouble:
            self._process.signal_group(signal.SIGKILL)
        elif over:
            if not await ends_within(self._process, LINGER_S):
                self._on_log("note", f"did not exit within {LINGER_S:g} s of its end: killed")
        elif self._stopped is None and not await ends_within(self._process, CLOSED_S):
            trouble = "closed its stdout without finishing"
        status = await asyncio.shield(self.ended)
        if over:
            await self._note_leftovers(status)
        self._stdout.close()
        return Gone(
            self._why(trouble, status),
            over=over,
            stopped=self._stopped is not None,
            exit_code=status if status >= 0 else None,
            signal=-status if status < 0 else None,
        )

    async def _note_leftovers(self, status: int) -> None:
        if self._said_more or self._lines.rest or await self._stdout.read():
            self._on_log("note", "said more after it had ended; that is ignored")
        if status and self._stopped is None:
            self._on_log("note", f"{how_it_ended(status)} after it had ended; its word stands")

    def _why(self, trouble: str | None, status: int) -> str:
        if self._stopped is not None:
            return f"was stopped: {self._stopped}"
        if self._deaf:
            trouble = trouble or "did not read what it was told, and was killed"
        why = trouble or how_it_ended(status)
        if not trouble and not self._session.over:
            why += _without_what(self._session.phase, bool(self._lines.rest))
        tail = self._printed.tail
        if self._session.over or not tail:
            return why
        return f"{why}; the last it printed:\n{tail}"

    def _on_ended(self, ended: asyncio.Future[int]) -> None:
        self._stdin.close()
        self._stderr.drain_and_close()
        self._printed.end()
        self._stdout.writer_gone()


async def ends_within(process: Process, seconds: float) -> bool:
    """Whether a process ends by itself within `seconds`; if not, it is killed."""
    await asyncio.wait([process.ended], timeout=seconds)
    in_time = process.ended.done()
    if not in_time:
        process.signal_group(signal.SIGKILL)
        await asyncio.shield(process.ended)
    return in_time


def how_it_ended(status: int) -> str:
    """An exit code, or minus a signal, in words."""
    if status >= 0:
        return f"exited with code {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was killed by {name}{_HINTS.get(name, '')}"


def _without_what(phase: Phase, in_a_line: bool) -> str:
    if in_a_line:
        return " in the middle of a line"
    return " before it was ready" if phase is Phase.NEW else " without finishing"
