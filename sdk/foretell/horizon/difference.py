"""What two drawings allow that the other does not, in words.

For a review of a changed workflow: what may happen now that could not happen before, and what can
no longer happen. Nodes are the same if their ids are, classes if they come from the same maker
into the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from foretell.horizon.bounds import between, live_loops
from foretell.horizon.model import Bundle, ClassId, Group, Horizon, NodeClass, Share


@dataclass(slots=True)
class Difference:
    """`more`: what may happen in the new and not in the old; `less`: the other way round."""

    more: list[str] = field(default_factory=list)
    less: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.more or self.less)


def compare(old: Horizon, new: Horizon) -> Difference:
    """The differences in a stable order, each a sentence without its full stop."""
    found = Difference()
    _nodes(old, new, found)
    _classes(old, new, found)
    _edges(old, new, found)
    _groups(old, new, found)
    _bundles(old, new, found)
    _loops(old, new, found)
    return found


def _nodes(old: Horizon, new: Horizon, found: Difference) -> None:
    before = {node.id: node.task for node in old.nodes}
    after = {node.id: node.task for node in new.nodes}
    for node, task in after.items():
        if node not in before:
            found.more.append(f"{node} runs ({task})")
        elif before[node] != task:
            found.more.append(f"{node} runs {task} instead of {before[node]}")
            found.less.append(f"{node} no longer runs {before[node]}")
    for node, task in before.items():
        if node not in after:
            found.less.append(f"{node} no longer runs ({task})")


def _classes(old: Horizon, new: Horizon, found: Difference) -> None:
    before = {(c.id, c.task): c for c in old.classes}
    after = {(c.id, c.task): c for c in new.classes}
    for key, future in after.items():
        was = before.get(key)
        if was is None:
            bounds = between(future.min, future.max)
            found.more.append(f"{future.maker} may grow {_name(future)} ({bounds})")
        else:
            _bounds(was, future, found)
    for key, was in before.items():
        if key not in after:
            bounds = between(was.min, was.max)
            found.less.append(f"{was.maker} may no longer grow {_name(was)} ({bounds})")


def _bounds(was: NodeClass, now: NodeClass, found: Difference) -> None:
    who = f"{now.maker} may grow"
    if _most(now) > _most(was):
        found.more.append(f"{who} {_at_most(now)} {_name(now)} (before: {_at_most(was)})")
    elif _most(now) < _most(was):
        found.less.append(f"{who} {_at_most(now)} {_name(now)} (before: {_at_most(was)})")
    if now.min < was.min:
        found.more.append(f"{who} as few as {now.min} {_name(now)} (before: {was.min})")
    elif now.min > was.min:
        found.less.append(f"{now.maker} must grow {now.min} {_name(now)} (before: {was.min})")


def _edges(old: Horizon, new: Horizon, found: Difference) -> None:
    """Edges between what both have: one that is sure takes schedules away, one that is only
    possible adds graphs."""
    common = _names(old) & _names(new)
    before, after = _by_ends(old, common), _by_ends(new, common)
    for ends in sorted(before.keys() | after.keys()):
        was, now = before.get(ends), after.get(ends)
        source, target = ends
        if now == was:
            continue
        if now == "sure":
            found.less.append(f"{target} always runs after {source}")
        elif was == "sure":
            found.more.append(f"{target} may run without waiting for {source}")
        if now == "may" and was is None:
            found.more.append(f"an edge {source} -> {target} may be added")
        elif was == "may" and now is None:
            found.less.append(f"no edge {source} -> {target} can be added any more")


def _by_ends(horizon: Horizon, common: set[str]) -> dict[tuple[str, str], str]:
    edges = {
        (e.source, f"{e.target} of a later round" if e.onward else e.target): (
            "may" if e.existence == "may" else "sure"
        )
        for e in horizon.edges
        if e.source in common and e.target in common and e.kind != "loop"
    }
    for target, sources in _openings(horizon):
        for source in sources:
            named = source if source != "*" else "any node"
            if target in common and (named == "any node" or named in common):
                edges.setdefault((named, target), "may")
    return edges


def _openings(horizon: Horizon) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in horizon.nodes:
        yield node.id, node.in_open
    for future in horizon.classes:
        yield future.id, future.in_open


def _names(horizon: Horizon) -> set[str]:
    return {node.id for node in horizon.nodes} | {future.id for future in horizon.classes}


def _groups(old: Horizon, new: Horizon, found: Difference) -> None:
    before, after = _choices(old), _choices(new)
    for ways in sorted(after - before):
        found.less.append(f"only one of {ways} can come")
    for ways in sorted(before - after):
        found.more.append(f"it need not be exactly one of {ways}")


def _choices(horizon: Horizon) -> set[str]:
    names = {future.id: future for future in horizon.classes}
    return {_ways(group, names) for group in horizon.groups}


def _ways(group: Group, names: dict[str, NodeClass]) -> str:
    ways = (_together(names[c] for c in branch) for branch in group.branches)
    per = f" (for each {group.per})" if group.per else ""
    return f"{', '.join(ways)}{per}"


def _bundles(old: Horizon, new: Horizon, found: Difference) -> None:
    """What comes in instances, of classes that both have, and how much of each is in one."""
    before, after = _instances(old), _instances(new)
    known = {future.id for future in old.classes} & {future.id for future in new.classes}
    for of in sorted(before.keys() | after.keys(), key=sorted):
        if not of <= known:
            continue  # told already: classes have come or gone
        was, now = before.get(of), after.get(of)
        names = " and ".join(sorted(_name(f) for f in new.classes if f.id in of))
        if was is None:
            found.less.append(f"{names} can come only together")
        elif now is None:
            found.more.append(f"{names} need not come together")
        else:
            _shares(was, now, {future.id: _name(future) for future in new.classes}, found)


def _instances(horizon: Horizon) -> dict[frozenset[ClassId], Bundle]:
    return {frozenset(share.id for share in bundle.of): bundle for bundle in horizon.bundles}


def _shares(was: Bundle, now: Bundle, names: dict[ClassId, str], found: Difference) -> None:
    together = " and ".join(sorted(names[share.id] for share in now.of))
    before = {share.id: share for share in was.of}
    pairs = [(names[share.id], before[share.id], share) for share in now.of]
    rows: list[tuple[str, Bundle | Share, Bundle | Share]]
    rows = [(f"of {together} together", was, now)]
    rows += [(f"{name} in each of {together} together", a, b) for name, a, b in pairs]
    for what, first, second in rows:
        old, new = between(first.min, first.max), between(second.min, second.max)
        if _top(second.max) > _top(first.max) or second.min < first.min:
            found.more.append(f"{new} {what} (before: {old})")
        if _top(second.max) < _top(first.max) or second.min > first.min:
            found.less.append(f"only {new} {what} (before: {old})")


def _loops(old: Horizon, new: Horizon, found: Difference) -> None:
    """Which loops may come round, and how often."""
    before = {(e.source, e.target): e.rounds for e in live_loops(old)}
    after = {(e.source, e.target): e.rounds for e in live_loops(new)}
    for ends in dict.fromkeys([*before, *after]):
        source, target = ends
        was, now = before.get(ends, 0), after.get(ends, 0)
        words = f"{source} may go back to {target} {_times(now)} (before: {_times(was)})"
        if _top(now) > _top(was):
            found.more.append(words)
        elif _top(now) < _top(was):
            found.less.append(words if now != 0 else f"{source} can no longer go back to {target}")


def _times(rounds: int | None) -> str:
    if rounds is None:
        return "any number of times"
    return {0: "never", 1: "once at most"}.get(rounds, f"{rounds} times at most")


def _top(high: int | None) -> float:
    return float("inf") if high is None else high


def _together(branch: Iterable[NodeClass]) -> str:
    return " and ".join(_name(future) for future in branch) or "nothing"


def _name(future: NodeClass) -> str:
    return future.task or "anything"


def _most(future: NodeClass) -> float:
    return _top(future.max)


def _at_most(future: NodeClass) -> str:
    return "any number of" if future.max is None else f"at most {future.max}"
