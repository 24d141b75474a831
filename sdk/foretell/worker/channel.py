"""The child's end of the protocol: whole lines out, whole lines in, and the fds moved aside.

Objects are plain dicts here, not the dataclasses of `protocol.messages`: building those classes
costs a fresh interpreter more than everything else it does for a small task. What a message
means is known to `worker.trial` and `worker.growing`.
"""

from __future__ import annotations

import _thread
import os
import signal
from typing import TYPE_CHECKING, Any

from foretell.errors import ProtocolError
from foretell.graph.references import INLINE
from foretell.protocol import framing
from foretell.worker.lifeline import kill_group
from foretell.worker.replies import Replies

if TYPE_CHECKING:
    from queue import SimpleQueue

    from foretell.worker.lightening import Lightener

_CHUNK = 65536
_CARRY = ("finish", "change", "would", "chunk")
"""Messages with values in them."""


class Channel:
    """A two-way stream of JSON objects, for any thread of the process."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._pid = os.getpid()
        self._sending = _thread.allocate_lock()
        self._asking = _thread.allocate_lock()
        self._asked = 0
        self._replies = Replies(lambda: self.receive())
        self._lines = framing.Lines()
        self._read: list[bytes] = []
        self._heard: SimpleQueue[dict[str, Any]] | None = None
        self._start: dict[str, Any] = {}
        self._inline = framing.LONGEST_LINE
        self._lightener: Lightener | None = None

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

    def send(self, message: dict[str, Any], longest: int = framing.LONGEST_LINE) -> None:
        """Write a message. Raises `ProtocolError`, and writes nothing, if it cannot be one."""
        self._refuse_descendants()
        data = framing.dump(self._light(message), longest)
        with self._sending:
            try:
                while data:
                    data = data[os.write(self._outgoing, data) :]
            except BrokenPipeError:
                kill_group()  # nobody listens any more

    def _light(self, message: dict[str, Any]) -> dict[str, Any]:
        """`message` with references in the places of what it should not carry itself."""
        if message["kind"] not in _CARRY:
            return message
        weight = framing.weight(message)
        if weight is not None and weight <= self._inline:
            return message
        if self._lightener is None:
            from foretell.worker.lightening import Lightener

            self._lightener = Lightener(self._start)
        try:
            return self._lightener.lightened(message)
        except (TypeError, ValueError, RecursionError):  # no JSON, as is said of it next
            return message

    def begin(self, start: dict[str, Any]) -> None:
        """The trial that this message begins sends from now on."""
        self._start = start
        if values := start.get("values"):
            self._inline = values.get("inline", INLINE)

    def receive(self) -> dict[str, Any]:
        """The next message. If there is nobody left to send one, this process ends."""
        if self._heard is not None:
            return self._heard.get()
        return self._receive()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request with the next number, and wait for its reply."""
        self._refuse_descendants()
        with self._asking:
            number = self._asked + 1
            self._replies.expect(number)
            try:
                self.send({**request, "request": number})
            except BaseException:
                self._replies.forget(number)
                raise
            self._asked = number
        return self._replies.wait(number)

    def listen(self) -> None:
        """Let a thread receive from now on, so that `cancel` and the end of stdin are noticed
        while the task runs. For processes without a lifeline, which have no other way to know."""
        from queue import SimpleQueue

        self._heard = SimpleQueue()
        _thread.start_new_thread(self._listen, (self._heard,))

    def _listen(self, heard: SimpleQueue[dict[str, Any]]) -> None:
        try:
            while True:
                heard.put(self._receive())
        except ProtocolError as error:
            os.write(2, f"foretell: the orchestrator {error}\n".encode())
            kill_group()

    def _receive(self) -> dict[str, Any]:
        while True:
            while not self._read:
                data = os.read(self._incoming, _CHUNK)
                if not data:
                    kill_group()
                self._read = list(self._lines.feed(data))
            message = framing.load(self._read.pop(0))
            if message.get("kind") != "cancel":
                return message
            os.kill(self._pid, signal.SIGTERM)  # see `worker.stopping`

    def _refuse_descendants(self) -> None:
        """A process that the task forked has the same channel, but is not the trial."""
        if os.getpid() != self._pid:
            raise RuntimeError(
                "only the process that runs the task may report progress or grow the graph; "
                "this is a process that it forked"
            )
