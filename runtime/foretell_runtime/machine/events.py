"""What can happen to a run: facts for the journal, happenings that cause them, instructions.

A *happening* comes from outside (a message from a task, a dead child, the operator). `decide`
turns it into *facts*, which go into the journal and of which the state is the fold, and into
*instructions*, which the orchestrator carries out after the facts are committed.

`Interrupted` is a trial cut off by no fault of its own (a crash, Ctrl-C): it uses up no retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from foretell.document.model import Change, Graph
from foretell.graph.model import Hole, Json, NodeId, Pointer
from foretell.promises.limits import Limit
from foretell.protocol.messages import BackTo, Chunks, Fail, Finish, FromTask, Reply
from foretell_runtime.machine.timers import What

Status: TypeAlias = Literal["running", "done", "failed", "broken", "cancelled"]
"""Of a run. Only `running` can still change."""


# --- an order that is kept in a fact until it is carried out ---------------------------------------


@dataclass(frozen=True, slots=True)
class CancelNode:
    """Somebody wants `node` to end without being done; or (`skip`) to end well with `value` as its
    output. Unless `force` is used, it must not break a promise; `objection` says that it would."""

    node: NodeId
    by: str = ""
    why: str = ""
    force: bool = False
    skip: bool = False
    value: Json = None
    objection: str = ""
    kind: Literal["cancel_node"] = "cancel_node"

    @property
    def said(self) -> str:
        """Who, and why, to read on after "cancelled"."""
        by = f" by {self.by}" if self.by else ""
        return by + (f": {self.why}" if self.why else "")


# --- facts -------------------------------------------------------------------------------------
# Starts and ends say `at` what time they were where a limit asks for that.


@dataclass(frozen=True, slots=True)
class Registered:
    """The run exists. `base` is the folder to which file entry points are relative. `values` is where
    large values are kept, if it is not beside the store."""

    graph: Graph
    inputs: Mapping[str, Json] = field(default_factory=dict)
    base: str = ""
    values: str = ""
    kind: Literal["registered"] = "registered"


@dataclass(frozen=True, slots=True)
class Started:
    """`until` is when the trial has had the time it is given, if it is given one."""

    node: NodeId
    trial: int
    iteration: int = 1
    until: float | None = None
    at: float | None = None
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Changed:
    node: NodeId
    trial: int
    change: Change
    kind: Literal["changed"] = "changed"


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposed change was not applied; nothing of it was kept."""

    node: NodeId
    trial: int
    why: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Progressed:
    node: NodeId
    trial: int
    done: float
    total: float | None = None
    message: str = ""
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Emitted:
    """A trial emitted a chunk in one of its ports. It counts if the node ends well with it."""

    node: NodeId
    trial: int
    port: str
    chunk: Json = None
    kind: Literal["emitted"] = "emitted"


@dataclass(frozen=True, slots=True)
class Concluded:
    """A trial that reads early is over, and this was its last word (or says how it was lost). It
    counts as soon as all that the trial has read does."""

    node: NodeId
    trial: int
    word: Finish | Fail
    kind: Literal["concluded"] = "concluded"


@dataclass(frozen=True, slots=True)
class Finished:
    """`again`: the loop to this node is to come round, and `output` goes along with it."""

    node: NodeId
    trial: int
    output: Json = None
    holes: tuple[Hole, ...] = ()
    change: Change | None = None
    again: NodeId | None = None
    at: float | None = None
    kind: Literal["finished"] = "finished"


@dataclass(frozen=True, slots=True)
class Failed:
    """A trial failed. `final`: no retry is left, so the node has failed. `handled`: somebody waits
    for that, so the run goes on as if it were well. `again_at`: the node waits until then, which is
    `wait` seconds, before it is tried again."""

    node: NodeId
    trial: int
    error: str
    trace: str = ""
    final: bool = True
    handled: bool = False
    again_at: float | None = None
    wait: float = 0.0
    at: float | None = None
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Due:
    """The moment has come for which `node` waited: it may be tried again (`retry`), or its running
    trial has had its time (`timeout`), which is a failure as soon as its process is gone."""

    node: NodeId
    trial: int
    what: What
    kind: Literal["due"] = "due"


@dataclass(frozen=True, slots=True)
class Interrupted:
    node: NodeId
    trial: int
    why: str = ""
    at: float | None = None
    kind: Literal["interrupted"] = "interrupted"


@dataclass(frozen=True, slots=True)
class Retired:
    """These nodes no longer belong to the graph: the trial that grew them does not count."""

    nodes: tuple[NodeId, ...]
    node: NodeId
    kind: Literal["retired"] = "retired"


@dataclass(frozen=True, slots=True)
class Rearmed:
    """The loop from `by` came round to `node`: these `nodes` are done again, and what they had
    grown is `retired`."""

    node: NodeId
    by: NodeId
    nodes: tuple[NodeId, ...]
    retired: tuple[NodeId, ...] = ()
    kind: Literal["re-armed"] = "re-armed"


