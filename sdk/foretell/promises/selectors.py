"""Selectors: which nodes a promise speaks of, as plain data.

A selector reads birth attributes only (id, task, tags, scope, maker, birth number), never status
or topology. So whether a node is selected is decided once, when it is born. How a selector is
evaluated, for nodes that exist and for nodes that may come, is in `foretell.promises.matching`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from foretell.graph.model import STRICT, NodeId, ScopeId


@dataclass(frozen=True, slots=True)
class EveryNode:
    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class IdIs:
    """Nodes whose id matches a glob (`*`, `?`, `[...]`)."""

    __pydantic_config__: ClassVar[Any] = STRICT
    glob: str
    kind: Literal["id"] = "id"


@dataclass(frozen=True, slots=True)
class TaskIs:
    __pydantic_config__: ClassVar[Any] = STRICT
    task: str
    kind: Literal["task"] = "task"


@dataclass(frozen=True, slots=True)
class TagIs:
    __pydantic_config__: ClassVar[Any] = STRICT
    tag: str
    kind: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class InScope:
    """Nodes born in this scope or below it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    scope: ScopeId
    kind: Literal["scope"] = "scope"


@dataclass(frozen=True, slots=True)
class MadeBy:
    """Nodes whose maker is selected by `by`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    by: Selector
    kind: Literal["by"] = "by"


@dataclass(frozen=True, slots=True)
class Under:
    """Nodes made by this node, by a node it made, and so on."""

    __pydantic_config__: ClassVar[Any] = STRICT
    node: NodeId
    kind: Literal["under"] = "under"


@dataclass(frozen=True, slots=True)
class IsNew:
    """Nodes born after the promise was made."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["new"] = "new"


@dataclass(frozen=True, slots=True)
class BornAfter:
    """Nodes born after this node has finished for the first time."""

    __pydantic_config__: ClassVar[Any] = STRICT
    node: NodeId
    kind: Literal["born_after"] = "born_after"


@dataclass(frozen=True, slots=True)
class AllOf:
    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Selector, ...]
    kind: Literal["and"] = "and"


@dataclass(frozen=True, slots=True)
class AnyOf:
    __pydantic_config__: ClassVar[Any] = STRICT
    of: tuple[Selector, ...]
    kind: Literal["or"] = "or"


@dataclass(frozen=True, slots=True)
class NotSo:
    __pydantic_config__: ClassVar[Any] = STRICT
    of: Selector
    kind: Literal["not"] = "not"


Selector: TypeAlias = (
    EveryNode
    | IdIs
    | TaskIs
    | TagIs
    | InScope
    | MadeBy
    | Under
    | IsNew
    | BornAfter
    | AllOf
    | AnyOf
    | NotSo
)

ANY = EveryNode()
NEW = IsNew()
