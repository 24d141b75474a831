"""What promises leave of the future, weighed one promise at a time.

Bounds narrowed in this way are never too narrow; they are exact while only one promise counts, and
it is certain what it counts. Where edges may still come at all is decided here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf
from typing import TypeAlias

from foretell.graph.live import LiveNode
from foretell.horizon.model import NodeClass
from foretell.promises.atoms import Misfits
from foretell.promises.entry import Entry
from foretell.promises.judge import Judge
from foretell.promises.language import Count, Edges
from foretell.promises.ledger import Account
from foretell.promises.matching import Coming, Subject
from foretell.promises.prospects import Span
from foretell.promises.rest import Rest
from foretell.promises.wellformed import LARGEST_BOUND

Bounds: TypeAlias = tuple[int, int | None]


@dataclass(slots=True)
class Drawn:
    """A class as it was drawn. `sinks` are what its nodes precede; `wild`: they were made by a
    node that may grow anything."""

    node_class: NodeClass
    coming: Coming
    sinks: Sequence[LiveNode]
    wild: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """What one promise leaves to a part of the future: `spare` more than the least of it, and at
    least `lack` from it."""

    spare: float
    lack: float


class Weighing:
    """`entries` are the promises that can still narrow what may come."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.entries = [e for e in judge.ledger.entries if _bounds_something(e)]
        self._bans = [e for e in judge.ledger.entries if _is_ban(e)]

    def is_followed(self, entry: Entry) -> bool:
        """Whether what the promise counts is the sum of what single nodes bring."""
        if isinstance(entry.promise, Count) or _is_ban(entry):
            return True
        if isinstance(entry.promise, Misfits):
            return False
        forms = self._judge.forms
        return not any(forms.of(g).ordered or forms.wires(g) for g in self._judge.growers)

    def is_choice_followed(self, account: Account) -> bool:
        """Whether the promise, of which only some parts must hold, can be followed to the end."""
        return self._judge.owed and all(map(self.is_followed, account.entries))

    def allows(self, source: Subject, target: Subject, by: Subject) -> bool:
        """Whether no promise alone forbids a new edge from `source` to `target`."""
        return not self.is_banned(source, target, by)

    @property
    def any_ban(self) -> bool:
        """Whether any edge is forbidden."""
        return bool(self._bans)

    def is_banned(self, source: Subject, target: Subject, by: Subject) -> bool:
        return any(e.prospects.of_pair(source, target, by)[0] for e in self._bans)

    def coming(self, task: str | None, maker: Subject) -> Coming:
        """A wild node may grow others in turn, unless edges to these are forbidden."""
        wild = Coming(task, maker, deep=task is None)
        deep = task is None and self.allows(wild, Coming(None, wild, deep=True), wild)
        return wild if wild.deep == deep else Coming(task, maker)

    def limit(self, entry: Entry, grower: LiveNode | None) -> Limit:
        promise = entry.promise
        spare = inf if promise.max is None else promise.max - entry.have - entry.low
        if grower is None or not self._judge.owed:
            return Limit(spare, -inf)
        ordered = isinstance(promise, Edges) and self._judge.forms.of(grower).ordered
        if ordered or isinstance(promise, Misfits):
            return Limit(spare, -inf)  # what lies between two parts is not told by either
        others = entry.most_without(entry.shares.get(grower, (0, 0)))
        return Limit(spare, promise.min - entry.have - others)

    def span(self, entry: Entry, rest: Rest, maker: Subject, sinks: Sequence[LiveNode]) -> Span:
        return entry.prospects.of_rest(rest, maker, sinks)

    def total(
        self,
        task: str | None,
        bounds: Bounds,
        maker: Subject,
        sinks: Sequence[LiveNode],
        limits: Sequence[Limit],
    ) -> Bounds:
        """`bounds` of a class of `task`, as far as each promise alone can tell."""
        low, high = bounds[0], inf if bounds[1] is None else bounds[1]
        for entry, limit in zip(self.entries, limits, strict=True):
            if task is None:
                each = entry.prospects.of_coming(self.coming(None, maker), sinks)
            else:
                each = entry.prospects.of_node(task, maker, sinks)
            if each[0] and limit.spare < inf:
                high = min(high, low + floor(limit.spare / each[0]))
            if limit.lack > 0 and 0 < each[1] < inf:
                low = max(low, ceil(limit.lack / each[1]))
        return low, None if high == inf else int(high)

    def unbounded(self, drawn: Drawn, top: Coming) -> int | None:
        """The upper bound that promises alone set, on nodes at any depth of recursion: those
        first below `top`, and those below whatever repeats it."""
        high: float = inf
        repeated = _below_repeated(drawn.coming, top)
        for entry in self.entries:
            promise = entry.promise
            if promise.max is None:
                continue
            first = entry.prospects.of_coming(drawn.coming, drawn.sinks)[0]
            if first and entry.prospects.of_coming(repeated, drawn.sinks)[0]:
                high = min(high, promise.max - entry.have)
        return None if high == inf else int(high)

    def fit_together(self, drawn: Sequence[Drawn]) -> bool:
        """Whether no promise alone forbids that all of these come. (Those that must come are
        counted already.)"""
        for entry in self.entries:
            promise = entry.promise
            if promise.max is None:
                continue
            each = [
                entry.prospects.of_coming(d.coming, d.sinks)[0]
                for d in drawn
                if not d.node_class.min
            ]
            if sum(each) > promise.max - entry.have - entry.low:
                return False
        return True


def _below_repeated(coming: Coming, top: Coming) -> Coming:
    """`coming`, with `top` made by anything that comes from where it came from."""
    if coming is top:
        return replace(top, maker=Coming(None, top.maker, deep=True))
    assert isinstance(coming.maker, Coming)
    return replace(coming, maker=_below_repeated(coming.maker, top))


def repeated(bounds: Bounds, times: Bounds) -> Bounds:
    return min(bounds[0] * times[0], LARGEST_BOUND), _product(bounds[1], times[1])


def _is_ban(entry: Entry) -> bool:
    """Whether it is a promise of edges that allows no further one."""
    most = entry.promise.max
    return isinstance(entry.promise, Edges) and most is not None and entry.have >= most


def _bounds_something(entry: Entry) -> bool:
    """Whether the promise can still narrow what may come."""
    promise = entry.promise
    return entry.most > 0 and (promise.max is not None or promise.min > entry.have + entry.low)


def _product(a: int | None, b: int | None) -> int | None:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None or a * b > LARGEST_BOUND else a * b
