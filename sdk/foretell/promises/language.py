"""The promise language as plain data: constraints on what the finished graph may be.

Promises only ever shrink the set of futures. Judging them is the ledger's work; this file only
says what can be said. What a task may grow is also a promise (`Shape` in a `TaskSpec`).

    no new nodes              Count(IsNew(), max=0)
    no new edges              Edges(new=True, max=0)
    only M may be created     Count(AllOf((IsNew(), NotSo(TaskIs("M")))), max=0)
    nothing starts at A       Edges(source=IdIs("A"), new=True, max=0)
    every M has one edge to B Each(TaskIs("M"), out=IdIs("B"), min=1, max=1)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from foretell.graph.model import STRICT, NodeId, ScopeId
from foretell.promises.selectors import ANY, Selector
from foretell.promises.shapes import Shape


@dataclass(frozen=True, slots=True)
class Count:
    """The finished graph has `min` to `max` (None: any number) nodes selected by `of`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    min: int = 0
    max: int | None = None
    kind: Literal["count"] = "count"


@dataclass(frozen=True, slots=True)
class Pair:
    """Edges from nodes selected by `source` to nodes selected by `target`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    source: Selector = ANY
    target: Selector = ANY


@dataclass(frozen=True, slots=True)
class Edges:
    """The finished graph has `min` to `max` pairs of nodes joined by a matching edge.

    An edge matches when its ends are selected by `source` and `target`, its maker by `by`, it was
    born after the promise if `new`, and it lies on none of the pairs in `besides`. Parallel edges
    count once. Structural edges count.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    source: Selector = ANY
    target: Selector = ANY
    by: Selector | None = None
    new: bool = False
    besides: tuple[Pair, ...] = ()
    min: int = 0
    max: int | None = None
    kind: Literal["edges"] = "edges"


@dataclass(frozen=True, slots=True)
class Each:
    """Every node selected by `of` has `min` to `max` successors selected by `out`, or
    predecessors selected by `into`; one of the two is given.

    Parallel edges count once. Structural edges count.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    out: Selector | None = None
    into: Selector | None = None
    min: int = 0
    max: int | None = None
    kind: Literal["each"] = "each"


@dataclass(frozen=True, slots=True)
class Grows:
    """Every node selected by `of` that ends well has grown an instance of `shape`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    shape: Shape
    kind: Literal["grows"] = "grows"


@dataclass(frozen=True, slots=True)
class Shaped:
    """What lies in `scope` is an instance of `shape`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    scope: ScopeId
    shape: Shape
    kind: Literal["shape"] = "shape"


@dataclass(frozen=True, slots=True)
class Styled:
    """Of nodes selected by `of`, the style keys named in `values` have only the values listed
    there; none listed: they stay as they are."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    values: Mapping[str, tuple[str, ...]]
    kind: Literal["style"] = "style"


@dataclass(frozen=True, slots=True)
class Rearm:
    """A loop comes round to the node `target` at most `max` times, anew whenever a loop around it
    comes round."""

    __pydantic_config__: ClassVar[Any] = STRICT
    target: NodeId
    max: int
    kind: Literal["rearm"] = "rearm"


@dataclass(frozen=True, slots=True)
class AllKept:
    """All of these hold of the finished graph."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Promise, ...]
    kind: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class AnyKept:
    """At least one of these holds of the finished graph."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Promise, ...]
    kind: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class OneKept:
    """Exactly one of these holds of the finished graph."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Promise, ...]
    kind: Literal["one"] = "one"


@dataclass(frozen=True, slots=True)
class NotKept:
    """This does not hold of the finished graph."""

    __pydantic_config__: ClassVar[Any] = STRICT
    of: Promise
    kind: Literal["not"] = "not"


Promise: TypeAlias = (
    Count | Edges | Each | Grows | Shaped | Styled | Rearm | AllKept | AnyKept | OneKept | NotKept
)
"""`Grows`, `Shaped`, `Styled` and `Rearm` stand alone or under `AllKept` only."""


@dataclass(frozen=True, slots=True)
class Vowed:
    """A promise with what a person needs to recognise it.

    `says` is the vow in the words of its author (`OnlyEdges((split, merge))`), `where` its place
    in the source (`daily.py:14`), `by` who made it: a workflow's name or a node's id.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    promise: Promise
    says: str = ""
    where: str = ""
    by: NodeId = ""
