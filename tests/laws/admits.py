"""Whether a finished graph lies inside a drawing, read off the drawing alone.

Knows horizons and plain lists of nodes and edges; shares no code with what makes horizons.

Each node of the finished graph has its *place* in the drawing: itself if it is drawn, else the
class that its maker's place, its slot and its task lead to. Folded recursion leads back up: what
lies below a class that says `again` lies below the class it names, which is called its *home*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from foretell.horizon.model import Group, Horizon, NodeClass, SeenEdge

WHOLE = ""
"""Stands for the whole run, where something holds once and not for each node of a class."""


@dataclass(frozen=True)
class Grown:
    """A node of the finished graph: its maker's id (None: registered), task and slot."""

    id: str
    task: str
    slot: str | None
    maker: str | None


def quarrel(drawing: Horizon, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
    """Why the finished graph is not one that the drawing shows, or the empty string."""
    return Reading(drawing).quarrel(nodes, edges)


class Placed:
    """A finished graph, laid over a drawing."""

    def __init__(self, reading: Reading, nodes: Sequence[Grown], edges: set[tuple[str, str]]):
        self.reading = reading
        self.nodes = {node.id: node for node in nodes}
        self.edges = edges
        self.place: dict[str, str] = {}
        self.at: dict[str, list[str]] = {}
        """The nodes in each place."""
        self.nowhere: Grown | None = None
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
            found = self.reading.class_below(self.place[node.maker], node)
        if found is None:
            self.nowhere = node
            return
        self.place[node.id] = found
        self.at.setdefault(found, []).append(node.id)

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

    def count(self, class_id: str, per: str | None = None, instance: str = WHOLE) -> int:
        nodes = self.at.get(class_id, ())
        if per is None:
            return len(nodes)
        return sum(self.instance_above(node, per) == instance for node in nodes)

    def filled(self, group: Group, instance: str) -> list[int]:
        """The branches that are populated."""
        return [
            i
            for i, branch in enumerate(group.branches)
            if any(self.count(c, group.per, instance) for c in branch)
        ]

    def binds(self, class_id: str) -> bool:
        """Whether the class lies in no branch but such as were chosen, wherever there was a
        choice. Only then its lower bound speaks. (A branch that may be empty may be the one
        although none of its nodes came.)"""
        for group, branch in self.reading.conditions[class_id]:
            empty = [] if self.reading.may_branch_stay_empty(group, branch) else [branch]
            for instance in self.instances(group.per):
                if self.filled(group, instance) not in ([branch], empty):
                    return False
        return True


class Reading:
    """A drawing, ready to be compared with finished graphs."""

    def __init__(self, drawing: Horizon) -> None:
        self.drawing = drawing
        self.real = {node.id: node for node in drawing.nodes}
        self.classes = {c.id: c for c in drawing.classes}
        self.open = {n.id: set(n.in_open) for n in drawing.nodes}
        self.open |= {c.id: set(c.in_open) for c in drawing.classes}
        self.edges = {(e.source, e.target): e for e in drawing.edges}
        self.conditions = {c: list(self._conditions(c)) for c in self.classes}
        self.will = [e for e in drawing.edges if e.existence == "will"]

    # --- places ---

    def home(self, place: str) -> str:
        c = self.classes.get(place)
        return c.again if c is not None and c.again is not None else place

    def class_below(self, place: str, node: Grown) -> str | None:
        at = self.home(place)
        if at in self.classes and self.classes[at].task is None:
            return at  # whatever a wildcard grows is wild
        for wanted in (f"{at}/{node.slot}", f"{at}/*{node.task}", f"{at}/*"):
            found = self.classes.get(wanted)
            if found is not None and found.task in (None, node.task):
                return found.id
        return None

    def _conditions(self, class_id: str) -> Iterator[tuple[Group, int]]:
        """The groups, and in each the branch, that must be chosen for the class to come."""
        at: str | None = class_id
        while at in self.classes:
            for group in self.drawing.groups:
                for i, branch in enumerate(group.branches):
                    if at in branch:
                        yield group, i
            at = self.classes[at].maker

    def each(self, class_id: str) -> tuple[float, float] | None:
        """How many nodes of a class each node above makes, where the drawing says so."""
        edge = self.edges.get((self.classes[class_id].maker, class_id))
        found = re.fullmatch(r"each (\d+)(?:\.\.(\d+|∞))?", (edge and edge.label) or "")
        if found is None:
            return None
        low, high = found[1], found[2] or found[1]
        return int(low), inf if high == "∞" else int(high)

    # --- quarrels ---

    def quarrel(self, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
        return self.quarrel_with(Placed(self, nodes, edges))

    def quarrel_with(self, placed: Placed) -> str:
        for real in self.real:
            if real not in placed.nodes:
                return f"{real} is drawn and did not stay"
        if placed.nowhere is not None:
            return f"{placed.nowhere} is nowhere in the drawing"
        return self._count(placed) or self._groups(placed) or self._edges(placed)

    def _count(self, placed: Placed) -> str:
        for c in self.drawing.classes:
            n = placed.count(c.id)
            if c.max is not None and n > c.max:
                return f"{n} of {c.id}, drawn as at most {c.max}"
            if n < c.min and placed.binds(c.id):
                return f"{n} of {c.id}, drawn as at least {c.min}"
            each = self.each(c.id)
            for instance in placed.instances(c.maker) if each is not None else ():
                assert each is not None
                n = placed.count(c.id, c.maker, instance)
                if n > each[1] or (n < each[0] and not self.conditions[c.id]):
                    return f"{n} of {c.id} below {instance}, drawn as {each[0]} to {each[1]}"
        return ""

    def _groups(self, placed: Placed) -> str:
        for group in self.drawing.groups:
            outer = next((g for g in self.drawing.groups if g.id == group.within), None)
            for instance in placed.instances(group.per):
                filled = placed.filled(group, instance)
                if len(filled) > 1:
                    return f"{len(filled)} branches of {group.id} came"
                if not filled and outer is None and not self.may_stay_empty(group):
                    return f"no branch of {group.id} came"
                if filled:
                    found = self._branch(placed, group, filled[0], instance)
                    if found:
                        return found
        return ""

    def may_stay_empty(self, group: Group) -> bool:
        """Whether some branch of the group is an instance with no node in it."""
        return any(self.may_branch_stay_empty(group, i) for i in range(len(group.branches)))

    def may_branch_stay_empty(self, group: Group, branch: int) -> bool:
        for class_id in group.branches[branch]:
            inner = self._group_inside(group, class_id)
            if inner is not None:
                if not self.may_stay_empty(inner):
                    return False
            elif self._least(group, class_id) > 0:
                return False
        return True

    def _least(self, group: Group, class_id: str) -> float:
        """The fewest nodes of the class there may be if its branch is the one."""
        if group.per is None:
            return self.classes[class_id].min
        each = self.each(class_id)
        return self.classes[class_id].min if each is None else each[0]

    def _group_inside(self, group: Group, class_id: str) -> Group | None:
        """The group within a branch of `group` in which the class lies, if any."""
        return next(
            (
                inner
                for inner in self.drawing.groups
                if inner.within == group.id and any(class_id in b for b in inner.branches)
            ),
            None,
        )

    def _branch(self, placed: Placed, group: Group, branch: int, instance: str) -> str:
        """What is wrong with the branch that is populated."""
        for class_id in group.branches[branch]:
            if self._group_inside(group, class_id) is not None:
                continue
            n = placed.count(class_id, group.per, instance)
            if n < self._least(group, class_id):
                return f"{n} of {class_id}, drawn as at least {self._least(group, class_id)}"
        for inner in self.drawing.groups:
            mine = set(group.branches[branch])
            if inner.within == group.id and any(mine & set(b) for b in inner.branches):
                filled = placed.filled(inner, instance)
                if not filled and not self.may_stay_empty(inner):
                    return f"no branch of {inner.id} came"
        return ""

    # --- edges ---

    def _edges(self, placed: Placed) -> str:
        for source, target in placed.edges:
            at = (placed.place[source], placed.place[target])
            if not self.shows(at):
                return f"the edge {source} -> {target} ({at[0]} -> {at[1]}) is not drawn"
        for e in self.drawing.edges:
            if e.existence == "exists" and (e.source, e.target) not in placed.edges:
                return f"{e.source} -> {e.target} is drawn and did not stay"
        for e in self.will:
            for source, target in self.related(placed, e):
                if (source, target) not in placed.edges:
                    return f"{source} was to come before {target}: {e.source} -> {e.target}"
        return ""

    def shows(self, at: tuple[str, str]) -> bool:
        """Whether an edge between these places is drawn, or left open."""
        if at in self.edges or (self.home(at[0]), at[1]) in self.edges:
            return True
        opened = self.open[at[1]]
        if at[0] in self.real:
            return at[0] in opened or "*" in opened
        return at[0] in opened or "+" in opened

    def related(self, placed: Placed, edge: SeenEdge) -> Iterator[tuple[str, str]]:
        """The pairs of nodes of which an edge speaks: those with the same node at the place where
        the makers of both ends meet."""
        meeting = self._meeting(edge.source, edge.target)
        sources = placed.at.get(edge.source, [])
        if self.home(edge.source) == edge.source and edge.source in self.classes:
            sources = placed.instances(edge.source) if meeting == edge.source else sources
        for target in placed.at.get(edge.target, ()):
            for source in sources:
                if source == target:
                    continue
                if meeting == edge.source:
                    if placed.instance_above(target, meeting) == source:
                        yield source, target
                elif meeting == edge.target:
                    if placed.instance_above(source, meeting) == target:
                        yield source, target
                elif placed.instance_above(source, meeting) == placed.instance_above(
                    target, meeting
                ):
                    yield source, target

    def _meeting(self, source: str, target: str) -> str | None:
        """The class where the makers of two places meet; None if they meet in what exists."""
        above, below = [source, *self._makers(source)], [target, *self._makers(target)]
        if source == target:
            above, below = above[1:], below[1:]
        found = next((at for at in below if at in above), None)
        return found if found in self.classes else None

    def _makers(self, place: str) -> Iterator[str]:
        c: NodeClass | None = self.classes.get(place)
        while c is not None:
            yield c.maker
            c = self.classes.get(c.maker)
