"""What is known while an edit is planned: both graphs, the source, and what was decided so far.

Nodes go by their new ids, except those that are taken out. Deciding is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from foretell.document.model import Graph
from foretell.graph.model import NodeId
from foretell_codegen.names import is_variable
from foretell_codegen.provenance import Provenance, Span, Written
from foretell_codegen.updating.align import Alignment, Wiring, aligned
from foretell_codegen.updating.assembling import Item, Sequence
from foretell_codegen.updating.body import Body
from foretell_codegen.updating.holding import Held, Holding
from foretell_codegen.updating.phrases import Phrases
from foretell_codegen.updating.trees import MISSING, Tree, mark_of


@dataclass(frozen=True, slots=True)
class Say:
    """An expression that is to say `tree`: of an input of a task (or of what is returned: None), at
    `path` in it."""

    tree: Tree
    task: str | None
    port: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that gets a statement of its own, its result a variable if it has a `name`."""

    node: NodeId
    item: Item
    name: str


@dataclass
class Desk:
    """One edit."""

    where: Provenance
    old: Wiring
    new: Wiring
    body: Body
    holding: Holding
    sequence: Sequence
    phrases: Phrases
    al: Alignment
    was: dict[NodeId, NodeId]
    """The old ids of nodes that are renamed."""
    parts: dict[NodeId, list[tuple[str, Any]]] = field(default_factory=dict)
    """What of the call of a node is another one."""
    edited: dict[Span, NodeId] = field(default_factory=dict)
    """Those calls, by where they stand."""
    says: dict[Span, Say] = field(default_factory=dict)
    """Expressions that are written anew."""
    questions: dict[Span, NodeId] = field(default_factory=dict)
    """Calls that ask something else."""
    splices: dict[Span, str] = field(default_factory=dict)
    """Texts that take the place of others."""
    lost: dict[Span, None] = field(default_factory=dict)
    """What is no more: taken out, or written anew."""
    wanted: dict[NodeId, list[Span | None]] = field(default_factory=dict)
    """The nodes whose results are said in what is new, and where in the source if it is there."""
    returned: Tree = MISSING
    """What is returned where nothing was."""
    names: dict[NodeId, str] = field(default_factory=dict)
    """The variables of what is new, or gets one."""
    inline: set[NodeId] = field(default_factory=set)
    """Nodes whose calls stay within an expression that is written anew."""
    kept: dict[NodeId, Kept] = field(default_factory=dict)
    made: dict[NodeId, Item] = field(default_factory=dict)
    """The statements of new nodes."""
    takers: dict[NodeId, list[NodeId]] | None = None
    """Which nodes run after which, once somebody has asked."""
    _held: dict[NodeId, Held | None] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, where: Provenance, target: Graph, declare: bool) -> Desk:
        old, new, body = Wiring.of(graph), Wiring.of(target), Body.of(where)
        al = aligned(old, new)
        phrases = Phrases(where, body, graph, target, declare)
        desk = cls(
            where, old, new, body, Holding(body), Sequence(body), phrases, al,
            {new_id: old_id for old_id, new_id in al.renamed.items()},
        )  # fmt: skip
        for part in where.frozen:
            desk.sequence.item_at(part.span).fixed = True
        return desk

    @property
    def source(self) -> bytes:
        return self.where.source

    def written(self, node_id: NodeId) -> Written:
        return self.where.nodes[self.was.get(node_id, node_id)]

    def is_new(self, node_id: NodeId) -> bool:
        return node_id not in self.was and node_id not in self.old.nodes

    def same(self, old: Tree, new: Tree) -> bool:
        """Whether what was given is what is given, whatever nodes are called now."""
        return mark_of(old, self.al.now) == mark_of(new)

    def output_of(self, node_id: NodeId) -> Any:
        """The schema of what a node gives."""
        spec = self.new.graph.tasks.get(self.new.nodes[node_id].task)
        return spec.output if spec is not None else {}

    def held(self, node_id: NodeId) -> Held | None:
        """The variable that holds the result of a node that is written, if one does."""
        if node_id not in self._held:
            self._held[node_id] = self.holding.of(self.written(node_id), self.output_of(node_id))
        return self._held[node_id]

    def variable(self, node_id: NodeId) -> str:
        """A variable for a result: called like the node, if that may be."""
        if is_variable(node_id) and self.phrases.names.take(node_id):
            return node_id
        return self.phrases.fresh(node_id)

    def item_of(self, node_id: NodeId) -> Item | None:
        """The statement in which the call of a node will stand."""
        if node_id in self.made:
            return self.made[node_id]
        if self.was.get(node_id, node_id) not in self.where.nodes:
            return None
        call = self.written(node_id).call
        around = [one for one in self.kept.values() if self.written(one.node).call.holds(call)]
        if around:
            return min(
                around, key=lambda one: len(self.written(one.node).call.of(self.source))
            ).item
        return self.sequence.item_at(call)

    def line(self, span: Span) -> str:
        return f"line {self.where.line(span.start)}"
