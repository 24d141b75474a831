"""How many nodes have too few or too many neighbours of some kind: what `Each` comes to.

Of every selected node is kept how many neighbours it has and may still get: from its own growth
(successors), or from the growth of what comes before it (predecessors). Too many is for good. Too
few is, once nobody may add such an edge any more: not its own growth, not its maker, who may wire
what it grew while it runs, and no node of open growth, who may wire anything.

Each event is followed where it happens: a new edge at its ends, what a node may grow at that node
and the successors of it. Whether anybody may still wire anything is counted for all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal, TypeAlias, TypeVar

from foretell.graph.live import LiveEdge, LiveNode, LivePair, Status
from foretell.promises.atoms import Misfits, selectors_of
from foretell.promises.entry import Entry, Numbers
from foretell.promises.kinds.kind import Kind, Surroundings, may_grow
from foretell.promises.kinds.pairs import another_target
from foretell.promises.language import Edges
from foretell.promises.matching import Coming
from foretell.promises.prospects import NONE, Prospects, Span
from foretell.promises.rest import Rest
from foretell.promises.selectors import BornAfter, IdIs, IsNew

T = TypeVar("T")

Fit: TypeAlias = Literal["fits", "short", "stuck", "over"]
"""`short`: it has too few, and only open growth can help; `stuck`: nobody can; `over`: too many."""


@dataclass(slots=True)
class Neighbours(Numbers):
    """The neighbours of one node: how many there are, and how many may come."""

    fit: Fit = "fits"


class MisfitNodes(Kind):
    def __init__(self, entry: Entry, around: Surroundings) -> None:
        super().__init__(entry, around)
        self.of: dict[LiveNode, Neighbours] = {}
        self._fits: dict[Fit, int] = {"fits": 0, "short": 0, "stuck": 0, "over": 0}
        self._open: dict[LiveNode, None] = {}
        """The growers from which open growth may come."""
        self._fed: dict[LiveNode, tuple[LiveNode, ...]] = {}
        """The nodes to whose neighbours each grower may add."""
        self._undo: list[tuple[Callable[..., object], tuple[Any, ...]]] | None = None

    @property
    def promise(self) -> Misfits:
        promise = self.entry.promise
        assert isinstance(promise, Misfits)
        return promise

    # --- events ---

    def add_node(self, live: LiveNode) -> None:
        if self.around.matcher.selects(self.promise.of, live, self.entry.since) is True:
            self._put(live, Neighbours())
            self._judge(live)

    def drop_node(self, live: LiveNode) -> None:
        if live in self.of:
            self._put(live, None)
            self._sum_up()

    def binds_for_good(self) -> bool:
        return any(live.maker is None for live in self.of)  # what is registered is never taken back

    def add_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        if not any(other.birth < edge.birth for other in pair.edges):
            self._met(pair, 1)

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        if all(other is edge for other in pair.edges):
            self._met(pair, -1)

    def _met(self, pair: LivePair, number: int) -> None:
        ends = pair.source, pair.target
        mine, other = ends if self.promise.outward else reversed(ends)
        if mine in self.of and self._is_wanted(other):
            self._meet(self.of[mine], number)
            self._judge(mine)

    def changed(self, live: LiveNode) -> None:
        if live in self.of:
            self._judge(live)

    def share(self, grower: LiveNode, rest: Rest | None) -> None:
        if rest is None or not self._may_open(grower):
            self._keep(self._open, grower, False, None)
        else:
            self._keep(self._open, grower, True, None)
        spans = dict(self._feeding(grower, rest)) if rest is not None else {}
        for live in dict.fromkeys([*self._fed.get(grower, ()), *spans]):
            if live in self.of:
                self._feed(self.of[live], grower, spans.get(live, NONE))
                self._judge(live)
        self._keep(self._fed, grower, bool(spans), tuple(spans))
        for live in grower.made if rest is None else ():
            self.changed(live)
        span = NONE if rest is None else self._of_grower(grower, rest, spans)
        self.entry.set_share(grower, span)
        self._sum_up()

    def owe_nothing(self) -> None:
        each = replace(self.promise.each, min=0)
        self.entry.promise = replace(self.promise, each=each)
        self.entry.prospects = replace(self.entry.prospects, promise=self.entry.promise)
        for live in self.of:
            self._judge(live)

    # --- what a grower may add ---

    def _feeding(self, grower: LiveNode, rest: Rest) -> Iterator[tuple[LiveNode, Span]]:
        """Whose neighbours the growth of `grower` may become, and how many of them."""
        if self.promise.outward:
            if grower in self.of:
                weigh = self._edges(Edges(IdIs(grower.id), self.promise.other))
                yield grower, weigh.of_rest(rest, grower, ())
            return
        for sink in grower.sinks:
            if sink in self.of:
                weigh = self._edges(Edges(self.promise.other, IdIs(sink.id)))
                yield sink, weigh.of_rest(rest, grower, (sink,))

    def _edges(self, promise: Edges) -> Prospects:
        return Prospects(promise, self.entry.since, self.around.matcher, self.around.forms)

    def _of_grower(self, grower: LiveNode, rest: Rest, spans: Mapping[LiveNode, Span]) -> Span:
        """The misfits that the growth of `grower` brings: among what it grows, and among the
        nodes that are there, of which it is not followed how many."""
        low, high = self.entry.prospects.of_rest(rest, grower, grower.sinks)
        feeds = any(span[1] for span in spans.values())
        if feeds or grower in self._open or self._may_wire(grower):
            high = inf
        return low, high

    def _may_wire(self, grower: LiveNode) -> bool:
        """Whether `grower` may wire nodes of which the promise speaks."""
        if not self._is_ordered(grower):
            return False
        of, since = self.promise.of, self.entry.since
        if any(isinstance(one, (IdIs, IsNew, BornAfter)) for one in selectors_of(self.promise)):
            return True  # these may speak of nodes that are there, and not of those that come
        selects = self.around.matcher.selects
        tasks = may_grow(self.around, grower)
        return any(selects(of, Coming(task, grower), since) is not False for task in tasks)

    def _may_open(self, grower: LiveNode) -> bool:
        """Whether open growth may come from `grower`."""
        return self.around.forms.may_open(grower)

    # --- judging one node ---

    def _is_wanted(self, live: LiveNode) -> bool:
        selects = self.around.matcher.selects
        return selects(self.promise.other, live, self.entry.since) is True

    def _judge(self, live: LiveNode) -> None:
        neighbours = self.of[live]
        fit = self._fit(live, neighbours)
        if fit != neighbours.fit:
            self._refit(neighbours, fit)
        self._sum_up()

    def _fit(self, live: LiveNode, neighbours: Neighbours) -> Fit:
        each = self.promise.each
        if each.max is not None and neighbours.have + neighbours.low > each.max:
            return "over"
        if neighbours.have + neighbours.most >= each.min:
            return "fits"
        if not self.promise.outward and live.status is not Status.WAITING:
            return "stuck"
        maker = live.maker
        wired = maker is not None and maker in self.around.growers and self._is_ordered(maker)
        return "fits" if wired else "short"

    def _is_ordered(self, live: LiveNode) -> bool:
        return self.around.forms.of(live).ordered

    def _sum_up(self) -> None:
        fits = self._fits
        short = 0 if self._open else fits["short"]
        self.entry.have = fits["over"] + fits["stuck"] + short

    # --- books, and how to undo what was written into them ---

    def save(self) -> None:
        self._undo = []

    def stand(self) -> None:
        self._undo = None

    def undo(self) -> None:
        steps, self._undo = self._undo or [], None
        for step, given in reversed(steps):
            step(*given)

    def _note(self, step: Callable[..., object], *given: Any) -> None:
        if self._undo is not None:
            self._undo.append((step, given))

    def _put(self, live: LiveNode, neighbours: Neighbours | None) -> None:
        before = self.of.pop(live, None)
        if before is not None:
            self._fits[before.fit] -= 1
        if neighbours is not None:
            self.of[live] = neighbours
            self._fits[neighbours.fit] += 1
        self._note(self._put, live, before)

    def _meet(self, neighbours: Neighbours, number: int) -> None:
        neighbours.have += number
        self._note(self._meet, neighbours, -number)

    def _feed(self, neighbours: Neighbours, grower: LiveNode, span: Span) -> None:
        before = neighbours.shares.get(grower, NONE)
        neighbours.set_share(grower, span)
        self._note(neighbours.set_share, grower, before)

    def _refit(self, neighbours: Neighbours, fit: Fit) -> None:
        before = neighbours.fit
        self._fits[before] -= 1
        self._fits[fit] += 1
        neighbours.fit = fit
        self._note(self._refit, neighbours, before)

    def _keep(self, book: dict[LiveNode, T], live: LiveNode, there: bool, value: T) -> None:
        """Enters `value` for `live`, or (not `there`) strikes it out."""
        was_there, before = live in book, book.get(live, value)
        if there:
            book[live] = value
        else:
            book.pop(live, None)
        self._note(self._keep, book, live, was_there, before)

    # --- questions ---

    def unmet(self) -> int:
        least = self.promise.each.min
        return sum(
            neighbours.have < least and neighbours.fit in ("fits", "short")
            for neighbours in self.of.values()
        )

    def forbids_start(self, live: LiveNode) -> bool:
        """`live` would have too few predecessors for good; or it is the last node that could
        become the successor of one that has too few."""
        promise = self.promise
        if promise.max is None or not self._open:
            return False
        if not promise.outward:
            return live in self.of and self.of[live].have < promise.each.min
        if not self._fits["short"] or not self._is_wanted(live):
            return False
        growers = [grower for grower, span in self.entry.shares.items() if span[1]]
        return not another_target(self.around, promise.other, self.entry.since, live, growers)

    def allowed(self) -> str:
        each = self.promise.each
        least = f"at least {each.min}" if each.min else ""
        most = "" if each.max is None else f"at most {each.max}"
        both = (
            f"exactly {each.min}"
            if each.min == each.max
            else " and ".join(filter(None, (least, most)))
        )
        return f"; it asks for {both}"

    def existing(self) -> str:
        where = "successors" if self.promise.outward else "predecessors"
        unlike = [live for live in self.of.items() if live[1].fit != "fits"]
        for live, neighbours in unlike[:1]:
            more = f", as have {len(unlike) - 1} others," if len(unlike) > 1 else ""
            number = neighbours.have or "no"
            coming = f" and at least {neighbours.low:.0f} more to come" if neighbours.low else ""
            return f"{live.id} has {number} such {where}{coming}{more}"
        return f"no node has too few or too many such {where}"
