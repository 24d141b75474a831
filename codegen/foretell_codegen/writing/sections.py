"""Sections: the nodes of a scope, seen from outside as one call, and from inside as a body of its own.

What leads into a section becomes a parameter of its function, what leads out of it is returned. So a
graph with scopes becomes several flows, none of which has any.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from foretell.graph.model import Edge, Feed, Json, Node, NodeId, Output
from foretell.graph.pointers import NoSuchPlace, get, tokens
from foretell.promises.language import Promise
from foretell.promises.limits import Limit
from foretell_codegen.errors import WriteError
from foretell_codegen.names import identifier_like

SECTION = "\n"
"""What the task of a node is called that stands for a section; no task has such a name."""


@dataclass(frozen=True, slots=True)
class Said:
    """A promise or a limit that was made in `scope` and speaks of these nodes."""

    what: Promise | Limit
    scope: str
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flow:
    """What a body says: of a workflow, of a section in it, or of a branch.

    `waits` are, of nodes, the inputs that they run after: name and how that must end. `sections` are those
    that stand for sections.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    output: Output
    waits: dict[NodeId, list[tuple[str, str]]] = field(default_factory=dict)
    sections: dict[NodeId, Inner] = field(default_factory=dict)
    said: Sequence[Said] = ()
    inside: dict[NodeId, tuple[NodeId, str]] = field(default_factory=dict)
    """Of nodes in sections: the section, and where in what it returns they are."""


@dataclass(slots=True)
class Inner:
    """A section: its own nodes and edges, and what crosses its border."""

    scope: str
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    params: dict[str, Edge | Feed] = field(default_factory=dict)
    waits: dict[NodeId, list[tuple[str, str]]] = field(default_factory=dict)
    exports: dict[NodeId, None] = field(default_factory=dict)
    places: dict[NodeId, int] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    stays: dict[str, Json] = field(default_factory=dict)
    """Of parameters that may bring nothing, what is there then."""
    _known: dict[object, str] = field(default_factory=dict)

    def param(self, of: Edge | Feed, hint: str) -> str:
        """The parameter by which a value comes in."""
        key: object
        if isinstance(of, Feed):
            key = (of.name, of.output)
        else:
            key = (
                of.source,
                of.output,
                of.on,
                of.carries,
                of.port,
                of.early,
                of.on == "any" and of,
            )
        found = self._known.get(key)
        if found is None:
            name, count = identifier_like(hint), 2
            found = name
            while found in self.params:
                found, count = f"{name}_{count}", count + 1
            self._known[key] = found
            self.params[found] = of
        return found


def contracted(flow: Flow, scope: str) -> Flow:
    """`flow`, in which each scope below `scope` is one node."""
    if all(node.scope == scope for node in flow.nodes):
        return flow
    inners: dict[str, Inner] = {}
    home: dict[NodeId, str] = {}
    nodes: list[Node] = []
    for node in flow.nodes:
        _check_scope(node)
        top = _below(node.scope, scope)
        if top is None:
            nodes.append(node)
            continue
        if top not in inners:
            inners[top] = Inner(top)
            nodes.append(Node(top, SECTION + top, scope))
        home[node.id] = top
        inners[top].places[node.id] = len(inners[top].nodes)
        inners[top].nodes.append(node)
    plain = {node.id for node in nodes}
    for top in inners:
        if any(node.id == top and node.task[0] != SECTION for node in flow.nodes):
            raise WriteError(f"node {top!r:.80}", "there is a section of the same name")
    edges: list[Edge] = []
    waits = dict(flow.waits)
    fed: dict[str, list[Feed]] = {}
    for edge in flow.edges:
        _cross(edge, home, inners, edges, plain)
    for top, inner in inners.items():
        for i, node in enumerate(inner.nodes):
            kept: list[Feed] = []
            for feed in node.feeds:
                if feed.name[0] == SECTION:  # it came with an edge
                    kept.append(replace(feed, name=feed.name[1:]))
                    continue
                name = inner.param(replace(feed, input=""), feed.name)
                if name not in {one.input[1:] for one in fed.get(top, [])}:
                    fed.setdefault(top, []).append(Feed(feed.name, feed.output, f"/{name}"))
                kept.append(Feed(name, "", feed.input))
            inner.nodes[i] = replace(node, feeds=tuple(kept))
            for name, on in waits.pop(node.id, ()):
                own = inner.param(Feed(name), name)
                inner.waits.setdefault(node.id, []).append((own, on))
                fed.setdefault(top, []).append(Feed(name, "", f"/{own}"))
    for hole in flow.output.holes:
        if hole.node in home:
            inners[home[hole.node]].exports[hole.node] = None
    kept_said: list[Said] = []
    for said in flow.said:
        top = _below(said.scope, scope) if said.scope.startswith(scope) else None
        if top in inners:
            inners[top].said.append(said)
            continue
        kept_said.append(said)
        for one in flow.nodes:
            if one.id in said.nodes and one.id in home:
                inners[home[one.id]].exports[one.id] = None
    nodes = [
        replace(n, feeds=tuple(fed.get(n.id, ())), inputs=inners[n.id].stays)
        if n.id in inners
        else n
        for n in nodes
    ]
    outer = [_from_section(edge, home, inners) for edge in edges]
    holes = tuple(
        replace(h, node=home[h.node], pointer=_place(h.node, home, inners) + h.pointer)
        if h.node in home
        else h
        for h in flow.output.holes
    )
    inside = {
        node: (top, _place(node, home, inners)) for top in inners for node in inners[top].exports
    }
    return Flow(nodes, outer, replace(flow.output, holes=holes), waits, inners, kept_said, inside)


