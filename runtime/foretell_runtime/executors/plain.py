"""A running program that knows nothing of the protocol, behind the same face as a task that does.

It is given its stdin and then its end; what it writes to stderr is log, and what it writes to stdout
is its result, once it has ended with a good exit code. All that can be wrong with that is told as a
failure of the trial.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

from foretell.document import jsonform
from foretell.document.model import TaskSpec
from foretell.document.programs import Program
from foretell.errors import DocumentError, InputError
from foretell.graph.model import Json
from foretell.graph.references import text_of_bytes
from foretell.protocol.framing import LONGEST_LINE
from foretell.protocol.messages import Fail, Finish, FromTask, ToTask
from foretell_runtime.executors.child import (
    MOST_LATE_READS,
    POLITE_S,
    Process,
    ends_within,
    how_it_ended,
)
from foretell_runtime.executors.pipes import OurEnds, PulledPipe, PushedPipe, WritePipe
from foretell_runtime.executors.printed import Printed
from foretell_runtime.executors.protocol import Gone, OnLog
from foretell_runtime.inputs import check

LARGEST = LONGEST_LINE
"""Bytes of a result."""

_NOT_RUN = {
    125: ": its container could not be made",
    126: ": it cannot be run in its container",
    127: ": there is no such program in its container",
    137: ": it was killed in its container (out of memory?)",
}
"""What exit codes of a container's client mean."""
_NEVER = frozenset({126, 127})
"""Those that would come again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is made of a program's end. `retries` tells whether a result that is none is worth another
    trial."""

    spec: TaskSpec
    program: Program
    retries: bool


class PlainChild:
    """A `Child`."""

    def __init__(
        self, process: Process, ends: OurEnds, on_log: OnLog, stdin: bytes, wanted: Wanted
    ) -> None:
        self._process = process
        self._wanted = wanted
        self._stopped: str | None = None
        self._reads_left = MOST_LATE_READS
        self._stdin = WritePipe(ends[0])
        self._stdout = PulledPipe(ends[1])
        self._printed = Printed(lambda line: on_log("output", line))
        self._result = bytearray()
        self._logged = Printed(lambda line: on_log("output", line))
        self._stderr = PushedPipe(ends[2], self._printed.feed)
        process.ended.add_done_callback(self._on_ended)
        self._stdin.write(stdin)
        self._stdin.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> asyncio.Future[int]:
        return self._process.ended

    async def send(self, message: ToTask) -> None:
        """It asks nothing, so there is nothing to tell."""

    async def messages(self) -> AsyncIterator[FromTask | Gone]:
        too_much = not await self._hear()
        if too_much:
            self._process.signal_group(signal.SIGKILL)
        status = await asyncio.shield(self.ended)
        self._stdout.close()
        self._logged.end()
        word = None
        if self._stopped is None:
            word = _TOO_MUCH if too_much else self._word(status)
        if word is not None:
            yield word
        yield Gone(
            self._why(status),
            over=word is not None,
            stopped=self._stopped is not None,
            exit_code=status if status >= 0 else None,
            signal=-status if status < 0 else None,
        )

    async def kill(self, why: str) -> None:
        if not self.ended.done():
            self._stopped = self._stopped or why
            self._stdout.close()  # or it might wait for somebody to read on
            self._process.signal_group(signal.SIGTERM)
            await ends_within(self._process, POLITE_S)
        self._stdout.close()

    async def _hear(self) -> bool:
        """Take in what it writes, to the end. Returns whether that was not too much."""
        logs = self._wanted.program.stdout == "log"
        while chunk := await self._read():
            if logs:
                self._logged.feed(chunk)
                continue
            self._result += chunk
            if len(self._result) > LARGEST:
                self._result.clear()
                return False
        return True

    async def _read(self) -> bytes:
        if self.ended.done():  # whoever else holds the pipe may write for ever
            self._reads_left -= 1
        return await self._stdout.read() if self._reads_left > 0 else b""

    def _word(self, status: int) -> Finish | Fail | None:
        """What its end says; None if it has just gone."""
        program = self._wanted.program
        if status in program.ok:
            try:
                return Finish(read(bytes(self._result), self._wanted))
            except ValueError as error:
                return Fail(f"{error}{self._tail()}", permanent=not self._wanted.retries)
        if status in program.permanent or (program.container and status in _NEVER):
            return Fail(self._why(status), permanent=True)
        return None

    def _why(self, status: int) -> str:
        if self._stopped is not None:
            return f"was stopped: {self._stopped}"
        hint = _NOT_RUN.get(status, "") if self._wanted.program.container else ""
        return how_it_ended(status) + hint + self._tail()

    def _tail(self) -> str:
        tail = self._printed.tail or self._logged.tail
        return f"; the last it printed:\n{tail}" if tail else ""

    def _on_ended(self, ended: asyncio.Future[int]) -> None:
        self._stdin.close()
        self._stderr.drain_and_close()
        self._printed.end()
        self._stdout.writer_gone()


_TOO_MUCH = Fail(
    f"wrote more than {LARGEST:,} bytes to its stdout; large results belong in a file whose path is "
    f"passed on",
    permanent=True,
)


def read(written: bytes, wanted: Wanted) -> Json:
    """The result that was written to stdout. Raises `ValueError` if it is none."""
    value = _value(written, wanted.program)
    try:
        check("result", value, wanted.spec.output)
    except InputError as error:
        raise ValueError(
            f"says it returns {error.expected}, but wrote {error.got} to its stdout"
        ) from None
    except DocumentError as error:
        raise ValueError(f"its result cannot be checked: {error.why}") from None
    return value


def _value(written: bytes, program: Program) -> Json:
    if program.stdout == "log":
        return None
    if program.stdout == "bytes":
        return text_of_bytes(written)
    try:
        text = written.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"wrote to its stdout what is not UTF-8 (byte {error.start}): {written[:40]!r:.80}"
        ) from None
    if program.stdout == "text":
        return text.removesuffix("\n")
    if program.stdout == "lines":
        return text.removesuffix("\n").split("\n") if text else []
    if not text.strip():
        raise ValueError("wrote nothing to its stdout, where its result was to come as JSON")
    try:
        return jsonform.parse(text)
    except DocumentError as error:
        raise ValueError(
            f"wrote to its stdout what is not its result as JSON ({error}): {text[:80]!r}"
        ) from None
