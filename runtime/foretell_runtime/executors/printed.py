"""What a child prints, cut into lines as it comes, with the last of them remembered.

Bounded whatever is printed: a line without an end is handed on in pieces.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

LONGEST_LINE = 16 * 1024
"""Bytes; a longer line of output becomes several."""

_TAIL_LINES = 15
_TAIL_WIDTH = 300


class Printed:
    """Hands on lines of output, and knows the last few."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = b""
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)

    def feed(self, data: bytes) -> None:
        """Hand on the lines that `data` completes."""
        *lines, rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._emit(line)
        while len(rest) > LONGEST_LINE:
            self._emit(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        self._rest = rest

    def end(self) -> None:
        """Hand on what came after the last newline."""
        if self._rest:
            self._emit(self._rest)
            self._rest = b""

    @property
    def tail(self) -> str:
        """The last lines, each cut to a readable width."""
        return "\n".join(line[:_TAIL_WIDTH] for line in self._tail).strip()

    def _emit(self, line: bytes) -> None:
        for start in range(0, len(line) or 1, LONGEST_LINE):
            text = line[start : start + LONGEST_LINE].decode("utf-8", "replace").rstrip("\r")
            self._tail.append(text)
            self._on_line(text)
