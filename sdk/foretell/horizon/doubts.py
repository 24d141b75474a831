"""Where a drawing may be wider than what can happen, and why: what makes it approximate.

Bounds are narrowed by one promise at a time and place by place. That is exact for a promise whose
count is certain and that meets only what existing nodes grow themselves, one branch or none. This
file says of everything else that it is not; it changes no bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from foretell.graph.live import LiveNode
from foretell.horizon.model import Bundle, Group, NodeClass, SeenEdge
from foretell.promises.atoms import Misfits
from foretell.promises.entry import Entry
from foretell.promises.language import Count, Edges
from foretell.promises.ledger import Account
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
    bundles: Sequence[Bundle] = (),
) -> Iterator[str]:
    """What is not followed to the end, in words."""
    counting = [e for e in entries if not _is_exhausted(e) and drawn]
    if len(counting) > 1:
        yield f"bounds are narrowed one promise at a time: {' and '.join(map(_words, counting))}"
    for entry in entries:
        if _may_exclude(entry, drawn):
            yield f"what comes may exclude something else: {_words(entry)}"
    chosen = {c for group in groups for branch in group.branches for c in branch}
    chosen |= {share.id for bundle in bundles for share in bundle.of}
    # Edges that only order what one node grows: a promise of edges might speak of them.
    ordered = any(edge.kind == "order" for edge in edges)
    for entry in entries if drawn else ():
        promise = entry.promise
        if isinstance(promise, Misfits):
            continue  # told below, because these may bind where nothing is drawn
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
                yield f"not followed into branches, instances and what grown nodes grow: {_words(entry)}"
                break


def _may_exclude(entry: Entry, drawn: Sequence[Class]) -> bool:
    """Whether the promise may leave room for one class of a maker or for another, not for both."""
    if entry.promise.max is None:
        return False
    spare = entry.promise.max - entry.have - entry.low
    most: dict[str, float] = {}
    for d in drawn:
        if d.node_class.min == 0:
            weight = entry.prospects.of_coming(d.coming, d.sinks)[0]
            before = most.get(d.node_class.maker)
            if before is not None and weight and before + weight > spare:
                return True
            most[d.node_class.maker] = max(weight, before or 0)
    return False


def left_open(
    entries: Sequence[Entry],
    followed: Sequence[Entry],
    unsure: Sequence[Entry],
    choices: Sequence[Account],
) -> Iterator[str]:
    """What is not exact although futures were followed, in words."""
    for account in choices:
        if any(entry is one for entry in account.entries for one in unsure):
            yield f"what comes may or may not count: {_words(account)}"
    for entry in entries:
        if isinstance(entry.promise, Misfits):
            continue
        if not any(entry is one for one in followed):
            yield f"edges are counted one by one, not together: {_words(entry)}"
        elif any(entry is one for one in unsure):
            yield f"what comes may or may not count: {_words(entry)}"


def doubts_of_kinds(
    entries: Sequence[Entry], undecided: Sequence[Account], *, wired: bool
) -> Iterator[str]:
    """Promises of kinds that bounds and edges do not follow. `wired`: somebody may wire whatever
    there is, and so put out of reach what is owed."""
    for entry in entries:
        if isinstance(entry.promise, Misfits):
            yield f"the neighbours of single nodes are not followed: {_words(entry)}"
        elif wired and isinstance(entry.promise, Edges) and entry.promise.min > entry.have:
            yield f"which edges leave room for those that are owed is not followed: {_words(entry)}"
    for account in undecided:
        yield f"which of several ways a promise is kept is not followed: {_words(account)}"


def _is_exhausted(entry: Entry) -> bool:
    """Whether nothing that it counts may come any more, which is no question of how much."""
    promise = entry.promise
    return promise.max == entry.have and not entry.low and promise.min <= entry.have


def _words(promised: Entry | Account) -> str:
    return promised.vowed.says or promised.vowed.promise.kind
