"""One drawing of what may happen in one way or another: the horizons of several states as one.

The states have the same nodes, but that some have lost a few; so a class is the same class in each.
What is joined shows every future of each of them: bounds are the least and the largest, what must
come must come in all, and what excludes each other excludes each other in all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

from foretell.horizon.bounds import multiplicity
from foretell.horizon.model import Bundle, ClassId, Group, NodeClass, SeenEdge, SeenNode, Share

Span = tuple[int, int | None]
T = TypeVar("T")
Frame = TypeVar("Frame", Group, Bundle)


@dataclass(frozen=True)
class Ahead:
    """What one drawing shows."""

    nodes: Mapping[str, SeenNode]
    classes: Mapping[ClassId, NodeClass]
    edges: Sequence[SeenEdge]
    groups: Sequence[Group] = ()
    bundles: Sequence[Bundle] = ()
    why: tuple[str, ...] = ()

    def has(self, place: str) -> bool:
        return place in self.nodes or place in self.classes


def joined(ways: Iterable[Ahead]) -> Ahead:
    """What may come in any of these ways, of which there is at least one."""
    first, *others = ways
    made = first
    for other in others:
        made = _Join(made, _called_alike(made, other)).made()
    if others and _some_only_apart([first, *others], made.groups):
        made = replace(made, why=(*made.why, "what excludes each other by rounds is not drawn"))
    return made


def _some_only_apart(ways: Sequence[Ahead], groups: Sequence[Group]) -> bool:
    """Whether two classes of one maker are drawn in no way together, and no group says so."""
    held: dict[ClassId, int] = {}
    made: dict[str, dict[int, list[ClassId]]] = {}
    for i, way in enumerate(ways):
        for at in way.classes:
            held[at] = held.get(at, 0) | 1 << i
    for at, maker in {at: c.maker for way in ways for at, c in way.classes.items()}.items():
        made.setdefault(maker, {}).setdefault(held[at], []).append(at)
    told = {
        frozenset((a, b))
        for group in groups
        for one, other in combinations(group.branches, 2)
        for a in one
        for b in other
    }
    return any(
        frozenset((a, b)) not in told
        for alike in made.values()
        for one, other in combinations(alike, 2)
        if not one & other
        for a in alike[one]
        for b in alike[other]
    )


class _Join:
    def __init__(self, one: Ahead, other: Ahead) -> None:
        self._sides = one, other
        self._edge_between = tuple({(e.source, e.target): e for e in s.edges} for s in self._sides)
        self._why = dict.fromkeys((*one.why, *other.why))
        self._free: set[ClassId] = set()
        """Classes whose least speaks no more, for what they hung on is not drawn."""
        self._branches: list[frozenset[ClassId]] = []
        self._per: dict[ClassId, str] = {}
        """Of what lies in a branch: the class of whose nodes each has such branches of its own."""

    def made(self) -> Ahead:
        one, other = self._sides
        bundles = self._bundles()
        kept = {bundle.id for bundle in bundles}
        groups, instead = self._groups(kept)
        bundles = [_within(bundle, groups, instead) for bundle in bundles]
        self._branches = [frozenset(branch) for group in groups for branch in group.branches]
        self._per = {
            at: group.per
            for group in groups
            if group.per
            for branch in group.branches
            for at in branch
        }
        bound = frozenset[ClassId]().union(*self._branches)
        self._free -= bound
        classes: dict[ClassId, NodeClass] = {}
        for at in dict.fromkeys((*one.classes, *other.classes)):
            classes[at] = self._class(at, self._is_conditional(at, bound))
        nodes = {at: self._node(at) for at in dict.fromkeys((*one.nodes, *other.nodes))}
        edges = [
            self._counted(edge, classes)
            for edge in self._edges()
            if edge.onward is None or edge.onward in kept
        ]
        return Ahead(nodes, classes, edges, groups, bundles, tuple(self._why))

    # --- nodes and classes ---

    def _node(self, at: str) -> SeenNode:
        one, other = (side.nodes.get(at) for side in self._sides)
        if one is None or other is None:
            return replace(_either(one, other), may_go=True)
        may_go = one.may_go or other.may_go
        return replace(one, may_go=may_go, in_open=_union(one.in_open, other.in_open))

    def _class(self, at: ClassId, conditional: bool) -> NodeClass:
        one, other = (side.classes.get(at) for side in self._sides)
        if one is None or other is None:
            there, without = _either(one, other), self._sides[one is not None]
            bound = conditional and not self._is_partly_drawn(at, without)
            return there if bound else replace(there, min=0)
        return replace(
            one,
            min=0 if at in self._free else min(one.min, other.min),
            max=_most(one.max, other.max),
            beside=max(one.beside, other.beside),
            again=one.again or other.again,
            in_open=_union(one.in_open, other.in_open),
        )

    def _is_conditional(self, at: ClassId, bound: Collection[ClassId]) -> bool:
        """Whether the class, or one above it, lies in the branch of a group, which is there as often
        as both sides say."""
        for place in self._above(at):
            if place in self._free:
                return False
            if place in bound:
                per = self._per.get(place)
                everywhere = per is None or all(side.has(per) for side in self._sides)
                return everywhere or self._is_conditional(per or "", bound)
        return False

    def _is_partly_drawn(self, at: ClassId, without: Ahead) -> bool:
        """Whether the drawing `without` the class has others of the branch in which it, or one above
        it, lies: that branch comes there without it."""
        lacking = [place for place in self._above(at) if place not in without.classes]
        return any(
            place in branch and any(other in without.classes for other in branch)
            for place in lacking
            for branch in self._branches
        )

    def _above(self, at: ClassId) -> Iterator[ClassId]:
        """The class, the one that makes it, and so on."""
        makers = {**self._sides[1].classes, **self._sides[0].classes}
        place: str = at
        while place in makers:
            yield place
            place = makers[place].maker

    # --- edges ---

    def _edges(self) -> list[SeenEdge]:
        one, other = ({_way(e): e for e in side.edges} for side in self._sides)
        found = []
        for way in dict.fromkeys((*one, *other)):
            a, b = one.get(way), other.get(way)
            if a is not None and b is not None:
                a = a if a.existence == b.existence else replace(a, existence="may")
                found.append(replace(a, rounds=_most(a.rounds, b.rounds)))
            else:
                found.append(self._only(_either(a, b), self._sides[a is not None]))
        return found

    def _only(self, edge: SeenEdge, without: Ahead) -> SeenEdge:
        """An edge that the drawing `without` it lacks: it may come, unless that draws nothing of
        which it speaks."""
        ends = edge.source, edge.target
        real = {end for end in ends if any(end in side.nodes for side in self._sides)}
        spoken_of = ends if len(real) == len(ends) else [end for end in ends if end not in real]
        if not all(map(without.has, spoken_of)):
            return edge
        return replace(edge, existence="may")

    def _counted(self, edge: SeenEdge, classes: Mapping[ClassId, NodeClass]) -> SeenEdge:
        """`edge`; from a class to what its nodes make, with how many each of them makes."""
        maker, made = classes.get(edge.source), classes.get(edge.target)
        if maker is None or made is None or made.maker != edge.source:
            return edge
        if (maker.min, maker.max) == (1, 1):
            return replace(edge, label=None)
        spans = [span for i in (0, 1) if (span := self._each(i, edge)) is not None]
        low, high = min(span[0] for span in spans), _most(*(span[1] for span in spans))
        return replace(edge, label=f"each {multiplicity(low, high)}")

    def _each(self, i: int, edge: SeenEdge) -> Span | None:
        """How many nodes of its target each node of the source of `edge` makes, as one side draws
        it; None: it draws no such source."""
        side = self._sides[i]
        if edge.source not in side.classes:
            return None
        if edge.target not in side.classes:
            return 0, 0
        mine = self._edge_between[i][edge.source, edge.target]
        found = re.fullmatch(r"each (\d+)(?:\.\.(\d+|∞))?", mine.label or "")
        if found is None:
            return side.classes[edge.target].min, side.classes[edge.target].max
        high = found[2] or found[1]
        return int(found[1]), None if high == "∞" else int(high)

    # --- what excludes each other, and what comes together ---

    def _groups(self, bundles: set[str]) -> tuple[list[Group], dict[str, str]]:
        """The groups that hold in both, and which of them stand for others."""
        found: dict[tuple[object, ...], Group] = {}
        merged: dict[str, list[Group]] = {}
        instead: dict[str, str] = {}
        dropped: list[Group] = []
        for side, without in (self._sides, self._sides[::-1]):
            for group in filter(_filled, side.groups):
                here = group.bundle is None or group.bundle in bundles
                kept = _where_both(group, without) if here else None
                if kept is None:
                    dropped.append(group)
                    continue
                same = found.setdefault((frozenset(_filled(kept)), kept.per, kept.bundle), kept)
                instead[group.id] = same.id
                merged.setdefault(same.id, []).append(group)
                if () in kept.branches and () not in same.branches:
                    found[frozenset(_filled(kept)), kept.per, kept.bundle] = _or_nothing(same)
        for group in dropped:
            self._free.update(at for branch in group.branches for at in branch)
            for other in found.values():
                alike = (group.per, group.bundle) == (other.per, other.bundle)
                if alike and _filled(group) <= _filled(other):
                    instead.setdefault(group.id, other.id)
        for key, group in found.items():
            around = {instead.get(one.within or "", one.within) for one in merged[group.id]} - {
                None
            }
            if group.within is None and len(around) == 1:
                # One side asks for it whatever comes: here it is asked for less often than there.
                found[key] = replace(group, within=around.pop())
        groups = list(found.values())
        return [_within(group, groups, instead) for group in groups], instead

    def _bundles(self) -> list[Bundle]:
        """Bundles that both draw, or of whose classes one draws none."""
        one, other = ({bundle.id: bundle for bundle in side.bundles} for side in self._sides)
        found = []
        for at in dict.fromkeys((*one, *other)):
            a, b = one.get(at), other.get(at)
            if a is not None and b is not None:
                times = min(a.min, b.min), _most(a.max, b.max)
                found.append(replace(a, min=times[0], max=times[1], of=_shares(a.of, b.of)))
                continue
            there, without = _either(a, b), self._sides[a is not None]
            if any(share.id in without.classes for share in there.of):
                self._why["what comes together in some rounds only is not drawn"] = None
                self._free.update(share.id for share in there.of)
            else:
                found.append(replace(there, min=0))
        return found


def _where_both(group: Group, without: Ahead) -> Group | None:
    """`group`, as it holds in a drawing that may lack it; None if it does not."""
    there = [b for b in _filled(group) if any(at in without.classes for at in b)]
    if not there:
        anew = group.bundle is not None or (group.per is not None and not without.has(group.per))
        return group if anew else _or_nothing(group)
    for other in without.groups:
        alike = (group.per, group.bundle) == (other.per, other.bundle)
        if alike and _filled(other) <= _filled(group) and set(there) <= _filled(other):
            return _or_nothing(group) if () in other.branches else group
    alone = len(there) == 1 and group.per is None and group.bundle is None
    return _or_nothing(group) if alone else None


def _filled(group: Group) -> set[frozenset[ClassId]]:
    return {frozenset(branch) for branch in group.branches if branch}


def _or_nothing(group: Group) -> Group:
    return group if () in group.branches else replace(group, branches=(*group.branches, ()))


def _within(frame: Frame, groups: Iterable[Group], instead: Mapping[str, str]) -> Frame:
    """`frame`, in the branch of the group that is drawn for the one in which it lay. Where none is,
    nothing says any more when it is needed."""
    if frame.within is None:
        return frame
    outer = instead.get(frame.within, frame.within)
    if any(group.id == outer for group in groups):
        return replace(frame, within=outer)
    free = replace(frame, within=None)
    return _or_nothing(free) if isinstance(free, Group) else replace(free, min=0)


def _called_alike(first: Ahead, other: Ahead) -> Ahead:
    """`other`, its bundles called as `first` calls them, and all else there as nothing in that."""
    known = {_content(bundle): bundle.id for bundle in first.bundles}
    taken = {bundle.id for bundle in first.bundles} | {group.id for group in first.groups}
    names: dict[str | None, str | None] = {None: None}
    frames: list[Group | Bundle] = [*other.bundles, *other.groups]
    for frame in frames:
        name = known.get(_content(frame)) if isinstance(frame, Bundle) else None
        if name is None:
            name = frame.id
            while name in taken:
                name += "'"
        names[frame.id] = name
        taken.add(name)
    return replace(
        other,
        bundles=[
            replace(b, id=names[b.id] or b.id, bundle=names[b.bundle], within=names[b.within])
            for b in other.bundles
        ],
        groups=[
            replace(g, id=names[g.id] or g.id, bundle=names[g.bundle], within=names[g.within])
            for g in other.groups
        ],
        edges=[replace(e, onward=names[e.onward]) if e.onward else e for e in other.edges],
    )


def _content(bundle: Bundle) -> tuple[object, ...]:
    return bundle.maker, frozenset(share.id for share in bundle.of), bundle.in_turn


def _way(edge: SeenEdge) -> tuple[object, ...]:
    return edge.source, edge.target, edge.onward, edge.on, edge.kind == "loop", edge.early


def _shares(one: Sequence[Share], other: Sequence[Share]) -> tuple[Share, ...]:
    theirs = {share.id: share for share in other}
    return tuple(
        replace(a, min=min(a.min, theirs[a.id].min), max=_most(a.max, theirs[a.id].max))
        for a in one
    )


def _either(one: T | None, other: T | None) -> T:
    there = one if one is not None else other
    assert there is not None
    return there


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _most(*bounds: int | None) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return max(known) if len(known) == len(bounds) else None
