"""What a store is, whatever keeps it: runs, their journals, and who may write them.

A run is written by one process at a time, which holds a `Claim` on it. An append is whole or not
at all. Reading needs no claim and works while a run goes on. Knows the facts of a journal, and
nothing of how a run decides or how a task is started.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, TypeAlias

from foretell.graph.model import Json
from foretell.promises.limits import Limit
from foretell_runtime.machine.events import Fact, Move, Posted, Status

RunStatus: TypeAlias = (
    Status | Literal["queued", "claimed", "interrupted", "waiting", "paused", "dead"]
)
"""A run that nobody runs any more, and that can be resumed, reads as `interrupted`; as `waiting` if
it was left because it can only go on once somebody outside has answered, or a moment has come. One
that is `paused` is that whether anybody runs it or not. One that was submitted is `queued` until a
worker takes it, and `claimed` from then until it has begun; it is `dead` if too many workers died of
it: then no other takes it."""


OPEN: tuple[RunStatus, ...] = (
    "queued", "claimed", "running", "interrupted", "waiting", "paused", "dead"
)  # fmt: skip
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
class Ticket:
    """The place of a run in the queue. Workers take the highest `priority` first, then what was
    submitted first, and nothing before `after`. What no worker has begun by `deadline` fails; what
    `patience` workers have died of is dead. `key` and `fingerprint`: by what a second submission of
    the same is known. Times are seconds since 1970."""

    priority: int = 0
    after: float | None = None
    deadline: float | None = None
    patience: int = 3
    key: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """How a run is left that only goes on once somebody outside has answered or, if that is a time,
    `until` then. `queued`: workers may go on with it, whoever began it."""

    until: float | None = None
    queued: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run at a glance. `jobs` and `start` are the settings it was last run with; 0 jobs: nobody has
    said. `ticket` is its place in the queue, if workers may take it; `attempts` is how many have,
    and `deaths` how many of these died since it was last given up in order. `due` is when it goes on by
    itself; `begun`: it was not only submitted. `owner` is the process that runs it, `since` then."""

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
    ticket: Ticket | None = None
    attempts: int = 0
    deaths: int = 0
    due: float | None = None
    begun: bool = True
    owner: int | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A run in the queue; not a `new` one if it was there already, and then the `same` unless its key
    stands for another graph or other inputs. `heard`: a worker was told."""

    run: RunRecord
    new: bool
    heard: bool
    same: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a pool that a run has: for a node, or for none yet; of the run with that key and id."""

    pool: str
    place: int
    key: int
    node: str
    since: float
    ended: float | None
    run: str


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
    """The right to write one run. It ends with `Store.release`, when nobody knows it any more, and
    with the process."""

    @property
    def run(self) -> RunRecord: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """`claim` is None if nothing is to be had. `dead` are the runs that were found to be dead."""

    claim: Claim | None = None
    dead: tuple[RunRecord, ...] = ()


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

    async def claim(self, run: RunRecord, jobs: int, start: str, *, begins: bool = True) -> Claim:
        """Take a run over. Raises `RunBusy` if a living process has it. Of several that try at
        the same time exactly one succeeds. Unless it `begins`, what is queued stays so."""
        ...

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        """Keep all of this, durably, or nothing of it; what follows from the posts that were
        `taken` is among the events, so they go; what starts and ends with them, `moves` in pools. Raises `RunBusy` if the run was taken over by
        another process meanwhile."""
        ...

    async def release(self, claim: Claim, rest: Rest | None = None, fault: str = "") -> None:
        """Give the run up. Where there is a `rest`, it waits. A `fault` is why it could not be run:
        in the queue that counts as a death."""
        ...

    async def reserve(
        self, claim: Claim, limits: Sequence[Limit], priority: int = 0
    ) -> tuple[int | None, float | None]:
        """A place in the pools of all these limits, which nobody else gets; or None, and in how many
        seconds there may be one, where that is known. Of several who wait for one, those of the highest
        `priority` come first, then those who have waited longest. Who is refused is told by `listen` when a place
        becomes free."""
        ...

    async def pool_places(self, pool: str) -> list[Place]:
        """Who has a place there now."""
        ...

    async def give_back(self, claim: Claim, place: int) -> None:
        """Give back a place that was reserved and not taken."""
        ...

    # --- the queue -----------------------------------------------------------------------------

    async def submit(
        self,
        name: str,
        base: str,
        jobs: int,
        start: str,
        events: Sequence[Event],
        ticket: Ticket,
        *,
        dedup: bool = False,
    ) -> Submitted:
        """A new run that nobody runs yet; or the one that has the ticket's key, or (`dedup`) its
        fingerprint, and that has not ended badly."""
        ...

    async def enqueue(self, run: RunRecord, ticket: Ticket) -> Submitted:
        """Let workers take a run that is there already, also if it was dead."""
        ...

    async def take_next(self, now: float, *, late: bool = False) -> Taken:
        """Claim the run that is next in the queue. `late`: only one whose deadline has passed before
        it was begun. Of several that try at the same time, no two get the same."""
        ...

    async def next_moment(self, now: float) -> float | None:
        """When something in the queue next becomes due by the clock."""
        ...

    async def owners(self) -> set[int]:
        """The processes that run what is in the queue."""
        ...

    def await_work(self, heard: Callable[[], None]) -> Listening:
        """From now on `heard` is called, in the running event loop, when there may be work."""
        ...

    async def prune(
        self, before: float, statuses: Collection[str], *, dry: bool
    ) -> list[RunRecord]:
        """Delete runs of these statuses in which nothing has happened since `before`, wholly. None is
        deleted that somebody runs, or for which something waits in its inbox. `dry`: say only which
        that would be."""
        ...

    async def post(self, run: RunRecord, seen: int, check: Check) -> bool:
        """Leave something for whoever runs `run`, now or later: what `check` makes of all that has
        happened after event `seen`, and of what others have left. Nothing comes between its looking
        and the posting. Returns whether somebody runs the run and was told."""
        ...

    async def mentioned(self) -> list[Json]:
        """All that is kept in which values are mentioned that are not in the store itself."""
        ...

    async def places(self) -> list[str]:
        """Where runs keep such values; empty: beside the store."""
        ...

    def is_owned(self, key: int) -> bool:
        """Whether a living process runs the run of that key."""
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
