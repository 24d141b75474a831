"""What a store is, whatever keeps it: runs, their journals, and who may write them.

A run is written by one process at a time, which holds a `Claim` on it. An append is whole or not
at all. Reading needs no claim and works while a run goes on. Knows the facts of a journal, and
nothing of how a run decides or how a task is started.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, TypeAlias

from foretell.graph.model import Json
from foretell_runtime.machine.events import Fact, Posted, Status

RunStatus: TypeAlias = Status | Literal["interrupted", "waiting", "paused"]
"""A run that nobody runs any more, and that can be resumed, reads as `interrupted`; as `waiting` if
it was left because it can only go on once somebody outside has answered. One that is `paused` is
that whether anybody runs it or not."""


OPEN: tuple[RunStatus, ...] = ("running", "interrupted", "waiting", "paused")
"""Of runs that have not ended."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with its place in the journal. `seq` rises from 1 without gaps; `time` is seconds
    since the epoch; `cause` is the seq of the event that led to this one."""

    seq: int
    time: float
    cause: int | None
    fact: Fact


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a trial wrote. `stream` says through which door it came."""

    time: float
    node: str
    trial: int
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run at a glance. `jobs` and `start` are the settings it was last run with."""

    key: int
    id: str
    name: str
    base: str
    jobs: int
    start: str
    created: float
    changed: float
    events: int
    status: RunStatus
    output: Json
    error: str


@dataclass(frozen=True, slots=True)
class Post:
    """Something that came from outside for a run and is not in its journal yet."""

    number: int
    time: float
    what: Posted


Check: TypeAlias = Callable[[Sequence[Event], Sequence[Post]], Sequence[Posted]]
"""From what has happened since somebody looked, and what waits in the inbox, to what they post.
What it raises, posts nothing."""


class Claim(Protocol):
    """The right to write one run. It ends with `Store.release`, or with the process."""

    @property
    def run(self) -> RunRecord: ...


class Listening(Protocol):
    """Hears of posts until it is closed. Who posts after that finds that nobody runs the run."""

    def close(self) -> None: ...


class Store(Protocol):
    """Every method raises `StoreError` when the place cannot be read or written."""

    async def create(
        self, name: str, base: str, jobs: int, start: str, events: Sequence[Event]
    ) -> Claim:
        """A new run with its first events, in one step."""
        ...

    async def claim(self, run: RunRecord, jobs: int, start: str) -> Claim:
        """Take a run over. Raises `RunBusy` if a living process has it. Of several that try at
        the same time exactly one succeeds."""
        ...

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
    ) -> None:
        """Keep all of this, durably, or nothing of it; what follows from the posts that were
        `taken` is among the events, so they go. Raises `RunBusy` if the run was taken over by
        another process meanwhile."""
        ...

    async def release(self, claim: Claim, *, waiting: bool = False) -> None:
        """Give the run up. `waiting`: it goes on only when somebody outside has answered."""
        ...

    async def post(self, run: RunRecord, seen: int, check: Check) -> bool:
        """Leave something for whoever runs `run`, now or later: what `check` makes of all that has
        happened after event `seen`, and of what others have left. Nothing comes between its looking
        and the posting. Returns whether somebody runs the run and was told."""
        ...

    async def posts(self, run: RunRecord) -> list[Post]:
        """What was left for the run and is not in its journal yet."""
        ...

    def listen(self, claim: Claim, heard: Callable[[], None]) -> Listening:
        """From now on `heard` is called, in the running event loop, when something was posted."""
        ...

    async def runs(self, limit: int | None = None) -> list[RunRecord]:
        """Newest first."""
        ...

    async def run(self, name: str) -> RunRecord:
        """The run of that id, of the only id that begins or ends so, or (`last`) the newest.
        Raises `RunNotFound`."""
        ...

    async def events(self, run: RunRecord, upto: int | None = None, after: int = 0) -> list[Event]:
        """The journal, from behind event `after` to event `upto` or to its end."""
        ...

    async def logs(self, run: RunRecord, node: str | None = None) -> list[LogLine]:
        """What the trials of a run, or of one node, wrote."""
        ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: Any) -> None: ...
