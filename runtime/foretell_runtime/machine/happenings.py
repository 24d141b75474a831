"""Happenings: what comes to a run from outside, and makes it decide: a message of a task, a dead child,
an order of the operator, a moment that has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from foretell.graph.model import Json, NodeId, Pointer
from foretell.protocol.messages import FromTask
from foretell_runtime.machine.facts import CancelNode


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
