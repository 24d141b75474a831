"""Every trial that a node has had, read from the journal: what it was given, what came of it.

Nothing is kept for this beside the journal and what trials wrote. What a trial was started with is
put together again as it was then, from the state of the run at that event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from foretell.graph.model import Hole, Json, NodeId
from foretell.graph.pointers import CannotPutTogether
from foretell_runtime.machine import State, inputs_of
from foretell_runtime.machine import events as ev
from foretell_runtime.store.protocol import Event, LogLine

Outcome: TypeAlias = Literal["running", "done", "failed", "interrupted", "cancelled"]


@dataclass(slots=True)
class TrialRecord:
    """One attempt at running a node. `cause` says what led to it, `inputs` are None where they
    could not be put together. Times are seconds since 1970; `ended` is None while it runs.

    `again_at`: the next trial was to wait until then. `error` also says why a trial was cut off.
    """

    node: NodeId
    trial: int
    iteration: int
    cause: str
    started: float
    inputs: Mapping[str, Json] | None
    until: float | None = None
    ended: float | None = None
    outcome: Outcome = "running"
    output: Json = None
    holes: tuple[Hole, ...] = ()
    error: str = ""
    trace: str = ""
    again_at: float | None = None
    grew: list[NodeId] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return None if self.ended is None else max(0.0, self.ended - self.started)


def trials_of(
    node: NodeId, events: Iterable[Event], log: Iterable[LogLine] = ()
) -> list[TrialRecord]:
    """The trials of `node`, the first one first, with what each wrote."""
    reader = _Reader(node)
    for event in events:
        reader.take(event)
    written: dict[int, list[LogLine]] = {}
    for line in log:
        if line.node == node:
            written.setdefault(line.trial, []).append(line)
    for trial in reader.trials:
        trial.log = written.get(trial.trial, [])
    return reader.trials


class _Reader:
    """Folds events, and notes what they say of one node."""

    def __init__(self, node: NodeId) -> None:
        self.trials: list[TrialRecord] = []
        self._node = node
        self._state = State()
        self._cause = "all that it waited for was there"

    def take(self, event: Event) -> None:
        fact = event.fact
        live = self._state.judge.graph.nodes.get(self._node)
        self._state.apply(fact)
        match fact:
            case ev.Started(node=self._node):
                self._begin(event.time, fact)
            case ev.Rearmed(node=target, by=by, nodes=nodes) if self._node in nodes:
                self._cause = f"the loop from {by} to {target} came round"
            case ev.Restarted(by=by, nodes=nodes) if self._node in nodes:
                self._cause = f"{by or 'somebody'} had it done again"
            case ev.Retired(nodes=gone) | ev.Rearmed(retired=gone) | ev.Restarted(retired=gone) if (
                self._node in gone
            ):
                maker = (
                    live.maker.id if live is not None and live.maker is not None else "its maker"
                )
                self._end(event.time, "cancelled", f"what {maker} had grown was taken back")
                self._cause = f"{maker} grew it anew"
            case ev.Cancelled(nodes=nodes, why=why) if self._node in nodes:
                self._end(event.time, "cancelled", why)
            case _ if getattr(fact, "node", None) == self._node:
                self._note(event.time, fact)
            case _:
                pass

    def _begin(self, time: float, fact: ev.Started) -> None:
        self.trials.append(
            TrialRecord(
                fact.node, fact.trial, fact.iteration, self._cause, time, self._inputs(), fact.until
            )
        )

    def _inputs(self) -> Mapping[str, Json] | None:
        try:
            return inputs_of(self._state, self._state.node(self._node))
        except CannotPutTogether:
            return None

    def _note(self, time: float, fact: ev.Fact) -> None:
        match fact:
            case ev.Changed(change=change):
                self.trials[-1].grew += [one.id for one in change.nodes]
            case ev.Finished(output=output, holes=holes, change=change):
                self._end(time, "done")
                last = self.trials[-1]
                last.output, last.holes = output, holes
                last.grew += [one.id for one in change.nodes] if change else []
            case ev.Failed(trial=trial, error=error, trace=trace, again_at=again_at):
                self._end(time, "failed", error)
                self.trials[-1].trace, self.trials[-1].again_at = trace, again_at
                self._cause = f"trial {trial} failed"
            case ev.Interrupted(trial=trial, why=why):
                self._end(time, "interrupted", why)
                self._cause = f"trial {trial} was interrupted"
            case _:
                pass

    def _end(self, time: float, outcome: Outcome, error: str = "") -> None:
        if self.trials and self.trials[-1].ended is None:
            last = self.trials[-1]
            last.ended, last.outcome, last.error = time, outcome, error
