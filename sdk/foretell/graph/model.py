"""Nodes and edges as plain data: what a graph document, a change and a message consist of.

All nodes are alike and all edges are alike. Nothing here knows what a task does, whether a node
has run, or what was promised. The dataclasses are frozen, hold only JSON-able values, and are
read and written by `foretell.graph.plain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from foretell.graph.trials import OptionsSchema

Json: TypeAlias = Any
"""A JSON value. (A recursive alias would be exact, and costs every reader a cast.)"""

NodeId: TypeAlias = str
ScopeId: TypeAlias = str
Pointer: TypeAlias = str
"""A JSON Pointer (RFC 6901); the empty string is the whole value."""

EdgeKind: TypeAlias = Literal["order", "data", "structural", "loop"]
Outcome: TypeAlias = Literal["ok", "fail", "any"]
Carried: TypeAlias = Literal["output", "failures"]

ROOT: ScopeId = ""
"""The scope of what registration makes."""

STRICT: dict[str, str] = {"extra": "forbid"}
"""Unknown fields are an error (read by pydantic when it publishes the schema)."""

DIGEST = "~"
"""How the scope of a node with a long id begins; what follows is a digest."""

_LONGEST_PREFIX = 160


@dataclass(frozen=True, slots=True)
class Feed:
    """A value of a workflow input that goes to a place in a node's inputs."""

    __pydantic_config__: ClassVar[Any] = STRICT

    name: str
    output: Pointer = ""
    input: Pointer = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """An input that comes from outside of the run: the answer to a question, a signal, or the time.

    It goes to the place `input` in a node's inputs, and the node does not start before it is there.
    `says` is the question, or the name of the signal; `schema` the JSON Schema of what may be given.
    If nothing is given for `within_s` seconds from when the node waits for nothing else, or until the
    moment (ISO 8601) that stands `at` a place in its inputs, it is `default`.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    kind: Literal["question", "signal", "time"]
    input: Pointer
    says: str
    schema: Mapping[str, Json] = field(default_factory=dict)
    within_s: float | None = None
    at: Pointer | None = None
    default: Json = None

    @property
    def timed(self) -> bool:
        """Whether it comes by the clock, at the latest."""
        return self.within_s is not None or self.at is not None


@dataclass(frozen=True, slots=True)
class Node:
    """One use of a task.

    `inputs` are the constants; places that edges, feeds or the outside fill are null or absent in
    them.
    `slot` names the leaf of its scope's shape that the node fills, where a shape is promised.
    `options` are run options such as `retries`; `label` and `style` are cosmetic.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    id: NodeId
    task: str
    scope: ScopeId = ROOT
    slot: str | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    options: Annotated[Mapping[str, Json], OptionsSchema()] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    label: str | None = None
    style: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[Outside, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` runs after `source`, and may carry a value along.

    A data edge moves the value at `output` (in the source's output, or in the list of `Failure`s of
    the source and of what it grew, where it `carries` these) to `input` (in the target's inputs).
    `on` is the outcome of the source that satisfies the edge. On `any` there may be no such value;
    then the target's constant stays as it is.

    With a `port` the value is what all chunks came to that the source emitted there; if it is
    `early`, the target may start at the first of them, and reads them one by one.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    source: NodeId
    target: NodeId
    kind: EdgeKind = "order"
    output: Pointer | None = None
    input: Pointer | None = None
    on: Outcome = "ok"
    carries: Carried = "output"
    port: str | None = None
    early: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """That `node`, a use of `task`, has failed for good, and what it said."""

    node: NodeId
    task: str
    error: str


@dataclass(frozen=True, slots=True)
class Restyle:
    """How `node`, which exists, looks from now on: its label (None: as before), and these keys of
    its style. An empty text takes a label or a key away."""

    __pydantic_config__: ClassVar[Any] = STRICT

    node: NodeId
    label: str | None = None
    style: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in an output that a grown node's output will fill, or what it emitted in a `port`."""

    __pydantic_config__: ClassVar[Any] = STRICT

    at: Pointer
    node: NodeId
    pointer: Pointer = ""
    port: str | None = None

    @property
    def source(self) -> str:
        """Among outputs, the key of what fills it."""
        return self.node if self.port is None else port_key(self.node, self.port)


@dataclass(frozen=True, slots=True)
class Output:
    """A value with holes: what a node finishes with, or what a workflow returns.

    `feeds` (workflows only) are places filled straight from a workflow input.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    value: Json = None
    holes: tuple[Hole, ...] = ()
    feeds: tuple[Feed, ...] = ()


def port_key(node: NodeId, port: str) -> str:
    """Among outputs, the key of what a node emitted in a port; no node has such an id."""
    return f"{node}\n{port}"


def growth_scope(maker: NodeId) -> ScopeId:
    """The scope in which `maker` grows nodes, which is also the prefix of their ids.

    A long prefix is replaced by a digest, so that ids stay bounded and a recursion of depth n
    costs O(n), not O(n^2).
    """
    if len(maker) <= _LONGEST_PREFIX:
        return maker
    return DIGEST + sha256(maker.encode()).hexdigest()[:16]


def grown_id(maker: NodeId, name: str) -> NodeId:
    """The id of the node `name` that `maker` grows."""
    return f"{growth_scope(maker)}.{name}"
