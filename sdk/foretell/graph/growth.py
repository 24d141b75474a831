"""Structured growth: what a node grows lies between that node and its successors.

`Addition` takes the nodes and edges that somebody wants to add, checks the laws of the graph,
completes the invariant of structured growth, and puts everything into the live graph. It can take
all of it out again, so that judging a change and applying it are one piece of code.

The invariant, for every live node y that x made: there is an edge x -> y; and for every edge
x -> s whose target s is not itself under x, there is an edge y -> s. Whatever adds an edge
completes it: the growth of y, or a later successor s of x. Completed edges are `structural`, and
wait for what the edge that they follow from waits for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from foretell.errors import LawBroken, nearest
from foretell.graph.back import BackEdge, refuse_forward
from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair, Status
from foretell.graph.model import ROOT, Edge, Node, growth_scope
from foretell.graph.outcomes import Family
from foretell.graph.wellformed import edge_fault, node_fault

NOT_STARTED = (Status.WAITING, Status.RULED_OUT, Status.CANCELLED)


class Addition:
    """Nodes and edges on their way into `graph`, added by `maker` (None: registration).

    After `add` they are in. `nodes` and `pairs` are what was added, in order; a pair is listed
    once for each of its new edges, `loops` are the loop edges. `undo` takes everything out again.
    """

    def __init__(self, graph: LiveGraph, maker: LiveNode | None) -> None:
        self.graph = graph
        self.maker = maker
        self.nodes: list[LiveNode] = []
        self.pairs: list[tuple[LivePair, LiveEdge]] = []
        self.back: list[BackEdge] = []
        self._births = graph.births

    def add(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        """Raises `LawBroken` and leaves the graph as it was if any law stands in the way."""
        try:
            for node in nodes:
                self._add_node(node)
            for edge in edges:
                self._check_ends(edge)
                if edge.kind == "loop":
                    self._join_back(edge)
                else:
                    self._join(edge)
            self._refuse_cycles()
            for loop in self.back:
                refuse_forward(loop)
            for pair, added in self.pairs:
                if added.edge.early:
                    _refuse_handled(pair)
        except LawBroken:
            self.undo()
            raise

    def undo(self) -> None:
        for loop in self.back:
            self.graph.back.drop(loop)
        for pair, edge in reversed(self.pairs):
            self.graph.drop_edge(pair, edge)
        for live in reversed(self.nodes):
            self.graph.drop_node(live)
        self.nodes.clear()
        self.pairs.clear()
        self.back.clear()
        self.graph.births = self._births

    def _add_node(self, node: Node) -> None:
        where, why = node_fault(node)
        if why:
            raise LawBroken(f"node {node.id!r:.80}: {where}: {why}")
        if node.id in self.graph.nodes:
            raise LawBroken(f"a node {node.id!r} exists already; give the new one another id")
        if self.maker is not None:
            node = self._in_scope_of_maker(node)
        live = self.graph.add_node(node, self.maker)
        self.nodes.append(live)
        if self.maker is not None:
            self._join(Edge(self.maker.id, node.id, "structural"))
            for sink in tuple(self.maker.sinks):
                self._follow(live, self.maker.out[sink])

    def _in_scope_of_maker(self, node: Node) -> Node:
        assert self.maker is not None
        scope = growth_scope(self.maker.id)
        if not node.id.startswith(scope + "."):
            raise LawBroken(
                f"the id of what {self.maker.id!r} grows begins with {scope + '.'!r}, so that no "
                f"two nodes can want the same; {node.id!r} does not"
            )
        if node.scope == ROOT:
            return _with_scope(node, scope)
        if node.scope != scope and not node.scope.startswith(scope + "."):
            raise LawBroken(
                f"node {node.id!r} is to be born in scope {node.scope!r}; what {self.maker.id!r} "
                f"grows is born in {scope!r} or below"
            )
        return node

    def _check_ends(self, edge: Edge) -> None:
        known = self.graph.nodes
        where, why = edge_fault(edge)
        if why:
            raise LawBroken(f"edge {edge.source!r:.80} -> {edge.target!r:.80}: {where}: {why}")
        for end in (edge.source, edge.target):
            if end not in known:
                raise LawBroken(
                    f"edge {edge.source} -> {edge.target}: there is no node {end!r}"
                    f"{nearest(end, known)}"
                )
        if edge.kind == "loop":
            self._check_loop(edge)
            return
        if edge.source == edge.target:
            raise LawBroken(f"edge {edge.source} -> {edge.target}: a node cannot wait for itself")
        if edge.on != "ok" and self.maker is not None:
            raise LawBroken(
                f"edge {edge.source} -> {edge.target}: what follows a failure is said when the "
                f"workflow is registered; a running node adds edges on 'ok' only"
            )
        self._refuse_contrary(edge)
        target = known[edge.target]
        if target.status is not Status.WAITING:
            raise LawBroken(
                f"edge {edge.source} -> {edge.target}: {edge.target!r} is "
                f"{target.status.value}; a new edge may only end at a node that has not started"
            )

    def _check_loop(self, edge: Edge) -> None:
        if self.maker is not None:
            raise LawBroken(
                f"edge {edge.source} -> {edge.target}: loop edges are registered with the workflow; "
                f"a running node repeats by growing the next round"
            )
        ends = edge.source, edge.target
        if any((loop.source.id, loop.target.id) == ends for loop in self.graph.back.all):
            raise LawBroken(
                f"edge {edge.source} -> {edge.target}: there is such a loop edge already"
            )

    def _join_back(self, edge: Edge) -> None:
        nodes = self.graph.nodes
        self.back.append(self.graph.back.add(edge, nodes[edge.source], nodes[edge.target]))

    def _refuse_contrary(self, edge: Edge) -> None:
        pair = self.graph.nodes[edge.source].out.get(self.graph.nodes[edge.target])
        others = pair.edges if pair is not None and edge.on != "any" else ()
        contrary = "fail" if edge.on == "ok" else "ok"
        if any(o.edge.on == contrary and o.edge.kind != "structural" for o in others):
            raise LawBroken(
                f"edge {edge.source} -> {edge.target}: {edge.target!r} would never run: it waits "
                f"for {edge.source!r} to end well and to fail"
            )

    def _join(self, edge: Edge, family: Family | None = None) -> None:
        """Adds one edge, and all edges that the invariant then asks for."""
        todo: deque[tuple[Edge, Family | None]] = deque([(edge, family)])
        while todo:
            edge, family = todo.popleft()
            source, target = self.graph.nodes[edge.source], self.graph.nodes[edge.target]
            before = source.out.get(target)
            waited = before.waits_for if before is not None else ()
            if edge.kind == "structural" and (edge.on in waited or (waited and edge.on == "any")):
                continue
            pair = self.graph.add_edge(edge, self.maker, family)
            self.pairs.append((pair, pair.edges[-1]))
            if source.made and not target.is_under(source) and pair.waits_for != waited:
                for made in source.made:
                    if made is not target:
                        todo += _following(made, pair)

    def _follow(self, made: LiveNode, pair: LivePair) -> None:
        for edge, family in _following(made, pair):
            self._join(edge, family)

    def _refuse_cycles(self) -> None:
        """A new cycle has a new edge on it, and only nodes that have not started, and perhaps never
        will (what has started is closed under predecessors): so walk back from the sources of new
        edges."""
        seen: set[LiveNode] = set()
        for pair, _ in self.pairs:
            source = pair.source
            if source.status in NOT_STARTED and source not in seen:
                cycle = _cycle_behind(source, seen)
                if cycle:
                    names = " -> ".join(live.id for live in cycle)
                    raise LawBroken(f"these edges would make a cycle: {names}")


def _refuse_handled(pair: LivePair) -> None:
    """Who reads early runs before it is certain that its source ends well. So nobody may wait for
    that to fail: what such a reader has grown would have to be undone in a run that goes on."""
    source, target = pair.source, pair.target
    if source.handlers > 0:
        waits = next(other.id for other, one in source.out.items() if one.handles)
        raise LawBroken(
            f"edge {source.id} -> {target.id}: {target.id!r} reads early what {source.id!r} emits, and "
            f"{waits!r} waits in case that fails; let {target.id!r} read all of the port when it is "
            f"final, or let {waits!r} run after {target.id!r} instead"
        )


def _cycle_behind(start: LiveNode, seen: set[LiveNode]) -> list[LiveNode]:
    """A cycle met when walking from `start` to its predecessors, in the direction of its edges.

    Depth-first with an explicit stack; nodes in `seen` were searched before and are left out.
    """
    on_path: dict[LiveNode, None] = {start: None}
    stack = [(start, iter(list(start.into)))]
    seen.add(start)
    while stack:
        node, before = stack[-1]
        for source in before:
            if source in on_path:
                path = list(on_path)
                back = path[path.index(source) :]
                return [source, *reversed(back)]
            if source.status in NOT_STARTED and source not in seen:
                seen.add(source)
                on_path[source] = None
                stack.append((source, iter(list(source.into))))
                break
        else:
            stack.pop()
            del on_path[node]
    return []


def _following(made: LiveNode, pair: LivePair) -> list[tuple[Edge, Family | None]]:
    """The edges that `made` needs because its maker has those of `pair`."""
    return [
        (Edge(made.id, pair.target.id, "structural", on=on), pair.family if on == "fail" else None)
        for on in pair.waits_for
    ]


def _with_scope(node: Node, scope: str) -> Node:
    return Node(node.id, node.task, scope, node.slot, node.inputs, node.feeds, node.options,
                node.tags, node.label, node.style, node.outside)  # fmt: skip
