"""The graph document and the change: what registration writes and what running nodes propose.

A `Graph` says everything that is needed to run, draw, judge and turn back into Python; it holds
no code. A `Change` is one atomic addition to a graph; registration is one too. Both are plain
data; reading them from untrusted JSON is `foretell.document.jsonform`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from foretell.document.programs import Program
from foretell.document.writing import text_of
from foretell.graph.model import STRICT, Edge, Json, Node, Output, Restyle
from foretell.graph.plain import encode
from foretell.graph.streams import Gather
from foretell.graph.trials import OptionsSchema
from foretell.promises.language import Vowed
from foretell.promises.limits import Limit
from foretell.promises.shapes import NOTHING, Shape

VERSION = 1
"""The version of the graph document this code writes, and the newest it reads."""


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A port of a task: the JSON Schema of a chunk, and what all chunks come to: their `list`, their
    `text` joined, the `latest` of them (null where there is none), or objects that `merge`, key by
    key."""

    __pydantic_config__: ClassVar[Any] = STRICT

    chunk: Mapping[str, Json] = field(default_factory=dict)
    gather: Gather = "list"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task as the graph knows it.

    `entry` is `package.module:qualname`, or `file.py:qualname` relative to the graph's folder.
    `digest` is the SHA-256 of its source, `where` its place in it. `inputs` is the JSON Schema of
    an object with one property a parameter, `output` that of the result.
    `grows` is the shape of what its nodes may add; None means that nothing was promised. `ports` are
    those in which its nodes may emit chunks while they run.

    With a `program` that is run, and `entry` is where it is declared, if anywhere; without one
    `entry` is a Python function. A program that does not speak the protocol cannot grow anything.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    entry: str = ""
    grows: Shape | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    output: Mapping[str, Json] = field(default_factory=dict)
    options: Annotated[Mapping[str, Json], OptionsSchema()] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    digest: str = ""
    where: str = ""
    ports: Mapping[str, PortSpec] = field(default_factory=dict)
    program: Program | None = None

    def __post_init__(self) -> None:
        if self.grows is None and self.program is not None and not self.program.speaks:
            object.__setattr__(self, "grows", NOTHING)


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic addition. `tasks` are specs of tasks that the graph may not know yet, `styles`
    other looks of nodes that exist."""

    __pydantic_config__: ClassVar[Any] = STRICT

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    promises: tuple[Vowed, ...] = ()
    tasks: Mapping[str, TaskSpec] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    styles: tuple[Restyle, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.promises or self.limits or self.styles)


@dataclass(frozen=True, slots=True)
class Input:
    """A workflow input: its JSON Schema, and its default if it has one."""

    __pydantic_config__: ClassVar[Any] = STRICT

    schema: Mapping[str, Json] = field(default_factory=dict)
    required: bool = True
    default: Json = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A compiled workflow."""

    __pydantic_config__: ClassVar[Any] = STRICT

    name: str
    version: int = VERSION
    tasks: Mapping[str, TaskSpec] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    promises: tuple[Vowed, ...] = ()
    limits: tuple[Limit, ...] = ()
    inputs: Mapping[str, Input] = field(default_factory=dict)
    output: Output = field(default_factory=Output)
    layout: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> str:
        """The document as JSON text; `foretell.document.jsonform.loads` reads it."""
        data: dict[str, Json] = encode(self)
        return text_of({"version": self.version, **data})

    def as_change(self) -> Change:
        """Registration, as the change it is."""
        return Change(self.nodes, self.edges, self.promises, self.tasks, self.limits)
