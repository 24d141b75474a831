"""The ledger: for each promise, how much of what it counts exists and how much may still come.

It judges by three numbers a promise, kept up to date event by event: what exists, and the least
and the most that may still come (sums over the nodes that may still grow). Judging an event costs
as much as the event touches, whatever the size of the graph; only a new promise reads it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair, Status
from foretell.promises.form import Form, Rest
from foretell.promises.language import Count, Edges, Vowed
from foretell.promises.matching import Coming, Matcher
from foretell.promises.prospects import NONE, Prospects, Span, matches_edge


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that can no longer be kept: which, why, and what would have been allowed."""

    says: str
    by: str
    where: str
    why: str
    advice: str = ""

    def __str__(self) -> str:
        made = f" made by {self.by}" if self.by else ""
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"promise {self.says}{made}{place}: {self.why}.{advice}"


@dataclass(slots=True)
class Entry:
    """One promise and its numbers. `endless` counts the growers without an upper bound;
    `shares` is what each of those growers adds to `low` and `high`. `rival` is an older promise
    about the same that leaves this one no number to keep.
    """

    vowed: Vowed
    since: int
    prospects: Prospects
    have: int = 0
    low: float = 0
    high: float = 0
    endless: int = 0
    shares: dict[LiveNode, Span] = field(default_factory=dict)
    rival: Entry | None = None

    @property
    def most(self) -> float:
        """The most that may still come."""
        return inf if self.endless else self.high

    def most_without(self, share: Span) -> float:
        """The most that may still come from others than the one with this share."""
        if share[1] == inf:
            return inf if self.endless > 1 else self.high
        return inf if self.endless else self.high - share[1]

    def numbers(self) -> tuple[int, float, float, int]:
        return self.have, self.low, self.high, self.endless

    def set_share(self, grower: LiveNode, span: Span) -> None:
        """What `grower` may still add."""
        old = self.shares.get(grower, NONE)
        self.low += span[0] - old[0]
        for value, sign in ((old[1], -1), (span[1], 1)):
            if value == inf:
                self.endless += sign
            else:
                self.high += sign * value
        if span == NONE:
            self.shares.pop(grower, None)
        else:
            self.shares[grower] = span


