"""The child's end of the protocol: whole lines out, whole lines in, and the fds moved aside.

Objects are plain dicts here, not the dataclasses of `protocol.messages`: building those classes
costs a fresh interpreter more than everything else it does for a small task. What a message
means is known to `worker.trial` and `worker.growing`.
"""

from __future__ import annotations

import _thread
import os
import sys
from _queue import SimpleQueue
from collections.abc import Callable
from typing import Any

from foretell.errors import ProtocolError
from foretell.protocol import framing
from foretell.worker.lifeline import kill_group

_CHUNK = 65536


class Channel:
    """A two-way stream of JSON objects. Sending is safe from any thread of the process."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._pid = os.getpid()
        self._sending = _thread.allocate_lock()
        self._asking = _thread.allocate_lock()
        self._asked = 0
        self._replies: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._lines = framing.Lines()
        self._read: list[bytes] = []

    @classmethod
    def over_stdio(cls) -> Channel:
        """Take stdin and stdout for the protocol, away from the task.

        What the task, its C extensions and its subprocesses print from here on goes to stderr,
        which is captured as log, and what they read from stdin is empty.
        """
        incoming, outgoing = os.dup(0), os.dup(1)  # both close themselves in subprocesses
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        return cls(incoming, outgoing)

    def send(self, message: dict[str, Any]) -> None:
        """Write a message. Raises `ProtocolError`, and writes nothing, if it cannot be one."""
        self._refuse_descendants()
        data = memoryview(framing.dump(message))
        with self._sending:
            try:
                while data:
                    data = data[os.write(self._outgoing, data) :]
            except BrokenPipeError:
                kill_group()  # nobody listens any more

    def receive(self) -> dict[str, Any] | None:
        """The next message, or None if the orchestrator is gone."""
        while not self._read:
            data = os.read(self._incoming, _CHUNK)
            if not data:
                return None
            self._read = list(self._lines.feed(data))
        return framing.load(self._read.pop(0))

    def listen(self, on_cancel: Callable[[], None]) -> None:
        """From now on a thread receives. When the orchestrator is gone, this process ends."""
        _thread.start_new_thread(self._listen, (on_cancel,))

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request with the next number, and wait for its reply."""
        self._refuse_descendants()
        with self._asking:
            message = {**request, "request": self._asked + 1}
            self.send(message)
            self._asked += 1
            return self._replies.get()

    def _listen(self, on_cancel: Callable[[], None]) -> None:
        try:
            while (message := self.receive()) is not None:
                match message.get("kind"):
                    case "reply":
                        self._replies.put(message)
                    case "cancel":
                        on_cancel()
                    case other:
                        raise ProtocolError(f"sent a second message of kind {other!r}")
        except ProtocolError as error:
            print(f"foretell: the orchestrator {error}", file=sys.stderr, flush=True)  # noqa: T201
        kill_group()

    def _refuse_descendants(self) -> None:
        """A process that the task forked has the same channel, but is not the trial."""
        if os.getpid() != self._pid:
            raise RuntimeError(
                "only the process that runs the task may report progress or grow the graph; "
                "this is a process that it forked"
            )
