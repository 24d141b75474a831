"""Frames around classes: choices and what comes together, and which frame lies in which.

The same for DOT and for Mermaid; neither is known here.
"""

from __future__ import annotations

from typing import TypeAlias

from foretell.horizon.model import Bundle, Group, Horizon

Frame: TypeAlias = Group | Bundle


class Frames:
    """The frames of a horizon, each drawn in the one it lies in: a branch, or a bundle."""

    def __init__(self, horizon: Horizon) -> None:
        frames: list[Frame] = [*horizon.groups, *horizon.bundles]
        self._makers = {cls.id: cls.maker for cls in horizon.classes}
        self._groups = {group.id for group in horizon.groups}
        self._bundles = {bundle.id for bundle in horizon.bundles}
        self._inside: dict[str, list[Frame]] = {}
        for frame in frames:
            self._inside.setdefault(self._home(frame), []).append(frame)

    def outermost(self) -> list[Frame]:
        return self._inside.get("", [])

    def inside(self, frame: Frame, above: frozenset[str]) -> list[Frame]:
        """The frames directly in `frame`, without those that are `above` it already."""
        found = self._inside.get(name_of(frame), ())
        return [inner for inner in found if name_of(inner) not in above]

    def in_branch(self, group: Group, number: int, above: frozenset[str]) -> list[Frame]:
        """The frames directly in one branch of `group`: the first with a class of theirs, or with
        one from which theirs come."""
        return [
            inner
            for inner in self.inside(group, above)
            if _first_branch(group, self._lines(inner, above)) == number
        ]

    def _lines(self, frame: Frame, above: frozenset[str]) -> set[str]:
        """The classes in `frame`, and those from which they come."""
        found: set[str] = set()
        for id_ in self.classes(frame, above | {name_of(frame)}):
            line: str | None = id_
            while line is not None and line not in found:
                found.add(line)
                line = self._makers.get(line)
        return found

    def classes(self, frame: Frame, above: frozenset[str]) -> set[str]:
        """The classes in `frame`, at any depth."""
        found = (
            {share.id for share in frame.of}
            if isinstance(frame, Bundle)
            else {id_ for branch in frame.branches for id_ in branch}
        )
        for inner in self.inside(frame, above):
            found |= self.classes(inner, above | {name_of(inner)})
        return found

    def _home(self, frame: Frame) -> str:
        if frame.within in self._groups:
            return f"group {frame.within}"
        return f"bundle {frame.bundle}" if frame.bundle in self._bundles else ""


def leading_back(horizon: Horizon) -> frozenset[int]:
    """The places in `horizon.edges` of those that lead back in a picture: round a loop, or from the
    instances in a frame to the next, which are drawn in the same place."""
    frames = Frames(horizon)
    inside = {
        bundle.id: frames.classes(bundle, frozenset({name_of(bundle)}))
        for bundle in horizon.bundles
        if bundle.in_turn
    }
    maker = {cls.id: cls.maker for cls in horizon.classes} if inside else {}

    def is_within(place: str, classes: set[str]) -> bool:
        seen: set[str] = set()
        while place in maker and place not in seen:
            if place in classes:
                return True
            seen.add(place)
            place = maker[place]
        return False

    return frozenset(
        index
        for index, edge in enumerate(horizon.edges)
        if edge.kind == "loop"
        or (edge.onward is not None and is_within(edge.source, inside.get(edge.onward, set())))
    )


def name_of(frame: Frame) -> str:
    """What tells it from all others."""
    return f"{'group' if isinstance(frame, Group) else 'bundle'} {frame.id}"


def _first_branch(group: Group, wanted: set[str]) -> int:
    holding = (i for i, branch in enumerate(group.branches) if wanted.intersection(branch))
    return next(holding, 0)