class Ledger:
    """The promises of one run. `rest_of` says what a node may still grow (None: nothing)."""

    def __init__(self, graph: LiveGraph, matcher: Matcher, forms: Mapping[str, Form]) -> None:
        self.entries: list[Entry] = []
        self._graph = graph
        self._matcher = matcher
        self._forms = forms

    def open_entry(self, vowed: Vowed, since: int) -> Entry:
        """Adds a promise and counts what it finds. Growers' shares are the caller's to set."""
        prospects = Prospects(vowed.promise, since, self._matcher, self._forms)
        entry = Entry(vowed, since, prospects)
        entry.rival = next((other for other in self.entries if _exclude(other, entry)), None)
        self.entries.append(entry)
        if isinstance(vowed.promise, Count):
            entry.have = sum(self.counts_node(entry, live) for live in self._graph.nodes.values())
        else:
            entry.have = sum(
                any(self.counts_edge(entry, pair, edge) for edge in pair.edges)
                for pair in self._graph.pairs()
            )
        return entry

    def counts_node(self, entry: Entry, live: LiveNode) -> bool:
        promise = entry.vowed.promise
        return (
            isinstance(promise, Count)
            and self._matcher.selects(promise.of, live, entry.since) is True
        )

    def counts_edge(self, entry: Entry, pair: LivePair, edge: LiveEdge) -> bool:
        promise = entry.vowed.promise
        return (
            isinstance(promise, Edges)
            and matches_edge(
                promise, self._matcher, entry.since, pair.source, pair.target, edge.maker,
                edge.birth > entry.since,
            )
            is True
        )  # fmt: skip

    def add_node(self, live: LiveNode) -> None:
        for entry in self.entries:
            entry.have += self.counts_node(entry, live)

    def drop_node(self, live: LiveNode) -> None:
        for entry in self.entries:
            entry.have -= self.counts_node(entry, live)

    def add_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` came into `pair`; a pair counts once, with the first of its edges that matches."""
        older = [other for other in pair.edges if other.birth < edge.birth]
        for entry in self.entries:
            if self.counts_edge(entry, pair, edge):
                entry.have += not self._any_counts(entry, pair, older)

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` is about to leave `pair`."""
        others = [other for other in pair.edges if other is not edge]
        for entry in self.entries:
            if self.counts_edge(entry, pair, edge):
                entry.have -= not self._any_counts(entry, pair, others)

    def _any_counts(self, entry: Entry, pair: LivePair, edges: list[LiveEdge]) -> bool:
        return any(self.counts_edge(entry, pair, edge) for edge in edges)

    def share(self, grower: LiveNode, rest: Rest | None, entries: Iterable[Entry]) -> None:
        """Says anew what `grower` may still grow, to each of `entries`."""
        for entry in entries:
            span = NONE
            if rest is not None:
                span = entry.prospects.of_rest(rest, grower, grower.sinks, ())
            entry.set_share(grower, span)

    def breach(self, *, owed: bool) -> tuple[Entry, Breach] | None:
        """The first promise that cannot be kept. `owed`: look for too little as well as too much
        (a run that has failed owes nothing any more)."""
        for entry in self.entries:
            found = self._too_much(entry)
            if found is None and owed:
                found = _contradiction(entry) or self._too_little(entry)
            if found is not None:
                return entry, found
        return None

    def _too_much(self, entry: Entry) -> Breach | None:
        most = entry.vowed.promise.max
        if most is None or entry.have + entry.low <= most:
            return None
        why = f"{_existing(entry)}{_forced(entry)}; it allows at most {most}"
        return _breach(entry.vowed, why)

    def _too_little(self, entry: Entry) -> Breach | None:
        least = entry.vowed.promise.min
        if entry.have + entry.most >= least:
            return None
        coming = (
            f"at most {entry.most:.0f} more can come" if entry.most else "none can come any more"
        )
        why = f"{_existing(entry)} and {coming}; it asks for at least {least}"
        advice = f"Create {least - entry.have} more while somebody still may."
        return _breach(entry.vowed, why, advice)

    def forbids_start(self, live: LiveNode) -> Entry | None:
        """The promise that could not be kept if `live` started now: edges are owed, and `live`
        is the last node at which they may still end."""
        for entry in self.entries:
            promise = entry.vowed.promise
            if isinstance(promise, Edges) and promise.min > entry.have:
                if self._matcher.selects(promise.target, live, entry.since) is not True:
                    continue
                if not self._another_target(entry, promise, live):
                    return entry
        return None

    def _another_target(self, entry: Entry, promise: Edges, live: LiveNode) -> bool:
        """Whether an edge may still end elsewhere: at a node to come, or at one that waits."""
        for grower, span in entry.shares.items():
            if span[1] and self._may_grow_target(entry, promise, grower):
                return True
        return any(
            other is not live
            and other.status is Status.WAITING
            and self._matcher.selects(promise.target, other, entry.since) is True
            for other in self._graph.nodes.values()
        )

    def _may_grow_target(self, entry: Entry, promise: Edges, grower: LiveNode) -> bool:
        form = self._forms[grower.node.task]
        tasks = [None] if form.open else [spot.task for spot in form.spots.values()]
        return any(
            self._matcher.selects(promise.target, Coming(task, grower), entry.since) is not False
            for task in tasks
        )


def _forced(entry: Entry) -> str:
    """Who must still bring some of what is counted, and in the case of edges, which."""
    growers = [grower for grower, span in entry.shares.items() if span[0]]
    if not growers:
        return ""
    words = f", and at least {entry.low:.0f} more must still come from what "
    words += f"{' and '.join(grower.id for grower in growers[:3])} must grow"
    if isinstance(entry.vowed.promise, Edges):
        sinks = dict.fromkeys(sink.id for grower in growers[:3] for sink in grower.sinks)
        ends = " and ".join(list(sinks)[:5])
        words += " (an edge from its grower to each grown node"
        words += f", and from each to {ends})" if ends else ")"
    return words


def _exclude(one: Entry, other: Entry) -> bool:
    """Whether two promises count the same and no number is right for both."""
    first, second = one.vowed.promise, other.vowed.promise
    apart = _less(first.max, second.min) or _less(second.max, first.min)
    return apart and one.since == other.since and _subject(first) == _subject(second)


def _less(most: int | None, least: int) -> bool:
    return most is not None and most < least


def _subject(promise: Count | Edges) -> Count | Edges:
    return replace(promise, min=0, max=None)


def _contradiction(entry: Entry) -> Breach | None:
    if entry.rival is None:
        return None
    older = entry.rival.vowed
    place = f" ({older.where})" if older.where else ""
    why = f"no number keeps both this and {older.says or older.promise.kind}{place}"
    return _breach(entry.vowed, why, "Change one of the two.")


def _existing(entry: Entry) -> str:
    unit = "node" if isinstance(entry.vowed.promise, Count) else "edge"
    if entry.have == 1:
        return f"1 such {unit} exists"
    return f"{entry.have or 'no'} such {unit}s exist"


def _breach(vowed: Vowed, why: str, advice: str = "") -> Breach:
    return Breach(vowed.says or vowed.promise.kind, vowed.by, vowed.where, why, advice)
