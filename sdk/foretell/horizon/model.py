"""The horizon: everything that may still happen, as one finite drawing, as plain data.

A `Horizon` is a pure function of a run's state. It holds the nodes that exist, the *classes* of
nodes that will or may still come, the edges among both, and which classes exclude each other.
It is what `foretell draw --format json` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from foretell.graph.model import STRICT, EdgeKind, NodeId, Outcome

NodeStatus: TypeAlias = Literal[
    "waiting", "running", "asking", "done", "failed", "cancelled", "ruled_out", "retired"
]
Existence: TypeAlias = Literal["exists", "will", "may"]
RunStatus: TypeAlias = Literal[
    "ready", "running", "waiting", "paused", "done", "failed", "broken", "cancelled"
]
"""`waiting`: for somebody outside, and for nothing else. `paused`: nothing is started for now."""
ClassId: TypeAlias = str


REAL = "*"
"""In `in_open`: stands for all nodes that exist."""
COMING = "+"
"""In `in_open`: stands for all classes."""


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A node that exists.

    `in_open` are the classes whose nodes may still become its predecessors without being drawn
    with an edge to it; `"*"` in it stands for edges from any node that exists. `may_go`: it may be
    taken back, for its maker runs and may fail while others go on, or a loop may come round.
    `iteration` is how many times it has been begun or is about to be, trials not counted; `trial` how
    many trials of that iteration have begun.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    id: NodeId
    task: str
    status: NodeStatus = "waiting"
    label: str | None = None
    scope: str = ""
    maker: NodeId | None = None
    trial: int = 0
    in_open: tuple[ClassId, ...] = ()
    may_go: bool = False
    style: Mapping[str, str] = field(default_factory=dict)
    iteration: int = 1


@dataclass(frozen=True, slots=True)
class NodeClass:
    """Nodes that may still come: between `min` and `max` of them (None: any number); in a branch
    of a group, if that branch is the one.

    `task` is None for the wildcard: nodes of any task. `maker` is the node or class whose nodes
    make them. `again` names the class whose growth repeats here (folded recursion): then whatever
    lies below that class lies below each of these too. `beside` is how many real nodes of the
    same maker and slot already exist. `in_open` is as for a node: what may precede these nodes
    without being drawn with an edge to them.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    id: ClassId
    task: str | None
    min: int
    max: int | None
    maker: NodeId | ClassId
    beside: int = 0
    again: NodeId | ClassId | None = None
    in_open: tuple[ClassId, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenEdge:
    """An edge between real nodes, classes, or one of each.

    `existence` of an edge that touches a class speaks of each of its nodes: `will` = every node of
    the class that comes has it, `may` = it may have it. An edge between real nodes is `may` if it
    may be taken back. `thin`: implied by other edges. `on`: how the source must end.

    `onward` is the id of a bundle whose instances come one after the other: then this edge joins
    nodes of one of them, or of the last that has begun, to nodes of the next (`will`), or of any
    later one.

    An edge of kind `loop` leads back and is no order: its target, and what comes after that, may be
    done again after its source has ended. `rounds` is how often that may still happen at most
    (None: any number of times; for other edges always 0).

    `early` are the ports of its source that its target reads while the source still runs, if it may
    start at the first chunk.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    source: NodeId | ClassId
    target: NodeId | ClassId
    existence: Existence = "exists"
    kind: EdgeKind = "order"
    thin: bool = False
    label: str | None = None
    onward: str | None = None
    on: Outcome = "ok"
    rounds: int | None = 0
    early: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Exactly one of the branches will be populated; a branch is a set of classes.

    An empty branch means that none may be. `per` is the class for each of whose nodes this holds
    anew (None: it holds once).
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    id: str
    branches: tuple[tuple[ClassId, ...], ...]
    within: str | None = None
    """The id of the group in one of whose branches this group lies."""
    per: ClassId | None = None
    bundle: str | None = None
    """The id of the bundle for each of whose instances this holds anew."""


@dataclass(frozen=True, slots=True)
class Share:
    """Each instance of a bundle has between `min` and `max` nodes of this class; in a branch of a
    group, if that branch is the one."""

    __pydantic_config__: ClassVar[Any] = STRICT
    id: ClassId
    min: int
    max: int | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Classes whose nodes come together: each node of `maker` grows between `min` and `max`
    instances more (None: any number).

    An edge between two of these classes speaks of nodes of one instance only, unless it goes
    onward. What instances that have begun still lack is drawn as classes of their own. `in_turn`:
    the instances come one after the other, each wholly before the next.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    id: str
    of: tuple[Share, ...]
    min: int
    max: int | None
    maker: NodeId | ClassId
    within: str | None = None
    """The id of the group in one of whose branches this bundle lies."""
    bundle: str | None = None
    """The id of the bundle in each of whose instances this one lies anew."""
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Horizon:
    """`event` is the number of journal events it is taken after (0: before the run).

    `exact`: each bound and edge is attained in some future, and no future lies outside. Otherwise
    no future lies outside, and `why` says what is drawn wider than it is.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    name: str
    event: int = 0
    status: RunStatus = "ready"
    nodes: tuple[SeenNode, ...] = ()
    classes: tuple[NodeClass, ...] = ()
    edges: tuple[SeenEdge, ...] = ()
    groups: tuple[Group, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    exact: bool = True
    why: tuple[str, ...] = ()
