"""What trials write, on its way into the store, bounded in memory and on disk.

Lines wait until events are committed anyway, or for a moment if nothing else happens, so that a
task which prints a lot does not cost a commit a line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from foretell.graph.model import NodeId
from foretell_runtime.store.protocol import LogLine

MOST_LINES = 20_000
MOST_CHARACTERS = 2_000_000
"""What is kept of one trial. The rest is counted, and the count is the last line."""

PATIENCE_S = 0.2
"""How long a line waits for company."""


class Logbook:
    """The lines of all trials of a run. `due` is called when some have waited long enough."""

    def __init__(self, clock: Callable[[], float], due: Callable[[], None]) -> None:
        self._clock = clock
        self._due = due
        self._waiting: list[LogLine] = []
        self._timer: asyncio.TimerHandle | None = None

    def page(self, node: NodeId, trial: int) -> Page:
        return Page(self, node, trial)

    def add(self, node: NodeId, trial: int, stream: str, text: str) -> None:
        self._waiting.append(LogLine(self._clock(), node, trial, stream, text))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._due)

    def take(self) -> list[LogLine]:
        """The lines that wait; now they are the caller's."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._waiting = self._waiting, []
        return lines


class Page:
    """The lines of one trial."""

    def __init__(self, book: Logbook, node: NodeId, trial: int) -> None:
        self._book = book
        self._node = node
        self._trial = trial
        self._lines = 0
        self._characters = 0
        self._dropped = 0

    def line(self, stream: str, text: str) -> None:
        if self._lines >= MOST_LINES or self._characters + len(text) > MOST_CHARACTERS:
            self._dropped += 1
            return
        self._lines += 1
        self._characters += len(text)
        self._book.add(self._node, self._trial, stream, text)

    def end(self) -> None:
        if self._dropped:
            self._book.add(
                self._node,
                self._trial,
                "note",
                f"{self._dropped} more lines were dropped: of one trial {MOST_LINES:,} lines or "
                f"{MOST_CHARACTERS:,} characters are kept",
            )