@dataclass(frozen=True, slots=True)
class Restarted:
    """Somebody had `tops` done again, and with them these `nodes`, which come after them; what these
    had grown is `retired`. A run that was over goes on."""

    tops: tuple[NodeId, ...]
    nodes: tuple[NodeId, ...]
    retired: tuple[NodeId, ...] = ()
    by: str = ""
    kind: Literal["restarted"] = "restarted"


@dataclass(frozen=True, slots=True)
class RuledOut:
    """These nodes end without running, because `node` ended as it did."""

    nodes: tuple[NodeId, ...]
    node: NodeId
    kind: Literal["ruled_out"] = "ruled_out"


@dataclass(frozen=True, slots=True)
class Held:
    """`node` could start, but then a promise could no longer be kept, or there would be more than a
    limit allows (told of the first node that a limit holds back, not of those behind it)."""

    node: NodeId
    why: str
    kind: Literal["held"] = "held"


@dataclass(frozen=True, slots=True)
class Asked:
    """`node` waits for nothing else now than what it wants `until` then, at the latest; `within` is
    how many seconds that is, where it was said so."""

    node: NodeId
    input: Pointer
    until: float
    within: float | None = None
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True)
class Answered:
    """What `node` waited for from outside is there, for this place of its inputs. `by` is who gave
    it, as they call themselves."""

    node: NodeId
    input: Pointer
    value: Json = None
    by: str = ""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise can no longer be kept. The run ends.

    `says`, `by`, `where` identify the promise; `event` is what broke it, `node` who caused that
    (empty: registration); `advice` is the smallest change that would have been allowed.
    """

    says: str
    by: str
    where: str
    why: str
    event: str
    node: NodeId = ""
    advice: str = ""
    kind: Literal["broken"] = "broken"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """These nodes ended without being done. `alone`: somebody (`by`) wanted that, and the run goes
    on without them; else they were stopped with the run."""

    nodes: tuple[NodeId, ...]
    why: str = ""
    by: str = ""
    alone: bool = False
    at: float | None = None
    kind: Literal["cancelled"] = "cancelled"


@dataclass(frozen=True, slots=True)
class Stopping:
    """`order` is about a node that runs: nothing its trial says counts any more, and the order is
    carried out once its process is gone."""

    node: NodeId
    trial: int
    order: CancelNode
    kind: Literal["stopping"] = "stopping"


@dataclass(frozen=True, slots=True)
class Skipped:
    """`node` ended well with what somebody gave as its output."""

    node: NodeId
    output: Json = None
    why: str = ""
    by: str = ""
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True)
class Recalled:
    """`node` came to what an equal one had come to before, by the `key` of both in the cache. It did not
    run."""

    node: NodeId
    output: Json = None
    key: str = ""
    kind: Literal["recalled"] = "recalled"


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """`by` wanted `node` to be cancelled or skipped, and it was not."""

    node: NodeId
    why: str
    by: str = ""
    kind: Literal["cancel_refused"] = "cancel_refused"


@dataclass(frozen=True, slots=True)
class Waived:
    """`node` was cancelled or skipped by force although a promise can not be kept without it. As after
    a failure that nobody handles, nothing is owed any more, all else goes on, and the run will have
    failed."""

    node: NodeId
    says: str
    why: str = ""
    kind: Literal["waived"] = "waived"


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is started any more; what runs may end. It stays so, whoever takes the run up, until
    somebody lets it go on."""

    by: str = ""
    why: str = ""
    kind: Literal["paused"] = "paused"

    @property
    def said(self) -> str:
        """Who, and why, to read on after "paused"."""
        by = f" by {self.by}" if self.by else ""
        return by + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True, slots=True)
class Unpaused:
    """Somebody let the run go on."""

    by: str = ""
    kind: Literal["unpaused"] = "unpaused"


@dataclass(frozen=True, slots=True)
class Resumed:
    """A new orchestrator took the run up, at that time by its clock."""

    at: float | None = None
    kind: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over. `output` is complete (its holes are filled)."""

    status: Status
    output: Json = None
    error: str = ""
    kind: Literal["ended"] = "ended"


Fact: TypeAlias = Registered | Started | Changed | Refused | Progressed | Emitted | Concluded | Finished | Failed | Due | Interrupted | Retired | Rearmed | Restarted | RuledOut | Held | Asked | Answered | Broken | Cancelled | Stopping | Skipped | Recalled | CancelRefused | Waived | Paused | Unpaused | Resumed | Ended  # fmt: skip


# --- happenings --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A trial sent a message."""

    node: NodeId
    trial: int
    message: FromTask


