"""Gives each fact its place in the journal: its number, its time, and what led to it.

A fact is caused by the event that led to it. What a trial says is caused by the trial's start;
that a moment has come, by the fact that named the moment; everything else that follows in the same
decision, by the decision's first fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from foretell.graph.model import NodeId
from foretell_runtime.machine.events import (
    Answer,
    Answered,
    Asked,
    Cancel,
    Cancelled,
    CancelNode,
    Cut,
    Denied,
    Due,
    Fact,
    Failed,
    Finished,
    Granted,
    Happening,
    Heard,
    Interrupted,
    Looked,
    Lost,
    News,
    Pause,
    Rang,
    Registered,
    Restart,
    Restarted,
    Resumed,
    Slots,
    Started,
    TakenUp,
    TooLate,
    Unpause,
)
from foretell_runtime.store.protocol import Event


class Journal:
    """`seq` is the number of the last event, 0 before the first."""

    def __init__(self, seq: int, now: Callable[[], float]) -> None:
        self.seq = seq
        self._now = now
        self._begun: int | None = None
        self._started: dict[NodeId, int] = {}
        self._waits: dict[NodeId, int] = {}
        """What named the moment for which a node waits."""

    def write(self, facts: Iterable[Fact], happening: Happening | None) -> list[Event]:
        """The facts decided upon `happening` (None: registration), as events."""
        cause = self._cause_of(happening)
        events: list[Event] = []
        for fact in facts:
            self.seq += 1
            if isinstance(fact, Due) or (
                isinstance(fact, Answered) and isinstance(happening, Rang)
            ):
                cause = self._waits.get(fact.node, self._begun)
            events.append(Event(self.seq, self._now(), cause, fact))
            self._note(fact)
            cause = events[0].seq
        return events

    def _cause_of(self, happening: Happening | None) -> int | None:
        match happening:
            case (
                None
                | TakenUp()
                | Answer()
                | Restart()
                | Cancel()
                | TooLate()
                | CancelNode()
                | Pause()
                | Unpause()
            ):
                return None
            case Slots() | Rang() | Granted() | Denied() | News() | Looked():
                return self._begun
            case Heard(node) | Lost(node) | Cut(node):
                return self._started.get(node)
            case _:
                assert_never(happening)

    def _note(self, fact: Fact) -> None:
        match fact:
            case Registered() | Resumed() | Restarted():
                self._begun = self.seq
            case Asked(node):
                self._waits[node] = self.seq
            case Started(node):
                self._started[node] = self._waits[node] = self.seq
            case Failed(node, final=False):
                self._started.pop(node, None)
                self._waits[node] = self.seq
            case Finished(node) | Failed(node) | Interrupted(node):
                self._started.pop(node, None)
                self._waits.pop(node, None)
            case Cancelled(nodes):
                for node in nodes:
                    self._started.pop(node, None)
            case _:
                pass
