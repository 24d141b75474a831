"""What an edited graph has that the one it was made from has not: nodes added, taken out, changed, and
called otherwise.

Nodes are the same where their ids are. A node that is gone, and a new one of the same task with the
same inputs, constants and options are one that was renamed, if no other pair fits. Nothing here
knows how graphs are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.document.model import Graph
from foretell.graph.model import Edge, Node, NodeId
from foretell.graph.plain import encode
from foretell.graph.pointers import tokens


@dataclass(frozen=True, slots=True)
class Wiring:
    """A graph by node: each with all that leads to it."""

    graph: Graph
    nodes: Mapping[NodeId, Node]
    into: Mapping[NodeId, tuple[Edge, ...]]

    @classmethod
    def of(cls, graph: Graph) -> Wiring:
        into: dict[NodeId, list[Edge]] = {}
        for edge in graph.edges:
            into.setdefault(edge.target, []).append(edge)
        nodes = {node.id: node for node in graph.nodes}
        return cls(graph, nodes, {node_id: tuple(edges) for node_id, edges in into.items()})

    def needs(self, node: NodeId) -> set[NodeId]:
        """The nodes that a node runs after by an edge, loops aside."""
        return {edge.source for edge in self.into.get(node, ()) if edge.kind != "loop"}


@dataclass(frozen=True, slots=True)
class Alignment:
    """`renamed` gives the new id of each node that has another one; `changed` are, by their new ids,
    those that stay and have another place filled, task, option or predecessor."""

    added: tuple[NodeId, ...]
    removed: tuple[NodeId, ...]
    renamed: Mapping[NodeId, NodeId]
    changed: tuple[NodeId, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.changed)

    def now(self, node: NodeId) -> NodeId:
        """What a node of the old graph is called in the new one."""
        return self.renamed.get(node, node)


def aligned(old: Wiring, new: Wiring) -> Alignment:
    """What became of the nodes of `old` in `new`."""
    removed = [node_id for node_id in old.nodes if node_id not in new.nodes]
    added = [node_id for node_id in new.nodes if node_id not in old.nodes]
    renamed = _renamed(old, new, removed, added)
    kept = {
        renamed.get(node_id, node_id): node_id
        for node_id in old.nodes
        if renamed.get(node_id, node_id) in new.nodes
    }
    changed = tuple(
        node_id
        for node_id in new.nodes
        if node_id in kept and _differs(old, new, kept[node_id], node_id, renamed)
    )
    gone, come = set(renamed), set(renamed.values())
    return Alignment(
        tuple(node_id for node_id in added if node_id not in come),
        tuple(node_id for node_id in removed if node_id not in gone),
        renamed,
        changed,
    )


def renames(old: Graph, new: Graph) -> Mapping[NodeId, NodeId]:
    """The new ids of nodes of `old` that are called otherwise in `new`."""
    return aligned(Wiring.of(old), Wiring.of(new)).renamed


def ports(
    wiring: Wiring, node_id: NodeId, renamed: Mapping[NodeId, NodeId] | None = None
) -> dict[str, Any]:
    """What stands in each input of a node: its constant, and what comes to places in it."""
    node, to = wiring.nodes[node_id], renamed or {}
    found: dict[str, Any] = {}

    def put(pointer: str, said: Any) -> None:
        path = tokens(pointer)
        found.setdefault(path[0] if path else "", [_NOTHING, []])[1].append((pointer, said))

    for edge in wiring.into.get(node_id, ()):
        if edge.kind == "data" and edge.input is not None:
            source = to.get(edge.source, edge.source)
            put(edge.input, (source, edge.output, edge.on, edge.carries, edge.port, edge.early))
    for feed in node.feeds:
        put(feed.input, (None, feed.name, feed.output))
    for outside in node.outside:
        put(outside.input, (None, _text(encode(outside))))
    for port, value in node.inputs.items():
        entry = found.setdefault(port, [_NOTHING, []])
        if value is not None or not any(tokens(at) == [port] for at, _ in entry[1]):
            entry[0] = _text(value)
    return {port: (value, sorted(wires, key=repr)) for port, (value, wires) in found.items()}


_NOTHING = ""


def predecessors(
    wiring: Wiring, node_id: NodeId, renamed: Mapping[NodeId, NodeId] | None = None
) -> set[tuple[NodeId, str]]:
    """What a node runs after by nothing but order, and how each must end."""
    to = renamed or {}
    return {
        (to.get(edge.source, edge.source), edge.on)
        for edge in wiring.into.get(node_id, ())
        if edge.kind == "order"
    }


def carriers(
    wiring: Wiring, node_id: NodeId, renamed: Mapping[NodeId, NodeId] | None = None
) -> set[tuple[NodeId, str]]:
    """The nodes from which a node gets values, and how each must end."""
    to = renamed or {}
    return {
        (to.get(edge.source, edge.source), edge.on)
        for edge in wiring.into.get(node_id, ())
        if edge.kind == "data"
    }


def dress(node: Node) -> dict[str, Any]:
    """The options of a node, as the author says them."""
    found: dict[str, Any] = dict(node.options)
    if node.tags:
        found["tags"] = list(node.tags)
    if node.label is not None:
        found["label"] = node.label
    if node.style:
        found["style"] = dict(node.style)
    return found


def _differs(
    old: Wiring, new: Wiring, before: NodeId, now: NodeId, renamed: Mapping[NodeId, NodeId]
) -> bool:
    one, other = old.nodes[before], new.nodes[now]
    if not renamed and one == other and old.into.get(before, ()) == new.into.get(now, ()):
        return False
    return (
        (one.task, one.scope, one.slot) != (other.task, other.scope, other.slot)
        or dress(one) != dress(other)
        or ports(old, before, renamed) != ports(new, now)
        or predecessors(old, before, renamed) != predecessors(new, now)
        or loops(old, before, renamed) != loops(new, now)
    )


def loops(
    wiring: Wiring, node_id: NodeId, renamed: Mapping[NodeId, NodeId] | None = None
) -> set[str]:
    """The loops that lead back to a node."""
    to = renamed or {}
    return {
        _text([to.get(edge.source, edge.source), edge.output, edge.input, edge.on])
        for edge in wiring.into.get(node_id, ())
        if edge.kind == "loop"
    }


def _renamed(
    old: Wiring, new: Wiring, removed: Iterable[NodeId], added: Iterable[NodeId]
) -> dict[NodeId, NodeId]:
    """Pairs of nodes that are alike but for their ids, as far as no other pair would be."""
    renamed: dict[NodeId, NodeId] = {}
    gone, come = list(removed), list(added)
    while gone and come:
        ours = _by_print(old, gone, renamed)
        theirs = _by_print(new, come, {})
        fitting = {
            ids[0]: theirs[print_][0]
            for print_, ids in ours.items()
            if len(ids) == 1 and len(theirs.get(print_, ())) == 1
        }
        if not fitting:
            break
        renamed |= fitting
        gone = [node_id for node_id in gone if node_id not in fitting]
        come = [node_id for node_id in come if node_id not in set(fitting.values())]
    return renamed


def _by_print(
    wiring: Wiring, ids: Iterable[NodeId], renamed: Mapping[NodeId, NodeId]
) -> dict[str, list[NodeId]]:
    found: dict[str, list[NodeId]] = {}
    for node_id in ids:
        node = wiring.nodes[node_id]
        mark = [
            node.task,
            node.scope,
            sorted(ports(wiring, node_id, renamed).items()),
            dress(node),
            sorted(predecessors(wiring, node_id, renamed)),
        ]
        found.setdefault(repr(mark), []).append(node_id)
    return found


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
