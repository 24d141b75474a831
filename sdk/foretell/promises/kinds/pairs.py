"""How many pairs of nodes are joined by a matching edge: `Edges`."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.graph.live import LiveEdge, LiveNode, LivePair, Status
from foretell.promises.kinds.kind import Kind, Surroundings, may_grow
from foretell.promises.language import Edges
from foretell.promises.matching import Coming
from foretell.promises.prospects import matches_edge
from foretell.promises.selectors import Selector


class Pairs(Kind):
    unit = "edge"

    def count_nodes(self) -> None:
        """Nodes alone do not matter."""

    @property
    def promise(self) -> Edges:
        promise = self.entry.promise
        assert isinstance(promise, Edges)
        return promise

    def add_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """A pair counts once, with the first of its edges that matches."""
        if self.counts_edge(pair, edge):
            older = (other for other in pair.edges if other.birth < edge.birth)
            self.entry.have += not self._any_counts(pair, older)

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        if self.counts_edge(pair, edge):
            others = (other for other in pair.edges if other is not edge)
            self.entry.have -= not self._any_counts(pair, others)

    def counts_edge(self, pair: LivePair, edge: LiveEdge) -> bool:
        since = self.entry.since
        ends = pair.source, pair.target
        matches = matches_edge(
            self.promise, self.around.matcher, since, *ends, edge.maker, edge.birth > since
        )
        return matches is True

    def volatile(self) -> int:
        unsettled = self.around.unsettled()
        pairs = self.around.graph.pairs() if unsettled else ()
        return sum(
            self._any_counts(pair, pair.edges)
            and not self._any_counts(pair, (e for e in pair.edges if e.maker not in unsettled))
            for pair in pairs
        )

    def _any_counts(self, pair: LivePair, edges: Iterable[LiveEdge]) -> bool:
        return any(self.counts_edge(pair, edge) for edge in edges)

    def forbids_start(self, live: LiveNode) -> bool:
        """Edges are owed, and `live` is the last node at which they may still end."""
        promise, entry = self.promise, self.entry
        if promise.min <= entry.have:
            return False
        if self.around.matcher.selects(promise.target, live, entry.since) is not True:
            return False
        growers = [grower for grower, span in entry.shares.items() if span[1]]
        return not another_target(self.around, promise.target, entry.since, live, growers)

    def forced(self) -> str:
        words = super().forced()
        if not words:
            return ""
        growers = [grower for grower, span in self.entry.shares.items() if span[0]][:3]
        sinks = dict.fromkeys(sink.id for grower in growers for sink in grower.sinks)
        ends = " and ".join(list(sinks)[:5])
        words += " (an edge from its grower to each grown node"
        return words + (f", and from each to {ends})" if ends else ")")


def another_target(
    around: Surroundings,
    target: Selector,
    since: int,
    live: LiveNode,
    growers: Iterable[LiveNode],
) -> bool:
    """Whether an edge may still end at a node that `target` selects, besides `live`: at one that
    these `growers` may grow, or at one that waits."""
    selects = around.matcher.selects
    for grower in growers:
        tasks = may_grow(around, grower)
        if any(selects(target, Coming(task, grower), since) is not False for task in tasks):
            return True
    # The youngest first: they wait the longest, so one is found soon where there is one.
    return any(
        other is not live
        and other.status is Status.WAITING
        and selects(target, other, since) is True
        for other in reversed(around.graph.nodes.values())
    )
