"""Where edges may still end that no drawn edge foretells: the `in_open` of nodes and classes.

Such edges come from nodes that may grow anything: they may wire whatever exists to whatever has
not started and does not come before them, as far as the promises leave it. And what a node grew
itself it may wire as its shape allows.
"""

from __future__ import annotations

from collections.abc import Sequence

from foretell.graph.live import LiveNode, Status
from foretell.horizon.coming import Drawn
from foretell.horizon.model import ClassId, SeenEdge
from foretell.promises.judge import Judge
from foretell.promises.language import Edges
from foretell.promises.matching import Subject
from foretell.promises.prospects import matches_edge

REAL = "*"
"""Stands for all nodes that exist."""


class Openings:
    """Answers for one moment. `drawn` are all classes, `edges` all edges that touch one."""

    def __init__(self, judge: Judge, drawn: Sequence[Drawn], edges: Sequence[SeenEdge]) -> None:
        self._judge = judge
        self._drawn = drawn
        self._edges = {(edge.source, edge.target) for edge in edges}
        self._full = [
            e
            for e in judge.ledger.entries
            if isinstance(e.vowed.promise, Edges)
            and e.vowed.promise.max is not None
            and e.have >= e.vowed.promise.max
        ]
        roots = {d.coming.root(): None for d in drawn}
        self._before = {root: _ancestors(root) for root in roots}
        self._wild = list({d.coming.root(): None for d in drawn if d.wild})
        self._wild += [g for g in judge.growers if judge.forms[g.node.task].open]
        for grower in self._wild:
            self._before.setdefault(grower, _ancestors(grower))
        self._siblings: dict[LiveNode, list[LiveNode]] = {}
        for grower in judge.growers:
            self._siblings.update(_open_among_siblings(judge, grower))

    def of_node(self, live: LiveNode) -> tuple[ClassId, ...]:
        if live.status is not Status.WAITING:
            return ()
        wirers = [g for g in self._wild if g is not live and live not in self._before[g]]
        siblings = self._siblings.get(live, [])
        found = [d.node_class.id for d in self._drawn if d.coming.root() in siblings]
        for d in self._drawn if wirers else ():
            root = d.coming.root()
            if root is live or live in self._before[root]:
                continue  # they come after it
            if (d.node_class.id, live.id) not in self._edges and self._any(d.coming, live, wirers):
                found.append(d.node_class.id)
        if siblings or (wirers and self._some_real_source(live, wirers)):
            found.append(REAL)
        return tuple(dict.fromkeys(found))

    def of_class(self, target: Drawn) -> tuple[ClassId, ...]:
        sinks = target.sinks
        wirers = [g for g in self._wild if not any(s is g or s in self._before[g] for s in sinks)]
        found = []
        for d in self._drawn if wirers else ():
            root = d.coming.root()
            if any(s is root or s in self._before[root] for s in sinks):
                continue
            ends = (d.node_class.id, target.node_class.id)
            if ends not in self._edges and self._any(d.coming, target.coming, wirers):
                found.append(d.node_class.id)
        if any(self._any(n, target.coming, wirers) for n in self._judge.graph.nodes.values()):
            found.append(REAL)
        return tuple(found)

    def _any(self, source: Subject, target: Subject, wirers: list[LiveNode]) -> bool:
        """Whether one of `wirers` may add an edge between these."""
        return any(self._allowed(source, target, wirer) for wirer in wirers)

    def _allowed(self, source: Subject, target: Subject, by: LiveNode) -> bool:
        for entry in self._full:
            promise = entry.vowed.promise
            assert isinstance(promise, Edges)
            since, matcher = entry.since, self._judge.matcher
            if matches_edge(promise, matcher, since, source, target, by, True) is True:
                return False
        return True

    def _some_real_source(self, target: LiveNode, wirers: list[LiveNode]) -> bool:
        below = None
        for source in self._judge.graph.nodes.values():
            if source is target or source in target.into:
                continue
            if not self._any(source, target, wirers):
                continue
            if source.status is Status.WAITING:
                below = _descendants(target) if below is None else below
                if source in below:
                    continue
            return True
        return False


def _open_among_siblings(judge: Judge, grower: LiveNode) -> dict[LiveNode, list[LiveNode]]:
    """For each node that `grower` grew, the others of them that it may still wire before it."""
    form = judge.forms[grower.node.task]
    out: dict[LiveNode, list[LiveNode]] = {}
    if not form.ordered or len(grower.made) < 2:
        return out
    for live in grower.made:
        below = _descendants(live)
        before = [
            other
            for other in grower.made
            if other is not live
            and other not in live.into
            and other not in below
            and form.may_precede(other.node.slot or "", live.node.slot or "")
        ]
        if before:
            out[live] = before
    return out


def _ancestors(live: LiveNode) -> set[LiveNode]:
    found: set[LiveNode] = set()
    stack = [live]
    while stack:
        for source in stack.pop().into:
            if source not in found:
                found.add(source)
                stack.append(source)
    return found


def _descendants(live: LiveNode) -> set[LiveNode]:
    found: set[LiveNode] = set()
    stack = [live]
    while stack:
        for target in stack.pop().out:
            if target not in found:
                found.add(target)
                stack.append(target)
    return found
