"""Submitting runs: what a person says of when and by whom, and the same run known again.

    await Runtime().submit(report, Submission(after=timedelta(hours=1), priority=5), day="Monday")

A submitted run is registered at once, so that everything that is wrong with it is said to whoever
submits it. It is a run like any other that nobody runs yet; `foretell_runtime.worker` does.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from foretell.document import jsonform
from foretell.document.model import Graph
from foretell.errors import UserError
from foretell.graph.model import Json
from foretell_runtime.orchestrator import registered
from foretell_runtime.store.protocol import OPEN, RunRecord, Store, Submitted, Ticket

Moment: TypeAlias = datetime | timedelta
"""A time of the calendar, or so long from now."""

LARGEST_PRIORITY = 2**31


@dataclass(frozen=True, slots=True)
class Submission:
    """When a run may begin, and before which others.

    Nobody begins it before `after`; if no worker has begun it by `deadline` it fails. Workers take the
    highest `priority` first, then what was submitted first. `dedup`: if the same graph was submitted
    with the same inputs and has not failed, was not cancelled and has broken no promise, that run is
    given back instead of a new one; `key`: the same, of whatever was submitted under that key. When
    `patience` workers in a row have died of it, no other takes it.
    """

    after: Moment | None = None
    deadline: Moment | None = None
    priority: int = 0
    dedup: bool = False
    key: str | None = None
    patience: int = 3

    def ticket(self, now: float) -> Ticket:
        """Raises `UserError` where it makes no sense."""
        after, deadline = _seconds(self.after, now), _seconds(self.deadline, now)
        if self.dedup and self.key is not None:
            raise UserError("dedup and a key are two ways to know a run again; say one of them")
        if self.key == "":
            raise UserError("the key of a run is empty")
        if self.patience < 1:
            raise UserError(f"patience={self.patience}: at least one worker must be allowed to die")
        if abs(self.priority) >= LARGEST_PRIORITY:
            raise UserError(f"priority={self.priority}: it must be between -2**31 and 2**31")
        if deadline is not None and deadline <= max(now, after or now):
            than = "that is not later than it may begin" if after is not None else "that is over"
            raise UserError(f"the deadline is {told(deadline)}; {than}. Name a later one")
        return Ticket(self.priority, after, deadline, self.patience, self.key)


async def submit(
    store: Store,
    graph: Graph,
    inputs: Mapping[str, Json],
    base: str,
    jobs: int,
    start: str,
    how: Submission,
    values: str = "",
) -> Submitted:
    """`inputs` are complete, and what is large in them is kept at `values`. Raises `UserError`, and `LawBroken` or `PromiseBroken` if the graph
    cannot be registered; then nothing is kept."""
    ticket = replace(how.ticket(time.time()), fingerprint=fingerprint(graph, inputs, base))
    events = registered(graph, inputs, base, values=values)
    return await store.submit(graph.name, base, jobs, start, events, ticket, dedup=how.dedup)


async def submit_again(store: Store, name: str, how: Submission) -> Submitted:
    """Gives a run that is in the store to the workers: one that is dead, or that somebody began."""
    record = await store.run(name)
    if how.dedup or how.key is not None or how.deadline is not None:
        raise UserError(f"{record.id} is there already: it takes no key and no deadline any more")
    if record.status not in OPEN:
        raise UserError(
            f"{record.id} is over: {record.status}. Do again what failed or was stopped with: "
            f"foretell retry {record.id}"
        )
    return await store.enqueue(record, how.ticket(time.time()))


def fingerprint(graph: Graph, inputs: Mapping[str, Json], base: str) -> str:
    """The same for the same graph, from the same folder, with the same inputs; in which order the keys
    of any object come makes no difference. Other code of a task is another graph."""
    whole = {"graph": json.loads(jsonform.dumps(graph)), "inputs": dict(inputs), "base": base}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def too_late(run: RunRecord, now: float) -> str:
    """Why a run must not begin any more; empty if it may."""
    deadline = run.ticket.deadline if run.ticket else None
    if run.begun or deadline is None or now < deadline:
        return ""
    return f"it was to begin by {told(deadline)}, and no worker had begun it by then"


def told(at: float) -> str:
    """A moment in words."""
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"


def _seconds(moment: Moment | None, now: float) -> float | None:
    """Since 1970."""
    if isinstance(moment, timedelta):
        return now + moment.total_seconds()
    return None if moment is None else moment.timestamp()
