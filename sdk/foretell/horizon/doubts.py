"""Where a drawing may be wider than what can happen, and why: what makes it approximate.

Bounds are narrowed by one promise at a time and place by place. That is exact for a promise whose
count is certain and that meets only what existing nodes grow themselves, one branch or none. This
file says of everything else that it is not; it changes no bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from foretell.graph.live import LiveNode
from foretell.horizon.model import Group, NodeClass, SeenEdge
from foretell.promises.language import Count, Edges
from foretell.promises.ledger import Entry
from foretell.promises.matching import Coming


class Class(Protocol):
    """A class as it was drawn."""

    @property
    def node_class(self) -> NodeClass: ...
    @property
    def coming(self) -> Coming: ...
    @property
    def sinks(self) -> Sequence[LiveNode]: ...


def doubts(
    entries: Sequence[Entry],
    drawn: Sequence[Class],
    edges: Sequence[SeenEdge],
    groups: Sequence[Group],
) -> Iterator[str]:
    """What is not followed to the end, in words."""
    counting = [e for e in entries if not _is_exhausted(e) and drawn]
    if len(counting) > 1:
        yield f"bounds are narrowed one promise at a time: {' and '.join(map(_words, counting))}"
    chosen = {c for group in groups for branch in group.branches for c in branch}
    # Edges that only order what one node grows: a promise of edges might speak of them.
    ordered = any(edge.kind == "order" for edge in edges)
    for entry in entries if drawn else ():
        promise = entry.vowed.promise
        if isinstance(promise, Edges) and (not _is_exhausted(entry) or ordered):
            yield f"edges are counted one by one, not together: {_words(entry)}"
            continue
        for d in drawn:
            low, high = entry.prospects.of_coming(d.coming, d.sinks)
            if low != high:
                yield f"what comes may or may not count: {_words(entry)}"
                break
            inner = isinstance(d.coming.maker, Coming) or d.node_class.id in chosen
            if high and inner and isinstance(promise, Count):
                yield f"not followed into branches and what grown nodes grow: {_words(entry)}"
                break


def _is_exhausted(entry: Entry) -> bool:
    """Whether nothing that it counts may come any more, which is no question of how much."""
    promise = entry.vowed.promise
    return promise.max == entry.have and not entry.low and promise.min <= entry.have


def _words(entry: Entry) -> str:
    return entry.vowed.says or entry.vowed.promise.kind
