"""How many nodes there are of some selector: `Count`."""

from __future__ import annotations

from foretell.graph.live import LiveNode
from foretell.promises.kinds.kind import Kind
from foretell.promises.language import Count


class Nodes(Kind):
    def count_edges(self) -> None:
        """Edges do not matter."""

    def add_node(self, live: LiveNode) -> None:
        self.entry.have += self.counts_node(live)

    def drop_node(self, live: LiveNode) -> None:
        self.entry.have -= self.counts_node(live)

    def volatile(self) -> int:
        return sum(self.counts_node(made) for x in self.around.unsettled() for made in x.made)

    def counts_node(self, live: LiveNode) -> bool:
        promise = self.entry.promise
        assert isinstance(promise, Count)
        return self.around.matcher.selects(promise.of, live, self.entry.since) is True
