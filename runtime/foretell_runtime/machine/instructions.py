"""What follows from a happening: facts for the journal, and instructions, which the orchestrator
carries out after the facts are committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from foretell.graph.model import Json, NodeId
from foretell.promises.limits import Limit
from foretell.protocol.messages import BackTo, Chunks, Reply
from foretell_runtime.machine.facts import CancelNode, Fact


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
    """Ask for a place in the pools of `limits`, which stand upon `node`: in all of them, or in none.
    Of several runs that wait the highest `priority` comes first."""

    node: NodeId
    limits: tuple[Limit, ...]
    priority: int = 0


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
