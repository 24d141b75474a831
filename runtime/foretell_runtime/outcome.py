"""How a run came out, for people and programs, and as what Python raises or returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from foretell.errors import (
    ForetellError,
    PromiseBroken,
    RunInterrupted,
    RunPaused,
    RunWaiting,
    TaskError,
)
from foretell.graph.model import Json, NodeId
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Broken, Fact, Failed, Paused, Restarted
from foretell_runtime.questions import Question, questions
from foretell_runtime.store.protocol import RunStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """`output` is JSON, and null unless the run is done. `failed` is the first failure that was
    final and that nobody handled, `broken` the promise that was broken; `error` says either in words.
    `asks` is what a run that is waiting wants to know, `until` when it goes on by itself; `paused` who
    paused one, and why. What is large in `output` are references to what is kept at `values` (empty:
    beside the store)."""

    run: str
    status: RunStatus
    output: Json = None
    error: str = ""
    failed: Failed | None = None
    broken: Broken | None = None
    asks: tuple[Question, ...] = ()
    paused: Paused | None = None
    until: float | None = None
    values: str = ""

    def value(self) -> Json:
        """The output; or raises `TaskError`, `PromiseBroken`, `RunWaiting`, `RunPaused` or
        `RunInterrupted`."""
        match self.status:
            case "done":
                return self.output
            case "broken":
                raise PromiseBroken(self.error)
            case "waiting":
                asks = ((asked.node, asked.says) for asked in self.asks)
                raise RunWaiting(self.run, asks, self.until)
            case "paused":
                raise RunPaused(self.run, self.paused.said if self.paused else "")
            case "interrupted" | "running":
                raise RunInterrupted(self.run)
            case "failed" if self.failed is not None:
                error = TaskError(self.failed.node, self.failed.error)
                if self.failed.trace:
                    error.add_note(self.failed.trace)
                raise error
            case _:
                raise ForetellError(f"run {self.run} ended {self.status}: {self.error}")


class Ends:
    """Remembers, of all facts of a run, those that say why it ended as it did."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._failed: dict[NodeId, Failed] = {}
        self._broken: Broken | None = None
        for fact in facts:
            self.note(fact)

    def note(self, fact: Fact) -> None:
        if isinstance(fact, Failed) and fact.final and not fact.handled:
            self._failed[fact.node] = fact
        elif isinstance(fact, Broken):
            self._broken = fact
        elif isinstance(fact, Restarted):
            self._broken = None
            for node in (*fact.nodes, *fact.retired):
                self._failed.pop(node, None)

    def outcome(self, run: str, state: State, *, is_left: bool = False) -> Outcome:
        """As of now; a run that has not ended, and that nobody runs any more, waits for somebody
        outside, or a moment for which it `is_left`, or is interrupted."""
        status = status_of(state, is_left=is_left)
        asks = questions(state) if status == "waiting" else ()
        until = state.next_moment if status == "waiting" else None
        failed = next(iter(self._failed.values()), None)
        return Outcome(
            run,
            status,
            state.output,
            state.error,
            failed,
            self._broken,
            asks,
            state.paused,
            until,
            state.values,
        )


def status_of(state: State, *, is_left: bool = False) -> RunStatus:
    """How a run stands that nobody runs any more."""
    if state.status != "running":
        return state.status
    if state.paused:
        return "paused"
    return "waiting" if state.waits_outside or is_left else "interrupted"
