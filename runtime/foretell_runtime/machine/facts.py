"""Facts: what happened to a run, as its journal keeps it. The state is the fold of them.

`Interrupted` is a trial cut off by no fault of its own (a crash, Ctrl-C): it uses up no retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from foretell.document.model import Change, Graph
from foretell.graph.model import Hole, Json, NodeId, Pointer
from foretell.protocol.messages import Fail, Finish
from foretell_runtime.machine.timers import What

Status: TypeAlias = Literal["running", "done", "failed", "broken", "cancelled"]
"""Of a run. Only `running` can still change."""


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
