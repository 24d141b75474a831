"""The legal order of what a task says, as one table.

Theory of operation. The orchestrator keeps one `Session` for each trial and shows it every
message before anybody acts on it. A session knows the phase it is in and the number of the last
request; it reads no bytes and sends none.

    NEW      the process exists; it must say `ready` before anything else
    RUNNING  it may ask, report and log, until it says `finish` or `fail`
    OVER     it has said how it ended. Its word stands; nothing may follow

A message with no entry in the row of its phase is a `ProtocolError`: the trial fails, nobody
else does. Requests (`change`, `would`, `take`) are numbered 1, 2, 3, ...
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from foretell.errors import ProtocolError
from foretell.graph.trials import seconds_fault
from foretell.protocol.messages import (
    VERSION,
    Chunks,
    Fail,
    FromTask,
    Propose,
    Ready,
    Reply,
    Take,
    Would,
)


class Phase(Enum):
    NEW = "new"
    RUNNING = "running"
    OVER = "over"


TABLE: Final[dict[Phase, dict[str, Phase]]] = {
    Phase.NEW: {"ready": Phase.RUNNING},
    Phase.RUNNING: {
        "change": Phase.RUNNING,
        "would": Phase.RUNNING,
        "chunk": Phase.RUNNING,
        "take": Phase.RUNNING,
        "progress": Phase.RUNNING,
        "log": Phase.RUNNING,
        "finish": Phase.OVER,
        "fail": Phase.OVER,
    },
    Phase.OVER: {},
}
"""Phase -> kind of message -> phase after it."""

MOST_UNANSWERED = 1000
"""Requests a task may have open, so that one that never listens cannot fill our memory."""


class Session:
    """What one trial has said so far, as far as it decides what it may say next."""

    def __init__(self) -> None:
        self.phase = Phase.NEW
        self._asked = 0
        self._open: set[int] = set()

    @property
    def over(self) -> bool:
        """Whether the task has said `finish` or `fail`."""
        return self.phase is Phase.OVER

    def hear(self, message: FromTask) -> None:
        """Take note of a message from the task. Raises `ProtocolError` if it may not come now."""
        after = TABLE[self.phase].get(message.kind)
        if after is None:
            raise ProtocolError(_out_of_order(self.phase, message.kind))
        match message:
            case Ready(version=version) if version != VERSION:
                raise ProtocolError(
                    f"speaks version {version} of the protocol; this foretell speaks {VERSION}"
                )
            case Propose(request=number) | Would(request=number) | Take(request=number):
                self._hear_request(number)
            case Fail(after=float(seconds)) if why := seconds_fault(seconds):
                raise ProtocolError(f"said when to try it again, which {why}, not {seconds!r}")
            case _:
                pass
        self.phase = after

    def answer(self, reply: Reply | Chunks) -> None:
        """Take note of a reply to the task. Raises `ValueError`, our own mistake, if the request
        was never made or has its reply."""
        if reply.to not in self._open:
            raise ValueError(f"no request {reply.to} is open")
        self._open.remove(reply.to)

    def _hear_request(self, number: int) -> None:
        if number != self._asked + 1:
            raise ProtocolError(f"numbered a request {number}; the next is {self._asked + 1}")
        if len(self._open) >= MOST_UNANSWERED:
            raise ProtocolError(f"made more than {MOST_UNANSWERED} requests without an answer")
        self._asked = number
        self._open.add(number)


def _out_of_order(phase: Phase, kind: str) -> str:
    match phase:
        case Phase.NEW:
            return f"said {kind!r} before 'ready'"
        case Phase.RUNNING:
            return f"said {kind!r} a second time"
        case Phase.OVER:
            return f"said {kind!r} after it had ended"
