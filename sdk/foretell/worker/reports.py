"""What a running task says on the side: progress, thinned out, and what it logs.

Neither may ever slow a task down or bring it down.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from foretell.errors import ProtocolError
from foretell.protocol.framing import LONGEST_CHUNK
from foretell.worker.channel import Channel

if TYPE_CHECKING:
    import logging

INTERVAL_S = 0.05
"""Progress that follows sooner is held back, and replaced by what comes after it."""

_LONGEST_TEXT = 64 * 1024


class Reporter:
    """Sends progress, at most once an `INTERVAL_S`, and the last of it for certain."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._sent_at = -INTERVAL_S
        self._held: dict[str, Any] | None = None
        self._task = ""
        self._ports: list[str] = []

    def emits(self, task: str, ports: list[str]) -> None:
        """Say in which ports the task may emit."""
        self._task, self._ports = task, ports

    def emit(self, port: str, chunk: Any) -> None:
        """Send a chunk. Waits for as long as nobody listens."""
        if port not in self._ports:
            from foretell.author.emitting import undeclared

            raise undeclared(port, self._task, self._ports)
        try:
            self._channel.send({"kind": "chunk", "port": port, "chunk": chunk}, LONGEST_CHUNK)
        except ProtocolError as error:
            from foretell.errors import EmitError

            raise EmitError(port, "a chunk that can be sent", f"one that {error.why}") from None

    def progress(self, done: float, total: float | None, message: str) -> None:
        """Say how far the task is. Raises `ValueError` for what is not a finite number."""
        self._held = {
            "kind": "progress",
            "done": _number("done", done),
            "total": None if total is None else _number("total", total),
            "message": sendable(str(message))[:1000],
        }
        if time.monotonic() - self._sent_at >= INTERVAL_S:
            self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        held, self._held = self._held, None
        if held is not None:
            self._sent_at = time.monotonic()
            self._channel.send(held)


def capture_logging(channel: Channel) -> None:
    """Send log records that the user's code sends nowhere else.

    `logging` keeps a handler of last resort for programs that configured none. That one is
    replaced, so whatever the task configures, before or later, works as it would anywhere; and
    where nobody has imported `logging`, nobody pays for it.
    """
    if "logging" not in sys.modules:
        return
    import logging

    class Sending(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            try:
                text = sendable(self.format(record))[:_LONGEST_TEXT]
                channel.send({"kind": "log", "level": record.levelname.lower(), "text": text})
            except Exception:  # noqa: BLE001 - logging's own way to report a broken record
                self.handleError(record)

    # `logging` itself only ever calls `handle` on it, which every handler has.
    logging.lastResort = Sending()  # pyright: ignore[reportAttributeAccessIssue]


def sendable(text: str) -> str:
    """`text` with what UTF-8 cannot carry written out (half surrogates, as file names have)."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _number(name: str, value: float) -> float:
    number = float(value)
    if number - number != 0.0:
        raise ValueError(f"progress: {name} must be a finite number, got {value!r}")
    return number
