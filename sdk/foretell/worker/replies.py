"""Who waits for which reply, in a process where several threads may ask at a time.

One of those who wait reads for all, and hands on what is not for it; once it has its own reply, the
next one reads. No thread is started for that: most tasks never ask, and few ask twice at once.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import Any


class Replies:
    """Replies by the numbers of their requests. `receive` waits for whatever comes next."""

    def __init__(self, receive: Callable[[], dict[str, Any]]) -> None:
        self._receive = receive
        self._guard = _thread.allocate_lock()
        self._waiting: dict[int, _thread.LockType] = {}
        """By number, what wakes who waits for it: its reply is there, or it is its turn to read."""
        self._here: dict[int, dict[str, Any]] = {}
        self._is_read = False

    def expect(self, number: int) -> None:
        """A request of that number is about to be sent."""
        woken = _thread.allocate_lock()
        woken.acquire()
        with self._guard:
            self._waiting[number] = woken

    def wait(self, number: int) -> dict[str, Any]:
        """Its reply. Who is stopped here, by a timeout that the task set itself, stops waiting for it:
        the reply is nobody's then."""
        try:
            while (reply := self._mine(number)) is None:
                self._waiting[number].acquire()
            return reply
        finally:
            self.forget(number)

    def forget(self, number: int) -> None:
        """Nobody waits for that one any more."""
        with self._guard:
            self._waiting.pop(number, None)
            self._here.pop(number, None)
            if not self._is_read and self._waiting:
                self._wake(next(iter(self._waiting)))

    def _mine(self, number: int) -> dict[str, Any] | None:
        """Reads until the reply is there; None: somebody else reads."""
        while True:
            with self._guard:
                if number in self._here:
                    return self._here.pop(number)
                if self._is_read:
                    return None
                self._is_read = True
            try:
                reply = self._receive()
            finally:
                with self._guard:
                    self._is_read = False
            with self._guard:
                to = reply.get("to")
                if to in self._waiting:
                    self._here[to] = reply
                    self._wake(to)

    def _wake(self, number: int) -> None:
        woken = self._waiting[number]
        if woken.locked():
            woken.release()
