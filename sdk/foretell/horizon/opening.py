"""Where edges may still end that no drawn edge foretells: the `in_open` of nodes.

Only a node that may grow anything adds such edges: to any node that waits and does not come
before it, from any node, as far as the promises leave it.
"""

from __future__ import annotations

from collections.abc import Sequence

from foretell.graph.live import LiveNode, Status
from foretell.horizon.model import ClassId
from foretell.promises.judge import Judge
from foretell.promises.language import Edges
from foretell.promises.ledger import Entry
from foretell.promises.matching import Coming, Subject
from foretell.promises.prospects import matches_edge


def in_open_by_node(
    judge: Judge, wild: Sequence[tuple[LiveNode, tuple[ClassId, ...]]]
) -> dict[LiveNode, tuple[ClassId, ...]]:
    """For each waiting node, the wildcard classes and `"*"` (any real node) that may still come
    before it. `wild` are the growers of anything with the classes drawn for them."""
    full = [e for e in judge.ledger.entries if _is_full(e)]
    found: dict[LiveNode, list[ClassId]] = {}
    for grower, classes in wild:
        before = _ancestors(grower)
        sinks = set(grower.sinks)
        for live in judge.graph.nodes.values():
            if live.status is not Status.WAITING or live is grower or live in before:
                continue
            if live not in sinks and _allowed(full, judge, Coming(None, grower), live, grower):
                found.setdefault(live, []).extend(classes)
            if _some_real_source(full, judge, live, grower):
                found.setdefault(live, []).append("*")
    for grower in judge.growers:
        for live in _open_among_siblings(judge, grower):
            found.setdefault(live, []).append("*")
    return {live: tuple(dict.fromkeys(names)) for live, names in found.items()}


def _open_among_siblings(judge: Judge, grower: LiveNode) -> list[LiveNode]:
    """What `grower` grew and may still wire to others that it grew, as its shape allows."""
    form = judge.forms[grower.node.task]
    if form.open or not form.ordered or len(grower.made) < 2:
        return []
    out = []
    for live in grower.made:
        below = None
        for other in grower.made:
            if other is live or other in live.into:
                continue
            if not form.may_precede(other.node.slot or "", live.node.slot or ""):
                continue
            below = _descendants(live) if below is None else below
            if other not in below:
                out.append(live)
                break
    return out


def _is_full(entry: Entry) -> bool:
    promise = entry.vowed.promise
    return isinstance(promise, Edges) and promise.max is not None and entry.have >= promise.max


def _allowed(
    full: list[Entry], judge: Judge, source: Subject, target: LiveNode, by: LiveNode
) -> bool:
    for entry in full:
        promise = entry.vowed.promise
        assert isinstance(promise, Edges)
        if matches_edge(promise, judge.matcher, entry.since, source, target, by, True) is True:
            return False
    return True


def _some_real_source(full: list[Entry], judge: Judge, target: LiveNode, by: LiveNode) -> bool:
    """Whether some node that exists may still become a predecessor of `target`."""
    below = None
    for source in judge.graph.nodes.values():
        if source is target or source in target.into:
            continue
        if not _allowed(full, judge, source, target, by):
            continue
        if source.status is Status.WAITING:
            below = _descendants(target) if below is None else below
            if source in below:
                continue
        return True
    return False


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