@dataclass(frozen=True, slots=True)
class Lost:
    """A trial's process is gone, or broke the protocol, before it said `finish` or `fail`.

    `why` is for people (exit code or signal, and the tail of its log)."""

    node: NodeId
    trial: int
    why: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A trial's process was stopped by us (a second Ctrl-C); the trial does not count."""

    node: NodeId
    trial: int
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody gave `node` what it waits for from outside, having seen the run as it was after
    event `seen`. It changes nothing if the question is not the one they saw."""

    node: NodeId
    input: Pointer
    value: Json
    seen: int
    by: str = ""
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True)
class Restart:
    """Somebody wants `nodes`, and what comes after them, to be done again."""

    nodes: tuple[NodeId, ...]
    by: str = ""
    kind: Literal["restart"] = "restart"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Somebody ends the run: what runs is stopped, and nothing is started any more."""

    by: str = ""
    why: str = ""
    kind: Literal["cancel"] = "cancel"


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody wants nothing more to be started for now."""

    by: str = ""
    why: str = ""
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class Unpause:
    """Somebody lets the run go on."""

    by: str = ""
    kind: Literal["unpause"] = "unpause"


@dataclass(frozen=True, slots=True)
class TooLate:
    """Whoever keeps the queue says that a run that has not begun is not to begin any more."""

    why: str


Posted: TypeAlias = Answer | Restart | Cancel | CancelNode | Pause | Unpause
"""What comes from other processes, through the store."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The cache was asked for what `node` comes to. `found`: it is `output`."""

    node: NodeId
    key: str
    found: bool
    output: Json = None


@dataclass(frozen=True, slots=True)
class TakenUp:
    """This process now runs the run; whatever was running before is gone."""


@dataclass(frozen=True, slots=True)
class Slots:
    """At most `jobs` trials may run from now on; 0 starts nothing more (drain)."""

    jobs: int


@dataclass(frozen=True, slots=True)
class Granted:
    """`node` has a place in all pools that limits upon it name; nobody else gets that one."""

    node: NodeId
    place: int


@dataclass(frozen=True, slots=True)
class Denied:
    """`node` has no place in a pool. It may be asked for again then, or when there is news."""

    node: NodeId
    again_at: float


@dataclass(frozen=True, slots=True)
class News:
    """A place in a pool may have become free."""


@dataclass(frozen=True, slots=True)
class Rang:
    """The time has come for which the run has waited (`State.timers`)."""


Happening: TypeAlias = (
    Looked
    | Heard
    | Lost
    | Cut
    | Answer
    | Restart
    | Cancel
    | TooLate
    | CancelNode
    | Pause
    | Unpause
    | TakenUp
    | Slots
    | Granted
    | Denied
    | News
    | Rang
)


# --- instructions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a trial. Its `started` fact is among the facts of the same decision. `back_to` are the
    loops that lead back from it, `retry_on` the names of the exceptions after which it may be tried
    again (None: any), `streams` the inputs that it reads early."""

    node: NodeId
    trial: int
    task: str
    inputs: Mapping[str, Json]
    iteration: int = 1
    back_to: tuple[BackTo, ...] = ()
    retry_on: tuple[str, ...] | None = None
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask the cache for what `node` comes to, by this key, and not older than `within` seconds; and say
    that it was `Looked` for."""

    node: NodeId
    key: str
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    """Let the cache have what `node`, of this task, has come to."""

    node: NodeId
    task: str
    key: str
    output: Json


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a reply to a running trial."""

    node: NodeId
    trial: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class Give:
    """Send a running trial what it asked for of a stream."""

    node: NodeId
    trial: int
    chunks: Chunks


@dataclass(frozen=True, slots=True)
class Listen:
    """Hear a running trial on, or not until told so: it has to wait in its own pipe then."""

    node: NodeId
    trial: int
    on: bool


@dataclass(frozen=True, slots=True)
class Kill:
    """Stop a trial's process; nothing it says counts any more. `tell`: say that it is `Lost` as
    soon as it is gone."""

    node: NodeId
    trial: int
    why: str
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """Look at an order once more, now that the process is gone that was in its way."""

    order: CancelNode


@dataclass(frozen=True, slots=True)
class Reserve:
    """Ask for a place in the pools of `limits`, which stand upon `node`: in all of them, or in none."""

    node: NodeId
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Give a reserved place back that nobody has taken."""

    place: int


Instruction: TypeAlias = (
    Launch | Recall | Remember | Tell | Give | Listen | Kill | Again | Reserve | GiveBack
)


@dataclass(frozen=True, slots=True)
class Taken:
    """With the facts of the same decision, `node` takes the place that was reserved."""

    place: int
    node: NodeId


@dataclass(frozen=True, slots=True)
class Freed:
    """With the facts of the same decision, the place is free."""

    place: int


Move: TypeAlias = Taken | Freed


@dataclass(slots=True)
class Decision:
    """What follows from a happening, in order."""

    facts: list[Fact] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    """In pools: kept in one transaction with the facts."""