def _cross(
    edge: Edge,
    home: dict[NodeId, str],
    inners: dict[str, Inner],
    edges: list[Edge],
    plain: set[NodeId],
) -> None:
    """Puts an edge where it belongs: inside a section, outside, or both."""
    source, target = home.get(edge.source), home.get(edge.target)
    if source is not None and source == target:
        inners[source].edges.append(edge)
        return
    if edge.kind == "loop" and (source or target):
        raise WriteError(
            f"loop {edge.source!r:.80} -> {edge.target!r:.80}",
            "it leads across the border of a section",
        )
    if source is not None:
        inners[source].exports[edge.source] = None
    if target is None:
        edges.append(edge)
        return
    inner = inners[target]
    before = len(inner.params)
    if edge.kind == "order":
        name = inner.param(replace(edge, target="", kind="data", output="", on="ok"), edge.source)
        inner.waits.setdefault(edge.target, []).append((name, edge.on))
        crossing = replace(edge, target=target, kind="data", output="", input=f"/{name}", on="ok")
    else:
        name = inner.param(edge, _hint(edge.input or "", edge.source))
        i = inner.places[edge.target]
        node = inner.nodes[i]
        inner.nodes[i] = replace(
            node, feeds=(*node.feeds, Feed(SECTION + name, "", edge.input or ""))
        )
        crossing = replace(edge, target=target, input=f"/{name}")
        if edge.on == "any":
            with suppress(NoSuchPlace):
                inner.stays[name] = get(node.inputs, edge.input or "")
    if len(inner.params) > before:
        edges.append(crossing)


def _from_section(edge: Edge, home: dict[NodeId, str], inners: dict[str, Inner]) -> Edge:
    if edge.source not in home:
        return edge
    place = _place(edge.source, home, inners)
    if edge.carries == "failures" or edge.port is not None:  # what is asked of the node itself
        inner = inners[home[edge.source]]
        task = inner.nodes[inner.places[edge.source]].task
        output = SECTION.join(("", place, task, edge.output or ""))
        return replace(edge, source=home[edge.source], output=output)
    if edge.kind == "data":
        return replace(edge, source=home[edge.source], output=place + (edge.output or ""))
    return replace(edge, source=home[edge.source], output=place)


def _place(node: NodeId, home: dict[NodeId, str], inners: dict[str, Inner]) -> str:
    """Where in what its section returns the result of a node is."""
    exports = list(inners[home[node]].exports)
    return "" if len(exports) == 1 else f"/{exports.index(node)}"


def _hint(pointer: str, default: str) -> str:
    path = tokens(pointer)
    return path[-1] if path and not path[-1].isdecimal() else default


def _check_scope(node: Node) -> None:
    if node.scope and not node.id.startswith(node.scope + "."):
        raise WriteError(
            f"node {node.id!r:.80}",
            f"it lies in the scope {node.scope!r:.80}, with which its id must begin",
        )


def _below(scope: str, outer: str) -> str | None:
    """The scope directly below `outer` in which `scope` lies; None if they are the same."""
    if scope == outer:
        return None
    rest = scope[len(outer) + 1 :] if outer else scope
    if outer and not scope.startswith(outer + "."):
        raise WriteError(f"scope {scope!r:.80}", f"it does not lie in {outer!r:.80}")
    head = rest.partition(".")[0]
    if not head:
        raise WriteError(f"scope {scope!r:.80}", "a name in it is empty")
    return f"{outer}.{head}" if outer else head
