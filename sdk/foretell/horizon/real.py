"""The part of a horizon that exists: nodes and edges as they stand, kept from drawing to drawing.

Whoever draws again and again says what the events between have touched; only that is looked at
again. What is drawn of a node depends on its own state, on whether its maker may yet lose it, and
on who may still come before it; what is drawn of an edge, on what its ends have grown. What may
still come is not kept: it is as large as what may still grow, not as what has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from foretell.graph.live import LiveGraph, LiveNode, LivePair, Status
from foretell.graph.model import EdgeKind, NodeId
from foretell.horizon.model import ClassId, Existence, NodeStatus, SeenEdge, SeenNode
from foretell.promises.judge import Judge


class Begun(NamedTuple):
    """How often nodes have been begun: the trials of each, and how many rounds came before."""

    trials: Mapping[NodeId, int]
    rounds: Mapping[NodeId, int]


class Opened(Protocol):
    """Who may still come before nodes that exist; only before those `among` these, or (None) before
    any."""

    @property
    def among(self) -> Collection[LiveNode] | None: ...

    def of_node(self, live: LiveNode) -> tuple[ClassId, ...]: ...


@dataclass(slots=True)
class Touched:
    """What has changed since it was drawn: `nodes` themselves, and edges by their `sources`.
    `whole`: something was taken back, and anything may look otherwise."""

    nodes: dict[NodeId, None] = field(default_factory=dict)
    sources: dict[NodeId, None] = field(default_factory=dict)
    whole: bool = True


class Real:
    """What exists, as it was last drawn. `touched` is told by whoever keeps this."""

    def __init__(self) -> None:
        self.nodes: dict[NodeId, SeenNode] = {}
        self.touched = Touched()
        self._edges: dict[NodeId, tuple[SeenEdge, ...]] = {}
        self._open: set[NodeId] = set()
        self._unsettled: dict[LiveNode, None] = {}

    @property
    def edges(self) -> Iterator[SeenEdge]:
        for edges in self._edges.values():
            yield from edges

    def draw(self, judge: Judge, opened: Opened, begun: Begun) -> None:
        """Brings `nodes` and `edges` in step with the graph."""
        graph, unsettled = judge.graph, dict.fromkeys(judge.ledger.unsettled())
        if self.touched.whole:
            self.nodes, self._edges, self._open = {}, {}, set()
            nodes: Iterable[LiveNode] = graph.nodes.values()
            sources = nodes
        else:
            turned = [
                made
                for maker in {**unsettled, **self._unsettled}
                if (maker in unsettled) != (maker in self._unsettled)
                for made in maker.made
            ]
            nodes = self._touched_nodes(graph, turned)
            sources = self._touched_sources(graph, turned)
        for live in nodes:
            in_open = opened.of_node(live) if live.status is Status.WAITING else ()
            self._note(seen_node(live, in_open, live.maker in unsettled, begun))
            self._edges.setdefault(live.id, ())
        for live in sources:
            self._edges[live.id] = tuple(seen_edge(pair, unsettled) for pair in live.out.values())
        if not self.touched.whole:
            self._open_again(graph, opened)
        self._unsettled = unsettled
        self.touched = Touched(whole=False)

    def _touched_nodes(self, graph: LiveGraph, turned: list[LiveNode]) -> Iterable[LiveNode]:
        """Those, and their successors that may now be the first to wait for somebody outside."""
        found = dict.fromkeys(graph.nodes[node] for node in self.touched.nodes)
        for live in tuple(found):
            found.update((target, None) for target in live.out if target.node.outside)
        return {**found, **dict.fromkeys(turned)}

    def _touched_sources(self, graph: LiveGraph, turned: list[LiveNode]) -> Iterable[LiveNode]:
        found = dict.fromkeys(graph.nodes[node] for node in self.touched.sources)
        for live in turned:
            found[live] = None
            found.update(dict.fromkeys(live.into))
        return found

    def _note(self, seen: SeenNode) -> None:
        self.nodes[seen.id] = seen
        if seen.in_open:
            self._open.add(seen.id)
        else:
            self._open.discard(seen.id)

    def _open_again(self, graph: LiveGraph, opened: Opened) -> None:
        """Who may come before a node may change although nothing happened to it."""
        if opened.among is None:
            asked = [live for live in graph.nodes.values() if live.status is Status.WAITING]
        else:
            asked = [*opened.among]
        for live in dict.fromkeys((*asked, *(graph.nodes[node] for node in self._open))):
            seen = self.nodes[live.id]
            in_open = opened.of_node(live)
            if in_open != seen.in_open:
                self._note(replace(seen, in_open=in_open))


def seen_node(live: LiveNode, in_open: tuple[ClassId, ...], may_go: bool, begun: Begun) -> SeenNode:
    node, status = live.node, "asking" if live.asking else _STATUS[live.status]
    maker = live.maker.node.id if live.maker is not None else None
    return SeenNode(
        node.id,
        node.task,
        status,
        node.label,
        node.scope,
        maker,
        begun.trials.get(node.id, 0),
        in_open,
        may_go,
        node.style,
        begun.rounds.get(node.id, 0) + 1,
    )


_STATUS: dict[Status, NodeStatus] = {
    Status.WAITING: "waiting",
    Status.RUNNING: "running",
    Status.DONE: "done",
    Status.FAILED: "failed",
    Status.RULED_OUT: "ruled_out",
    Status.CANCELLED: "cancelled",
    Status.RETIRED: "retired",
}

_KINDS: tuple[EdgeKind, ...] = ("loop", "data", "order", "structural")


def seen_edge(pair: LivePair, unsettled: Collection[LiveNode]) -> SeenEdge:
    """`unsettled` are the nodes whose additions may yet be taken back."""
    kind: EdgeKind = pair.edges[0].edge.kind
    if len(pair.edges) > 1:
        kind = min({edge.edge.kind for edge in pair.edges}, key=_KINDS.index)
    source, target = pair.source, pair.target
    # The first question only saves asking the second for most of a large graph.
    thin = (kind == "structural" or bool(source.made)) and _is_redundant(pair, kind)
    may_go = bool(unsettled) and all(edge.maker in unsettled for edge in pair.edges)
    may_go = may_go and not any(end.maker in unsettled for end in (source, target))
    existence: Existence = "may" if may_go else "exists"
    on = pair.waits_for[0]
    early = tuple(sorted(pair.early))
    return SeenEdge(source.node.id, target.node.id, existence, kind, thin, on=on, early=early)


def _is_redundant(pair: LivePair, kind: EdgeKind) -> bool:
    """Whether growth has put nodes between the two ends, which then order them anyway."""
    source, target = pair.source, pair.target
    if source.made and not target.is_under(source):
        return True
    if kind != "structural":
        return False
    if target.maker is source:
        return any(before.maker is source for before in target.into if before is not source)
    return any(after.maker is source.maker for after in source.out)
