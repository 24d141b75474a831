"""What a run waits for by the clock: moments, each with the node that waits and what for.

Facts set timers and take them away again, so they survive a crash with the journal. A moment is
absolute; whoever asks what is due says what time it is. Nothing here knows what is done then.

A timer that was set `within` so many seconds never waits longer than that after a resume, whatever
has been done to the clock meanwhile. One without is for moments that a calendar names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal, TypeAlias, get_args

from foretell.graph.model import NodeId

What: TypeAlias = Literal["retry", "timeout", "answer"]
"""`retry`: the node's next trial. `timeout`: the end of the time that its trial has. `answer`: what it
wants from outside is there, at the latest."""


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    at: float
    node: NodeId
    what: What
    within: float | None = None


class Timers:
    """At most one timer for each node and thing it waits for."""

    def __init__(self) -> None:
        self._set: dict[tuple[NodeId, What], Timer] = {}
        self._heap: list[tuple[float, NodeId, What]] = []
        """By time; entries are stale unless the timer of that name is of that time."""

    def __bool__(self) -> bool:
        return bool(self._set)

    def __iter__(self) -> Iterator[Timer]:
        """All of them, the next one first."""
        return iter(sorted(self._set.values()))

    def set(self, node: NodeId, what: What, at: float, within: float | None = None) -> None:
        """In the place of the one that stood for this."""
        self._set[node, what] = Timer(at, node, what, within)
        heappush(self._heap, (at, node, what))

    def drop(self, node: NodeId, what: What | None = None) -> None:
        """The timer of `node` for `what`, or all that it has."""
        for one in (what,) if what else get_args(What):
            self._set.pop((node, one), None)

    def clear(self) -> None:
        self._set.clear()
        self._heap.clear()

    def of(self, node: NodeId, what: What) -> Timer | None:
        return self._set.get((node, what))

    @property
    def next(self) -> Timer | None:
        """The one that is due before all others."""
        while self._heap:
            at, node, what = self._heap[0]
            timer = self._set.get((node, what))
            if timer is not None and timer.at == at:
                return timer
            heappop(self._heap)
        return None

    def due(self, now: float) -> Timer | None:
        """The next one, if its time has come."""
        timer = self.next
        return timer if timer is not None and timer.at <= now else None

    def resumed(self, now: float) -> None:
        """Somebody goes on at `now`, by a clock that may have been set back: no wait becomes
        longer by that than it was meant to be."""
        for key, timer in self._set.items():
            if timer.within is not None and timer.at > now + timer.within:
                self._set[key] = Timer(now + timer.within, timer.node, timer.what, timer.within)
        self._heap = [(timer.at, *key) for key, timer in self._set.items()]
        heapify(self._heap)
