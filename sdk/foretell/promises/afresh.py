"""The state of a run in which something is done again, built beside the state that is.

What a round of a loop would lead to is needed to foresee it: the same nodes, promises and ends, but
for what would be taken back. It is read from the live graph, and nothing of that is touched. The
copy is to be asked, and to judge no event.
"""

from __future__ import annotations

from collections.abc import Collection

from foretell.graph.back import apart
from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair, Status
from foretell.graph.outcomes import Family, deciding, ruled_out_by
from foretell.promises.judge import Judge
from foretell.promises.ledger import Account


def afresh(judge: Judge, again: Collection[LiveNode]) -> Judge:
    """`judge`, once all of `again`, with whom all that comes after them, has been taken up anew."""
    return _Copy(judge, again).made


class _Copy:
    def __init__(self, judge: Judge, again: Collection[LiveNode]) -> None:
        self._old = judge
        self._again = frozenset(again)
        self._stay = frozenset(apart(list(again))[0])
        self._twins: dict[LiveNode, LiveNode] = {}
        self.made = Judge()
        self._copy_graph(self.made.graph)
        self._copy_growth()
        self._copy_promises()
        for source in deciding([self._twins[live] for live in self._stay]):
            self.made.give_up(ruled_out_by(source), Status.RULED_OUT)

    def _copy_graph(self, graph: LiveGraph) -> None:
        old = self._old.graph
        for live in old.nodes.values():
            if live in self._again and live not in self._stay:
                continue
            graph.births = live.birth - 1
            maker = None if live.maker is None else self._twins[live.maker]
            twin = self._twins[live] = graph.add_node(live.node, maker)
            twin.status = Status.WAITING if live in self._stay else live.status
            twin.missing = len(live.node.outside) if live in self._stay else live.missing
        families: dict[Family, Family] = {}
        for birth, pair, edge in sorted(self._edges(), key=lambda item: item[0]):
            graph.births = birth - 1
            family = None
            if edge.edge.on == "fail" and pair.family is not None:
                target = self._twins[pair.family.target]
                family = families.setdefault(pair.family, Family(target))
            maker = None if edge.maker is None else self._twins[edge.maker]
            graph.add_edge(edge.edge, maker, family)
        graph.births = old.births
        graph.finished = dict(old.finished)
        for back in old.back.all:
            graph.back.add(back.edge, self._twins[back.source], self._twins[back.target])

    def _edges(self) -> list[tuple[int, LivePair, LiveEdge]]:
        """The edges that stay: their ends do, and who added them is not taken up anew."""
        return [
            (edge.birth, pair, edge)
            for pair in self._old.graph.pairs()
            if pair.source in self._twins and pair.target in self._twins
            for edge in pair.edges
            if edge.maker is None or (edge.maker in self._twins and edge.maker not in self._again)
        ]

    def _copy_growth(self) -> None:
        old, new = self._old, self.made
        new.forms.update(old.forms)
        kept = [account.vowed for account in self._accounts()]
        new.forms.refinements = [
            one for one in old.forms.refinements if any(one.vowed is vowed for vowed in kept)
        ]
        new.declarations.known.update(old.declarations.known)
        new.matcher.tags.update(old.matcher.tags)
        new.forms.born(self._twins.values(), new.matcher)
        for live, filled in old.have.items():
            if live in self._twins and live not in self._stay:
                new.have[self._twins[live]] = filled
        for live, twin in self._twins.items():
            if live in old.growers or live in self._stay:
                new.shares.born(twin)
            if live in old.unordered and live not in self._stay:
                new.unordered[twin] = None

    def _copy_promises(self) -> None:
        new = self.made
        new.shares.owed = self._old.owed
        new.shares.turned()
        new.count_anew(self._accounts())

    def _accounts(self) -> list[Account]:
        """The promises of which the maker is not taken up anew."""
        return [one for one in self._old.ledger.accounts if one.maker not in self._again]
