"""Templates: what is grown as a whole, as plain data, and the change that an instance of it is.

A template is a graph with names of its own and places for what it is given (feeds). An instance
lies in a scope of its own: every name in it begins with that scope, and what it was given stands
where the feeds were: a value as a constant, the output of a node as a data edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar

from foretell.document.model import Change
from foretell.graph.model import (
    STRICT,
    Edge,
    Feed,
    Node,
    NodeId,
    Outcome,
    Output,
    Pointer,
    ScopeId,
)
from foretell.graph.pointers import Draft, escape, get
from foretell.promises.language import Vowed
from foretell.promises.limits import Limit
from foretell.promises.relocating import relocated


@dataclass(frozen=True, slots=True)
class Template:
    """Nodes come in an order in which every edge goes from an earlier one to a later one."""

    __pydantic_config__: ClassVar[Any] = STRICT

    name: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    promises: tuple[Vowed, ...] = ()
    limits: tuple[Limit, ...] = ()
    output: Output = field(default_factory=Output)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Its edges as the positions of their ends, each pair once."""
        at = {node.id: i for i, node in enumerate(self.nodes)}
        return tuple(dict.fromkeys((at[e.source], at[e.target]) for e in self.edges))

    def moved_to(self, scope: ScopeId) -> Callable[[str], str]:
        """How names of the template are written in an instance in `scope`. Where all of it lies
        below one name, which is its own, that name is the instance's."""
        own = self.name
        if self.nodes and all(n.id == own or n.id.startswith(own + ".") for n in self.nodes):
            return lambda name: scope + name[len(own) :]
        return lambda name: f"{scope}.{name}" if name else scope

    def instance(
        self,
        scope: ScopeId,
        slot: str | None,
        given: Output,
        after: Iterable[tuple[NodeId, Outcome]] = (),
        key: str = "",
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> Change:
        """The change that adds one instance in `scope`, which fills the places of `slot` in its
        maker's shape (`key`: in this instance of a group; None: in no named place).

        `given` is what the feeds take from: an object with a key for each input, and holes that
        outputs of nodes will fill. All of the instance runs after `after`, once each
        of these has ended so. `names` are those of
        the tasks, by slot, where they are not as in the template.
        """
        to = self.moved_to(scope)
        edges = [replace(e, source=to(e.source), target=to(e.target)) for e in self.edges]
        begun = {edge.target for edge in self.edges}
        nodes = []
        for node in self.nodes:
            place = f"{slot}.{node.id}" if slot is not None else ""
            made = replace(
                node,
                id=to(node.id),
                task=names.get(place, node.task),
                scope=to(node.scope) if node.id != self.name else scope.rpartition(".")[0],
                slot=place + key or None,
                feeds=(),
            )
            made, wires = _given(made, node.feeds, given)
            if node.id not in begun:
                sources = {wire.source for wire in wires}
                wires += (Edge(e, made.id, on=on) for e, on in after if e not in sources)
            nodes.append(made)
            edges += wires
        return Change(
            tuple(nodes),
            tuple(edges),
            relocated(self.promises, to),
            limits=relocated(self.limits, to),
        )

    def result(self, scope: ScopeId, given: Output) -> Output:
        """What the instance in `scope` returns."""
        to = self.moved_to(scope)
        holes = tuple(replace(hole, node=to(hole.node)) for hole in self.output.holes)
        return with_feeds(Output(self.output.value, holes), self.output.feeds, given)


def _given(node: Node, feeds: tuple[Feed, ...], given: Output) -> tuple[Node, list[Edge]]:
    """`node` with the values that `feeds` take from `given`, and the edges that bring the rest."""
    if not feeds:
        return node, []
    filled = with_feeds(Output(node.inputs), feeds, given)
    wires = [
        Edge(hole.node, node.id, "data", hole.pointer, hole.at, port=hole.port)
        for hole in filled.holes
    ]
    return replace(node, inputs=filled.value), wires


def with_feeds(output: Output, feeds: Iterable[Feed], given: Output) -> Output:
    """`output` with parts of `given` where `feeds` say. Raises `NoSuchPlace` where `given` has no
    such part."""
    draft, holes = Draft(output.value), list(output.holes)
    for feed in feeds:
        part = part_of(given, f"/{escape(feed.name)}{feed.output}")
        if not any(hole.at == "" for hole in part.holes):
            draft.put(feed.input, part.value)
        holes += (replace(hole, at=feed.input + hole.at) for hole in part.holes)
    return Output(draft.value, tuple(holes))


def part_of(given: Output, at: Pointer) -> Output:
    """What lies at `at` in `given`: a value, perhaps with holes in it, or a part of a hole."""
    for hole in given.holes:
        if at == hole.at or at.startswith(hole.at + "/"):
            return Output(None, (replace(hole, at="", pointer=hole.pointer + at[len(hole.at) :]),))
    inside = (hole for hole in given.holes if hole.at.startswith(at + "/"))
    holes = tuple(replace(hole, at=hole.at[len(at) :]) for hole in inside)
    return Output(get(given.value, at), holes)


def joined(changes: Iterable[Change]) -> Change:
    """Several changes as one."""
    all_of = tuple(changes)
    return Change(
        tuple(node for one in all_of for node in one.nodes),
        tuple(edge for one in all_of for edge in one.edges),
        tuple(vowed for one in all_of for vowed in one.promises),
        limits=tuple(limit for one in all_of for limit in one.limits),
    )


def begins_of(change: Change) -> tuple[NodeId, ...]:
    """Its nodes before which no other of them runs."""
    made = {node.id for node in change.nodes}
    targets = {edge.target for edge in change.edges if edge.source in made}
    return tuple(node.id for node in change.nodes if node.id not in targets)


def ends_of(change: Change) -> tuple[NodeId, ...]:
    """Its nodes after which no other of them runs."""
    sources = {edge.source for edge in change.edges}
    return tuple(node.id for node in change.nodes if node.id not in sources)
