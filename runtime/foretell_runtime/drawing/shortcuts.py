"""Which drawn edges are short cuts: a longer way leads to the same place.

They are drawn thin, so that the eye follows the longer way, on which everything is that happens
between the two. Nothing here knows how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from foretell.horizon.model import Group, Horizon, SeenEdge
from foretell_runtime.drawing.frames import Frames, leading_back

MOST_EDGES = 2000
"""In a picture of more nobody follows ways."""


def short_cuts(horizon: Horizon) -> frozenset[int]:
    """The places in `horizon.edges` of short cuts past what may still come.

    Between two nodes that exist only what surely comes counts as a way: until it is there their
    edge is all that orders them. Past what exists the horizon itself says which edges are thin.
    """
    coming = {cls.id for cls in horizon.classes}
    if not coming or len(horizon.edges) > MOST_EDGES:
        return frozenset()
    after: dict[str, set[str]] = {}
    back = leading_back(horizon)
    for index, edge in enumerate(horizon.edges):
        if edge.existence != "may" and index not in back and edge.source != edge.target:
            after.setdefault(edge.source, set()).add(edge.target)
    reached = {source: _reached(source, after) for source in after}
    ways = list(_sure_ways(horizon))

    def is_one(edge: SeenEdge) -> bool:
        if edge.source in coming or edge.target in coming:
            return _has_longer_way(edge.source, edge.target, after, reached)
        between = after.get(edge.source, set()) & coming
        led_on = {cls for cls in between if edge.target in after.get(cls, ())}
        return any(all(way & led_on for way in choice) for choice in ways)

    return frozenset(
        index for index, edge in enumerate(horizon.edges) if index not in back and is_one(edge)
    )


def _sure_ways(horizon: Horizon) -> Iterator[Sequence[Set[str]]]:
    """Classes of which some surely come: of each set that is named together, at least one."""
    least = {cls.id for cls in horizon.classes if cls.min}
    chosen = {id_ for group in horizon.groups for branch in group.branches for id_ in branch}
    yield from ([{id_}] for id_ in least - chosen)
    for group in Frames(horizon).outermost():
        if isinstance(group, Group) and group.per is None:
            yield [least.intersection(branch) for branch in group.branches]


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for target in after.get(ahead.pop(), ()):
            if target not in found:
                found.add(target)
                ahead.append(target)
    return found


def _has_longer_way(
    source: str, target: str, after: Mapping[str, set[str]], reached: Mapping[str, set[str]]
) -> bool:
    """Whether something lies between the two, and neither before the one nor after the other."""
    none: set[str] = set()
    return any(
        target in reached.get(between, none)
        and source not in reached.get(between, none)
        and between not in reached.get(target, none)
        for between in after.get(source, none)
        if between != target
    )
