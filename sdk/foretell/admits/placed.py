"""A finished graph, laid over a drawing: which place each of its nodes has there.

Slots of what comes in groups end with keys: `m[3]` is `m` in the group's instance 3. A class is
called by as many of the keys as say which of the drawn instances it belongs to; nodes whose further
keys are alike came together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from foretell.admits.reading import Grown, Reading
from foretell.horizon.model import Bundle, Group, SeenEdge

BACKWARDS = ""
"""Stands for an edge from a later instance to an earlier one, which is never drawn."""
WHOLE = ""
"""Stands for the whole run, where something holds once and not for each node of a class."""

_Instance: TypeAlias = tuple[str | int, ...]
"""Of a bundle: who made it, and the keys of its nodes."""


class Placed:
    """A finished graph, laid over a drawing.

    `place` is the node or class of the drawing where each node of the graph lies; `at` the nodes in
    each place; `nowhere` the first node for which the drawing has no place.
    """

    def __init__(self, reading: Reading, nodes: Sequence[Grown], edges: set[tuple[str, str]]):
        self.reading = reading
        self.nodes = {node.id: node for node in nodes}
        self.edges = edges
        self.place: dict[str, str] = {}
        self.at: dict[str, list[str]] = {}
        self.nowhere: Grown | None = None
        self._begun = {
            (node.maker, name_of(node.slot), keys_of(node.slot)[:level])
            for node in nodes
            if node.id in reading.real and node.slot is not None
            for level in range(1, len(keys_of(node.slot)) + 1)
        }
        """The instances in which nodes exist that are drawn: nothing in them is still to begin."""
        self._begins_anew = {
            real.maker for real in reading.real.values() if real.id not in self.nodes
        }
        """Who grew what was taken back: what such nodes grow is of no instance that has begun."""
        for node in nodes:
            self._put(node)

    def _put(self, node: Grown) -> None:
        if self.nowhere is not None or node.id in self.place:
            return
        if node.id in self.reading.real:
            found: str | None = node.id
        elif node.maker is None:
            found = None
        else:
            self._put(self.nodes[node.maker])
            if self.nowhere is not None:
                return
            anew = node.maker in self._begins_anew
            found = self.reading.class_below(self.place[node.maker], node, anew=anew)
        if found is None or self._has_begun(node, found):
            self.nowhere = node
            return
        self.place[node.id] = found
        self.at.setdefault(found, []).append(node.id)

    def _has_begun(self, node: Grown, class_id: str) -> bool:
        """Whether `node` comes too late for the class, which is of instances still to begin."""
        bundle = self.reading.bundle_of.get(class_id)
        if bundle is None or not self._begun:
            return False
        level = len(keys_of(class_id.removeprefix(f"{bundle.maker}/"))) + 1
        slots = (c.removeprefix(f"{bundle.maker}/") for c in self.reading.bundled(bundle))
        where = keys_of(node.slot or "")[:level]
        return any((node.maker, name_of(slot), where) in self._begun for slot in slots)

    def instances(self, per: str | None) -> list[str]:
        """The nodes for each of which something holds; `WHOLE` if it holds once."""
        if per is None:
            return [WHOLE]
        if per in self.reading.real:
            return [per]
        return [n for n, place in self.place.items() if self.reading.home(place) == per]

    def instance_above(self, node: str, per: str | None) -> str | None:
        """The nearest node above `node` at the place `per`."""
        if per is None:
            return WHOLE
        maker = self.nodes[node].maker
        while maker is not None:
            if self.reading.home(self.place[maker]) == per:
                return maker
            maker = self.nodes[maker].maker
        return None

    def come_together(self, bundle: Bundle) -> dict[_Instance, list[str]]:
        """The instances of a bundle that came: the nodes directly in each, by maker and keys."""
        found: dict[_Instance, list[str]] = {}
        for class_id in self.reading.bundled(bundle):
            for node in self.at.get(class_id, ()):
                found.setdefault(self.instance_of(bundle, class_id, node), []).append(node)
        return found

    def instance_of(self, bundle: Bundle, class_id: str, node: str) -> _Instance:
        known = len(keys_of(class_id.removeprefix(f"{bundle.maker}/")))
        keys = keys_of(self.nodes[node].slot or "")
        depth = len(self.reading.bundles_around(bundle))
        return (self.nodes[node].maker or "", *keys[: known + depth])

    def same_instances(self, a: str, b: str) -> bool:
        """Whether `a` and `b`, or the makers of theirs that came in one bundle, came together."""
        if not self.reading.bundles:
            return True
        mine, theirs = self._instances_of(a), self._instances_of(b)
        return all(theirs.get(made, where) == where for made, where in mine.items())

    def onward(self, source: str, target: str) -> str | None:
        """The bundle from one instance of which to a later one an edge between these leads, if it
        is one whose instances come in turn."""
        if not self.reading.any_in_turn:
            return None
        mine, theirs = self._instances_of(source), self._instances_of(target)
        apart = [made for made, where in mine.items() if theirs.get(made, where) != where]
        outer = min(apart, key=lambda made: len(mine[made]), default=None)
        if outer is None or not self.reading.bundles[outer[0]].in_turn:
            return None
        return outer[0] if mine[outer] < theirs[outer] else BACKWARDS

    def is_next(self, bundle_id: str, source: str, target: str) -> bool:
        """Whether `target` lies in the instance of the bundle that comes next after that of
        `source`: the first, if that one has begun already."""
        mine, theirs = (self._nearest(bundle_id, node) for node in (source, target))
        if theirs is None or (mine is not None and self.onward(source, target) != bundle_id):
            return False
        if mine is not None and mine[0] != theirs[0]:
            return False  # rounds of another node, where recursion is folded
        first = (*theirs[:-1], -1) if mine is None else mine
        return not any(
            first < where[: len(first)] < theirs
            for where in self.come_together(self.reading.bundles[bundle_id])
        )

    def _nearest(self, bundle_id: str, node: str) -> _Instance | None:
        """The instance of the bundle in which `node`, or the nearest maker above it, came."""
        instances = self._instances_of(node).items()
        return next((where for (bundle, _), where in instances if bundle == bundle_id), None)

    def _instances_of(self, node: str) -> dict[tuple[str, str | int], _Instance]:
        """The instances in which `node`, and the makers above it, came: by the bundle, and by whose
        it is, for folded recursion has many of one bundle within each other. Nearest ones first."""
        found: dict[tuple[str, str | int], _Instance] = {}
        at: str | None = node
        while at is not None:
            bundle = self.reading.bundle_of.get(self.place[at])
            for outer in self.reading.bundles_around(bundle) if bundle is not None else ():
                where = self.instance_of(outer, self.place[at], at)
                found[outer.id, where[0]] = where
            at = self.nodes[at].maker
        return found

    def count(self, class_id: str, per: str | None = None, instance: str = WHOLE) -> int:
        """How many nodes lie in the class; with `per`, only those below that node of it."""
        nodes = self.at.get(class_id, ())
        if per is None:
            return len(nodes)
        return sum(self.instance_above(node, per) == instance for node in nodes)

    def filled(self, group: Group, instance: str) -> list[int]:
        """The branches of `group` that are populated, below that node of the class it is for."""
        return [
            i
            for i, branch in enumerate(group.branches)
            if any(self.count(c, group.per, instance) for c in branch)
        ]

    def takings(self, group: Group) -> list[list[int]]:
        """For each time the choice was made, the branches that are populated."""
        if group.bundle is None:
            return [self.filled(group, instance) for instance in self.instances(group.per)]
        bundle = self.reading.bundles[group.bundle]
        return [
            [
                i
                for i, branch in enumerate(group.branches)
                if any(self.place[node] in branch for node in nodes)
            ]
            for nodes in self.come_together(bundle).values()
        ]

    def binds(self, class_id: str) -> bool:
        """Whether the class lies in no branch but such as were chosen, wherever there was a
        choice. Only then its lower bound speaks. (A branch that may be empty may be the one
        although none of its nodes came.)"""
        for group, branch in self.reading.conditions[class_id]:
            empty = [] if self.reading.may_branch_stay_empty(group, branch) else [branch]
            if any(filled not in ([branch], empty) for filled in self.takings(group)):
                return False
        return True

    def related(self, edge: SeenEdge) -> Iterator[tuple[str, str]]:
        """The pairs of nodes of which an edge speaks: those with the same node at the place where
        the makers of both ends meet."""
        meeting = self.reading.meeting(edge.source, edge.target)
        sources = self.at.get(edge.source, [])
        if self.reading.home(edge.source) == edge.source and edge.source in self.reading.classes:
            sources = self.instances(edge.source) if meeting == edge.source else sources
        for target in self.at.get(edge.target, ()):
            for source in sources:
                if edge.onward is not None:
                    if self.is_next(edge.onward, source, target):
                        yield source, target
                    continue
                if source == target or not self.same_instances(source, target):
                    continue
                if meeting == edge.source:
                    if self.instance_above(target, meeting) == source:
                        yield source, target
                elif meeting == edge.target:
                    if self.instance_above(source, meeting) == target:
                        yield source, target
                elif self.instance_above(source, meeting) == self.instance_above(target, meeting):
                    yield source, target


def name_of(slot: str) -> str:
    """The slot without its keys: `m` of `m[3][0]`."""
    return re.sub(r"(\[\d+\])+$", "", slot)


def keys_of(slot: str) -> tuple[int, ...]:
    """The keys at the end of a slot: 3 and 0 of `m[3][0]`."""
    found = re.fullmatch(r"(.*?)((?:\[\d+\])*)", slot, re.DOTALL)
    return tuple(int(key) for key in re.findall(r"\d+", found[2])) if found else ()
