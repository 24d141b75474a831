"""What is being looked for in the cache, and what came of it: no part of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from foretell.graph.model import Json, NodeId


@dataclass(slots=True)
class Lookups:
    """`pending` are the nodes that are looked for, by the keys that they are; `missed` those that were
    not found, and have to run; `found` what others came to that have not ended yet."""

    pending: dict[NodeId, str] = field(default_factory=dict)
    missed: dict[NodeId, str] = field(default_factory=dict)
    found: dict[NodeId, tuple[str, Json]] = field(default_factory=dict)
