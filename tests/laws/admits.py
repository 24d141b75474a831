"""Whether a finished graph lies inside a drawing, read off the drawing alone.

Knows horizons and plain lists of nodes and edges; shares no code with what makes horizons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from foretell.horizon.model import Group, Horizon, NodeClass


@dataclass(frozen=True)
class Grown:
    """A node of the finished graph: its maker's id (None: registered), task and slot."""

    id: str
    task: str
    slot: str | None
    maker: str | None


def quarrel(drawing: Horizon, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
    """Why the finished graph is not one that the drawing shows, or the empty string."""
    return _Reading(drawing, nodes).quarrel(edges)


class _Reading:
    def __init__(self, drawing: Horizon, nodes: list[Grown]) -> None:
        self.drawing = drawing
        self.nodes = {node.id: node for node in nodes}
        self.real = {node.id: node for node in drawing.nodes}
        self.classes = {c.id: c for c in drawing.classes}
        self.place: dict[str, str] = {}
        """Where each node of the finished graph is in the drawing: itself, or its class."""

    def quarrel(self, edges: set[tuple[str, str]]) -> str:
        for real in self.real:
            if real not in self.nodes:
                return f"{real} is drawn and did not stay"
        for node in self.nodes.values():
            if node.id in self.real:
                self.place[node.id] = node.id
                continue
            found = self._class_of(node)
            if found is None:
                return f"{node} is nowhere in the drawing"
            self.place[node.id] = found.id
        return self._count() or self._groups() or self._edges(edges)

    def _class_of(self, node: Grown) -> NodeClass | None:
        """Walks from the maker's place down by slot; folded recursion leads back up."""
        assert node.maker is not None, f"{node} came from nowhere"
        at = self.place[node.maker]
        seen = set()
        while at in self.classes and self.classes[at].again is not None and at not in seen:
            seen.add(at)
            at = self.classes[at].again or at
        if at in self.classes and self.classes[at].task is None:
            return self.classes[at]  # whatever a wildcard grows is wild
        for wanted in (f"{at}/{node.slot}", f"{at}/*{node.task}", f"{at}/*"):
            found = self.classes.get(wanted)
            if found is not None and found.task in (None, node.task):
                return found
        return None

    def _count(self) -> str:
        grouped = {c for group in self.drawing.groups for branch in group.branches for c in branch}
        have = Counter(self.place.values())
        for c in self.drawing.classes:
            n = have.get(c.id, 0)
            if c.max is not None and n > c.max:
                return f"{n} of {c.id}, drawn as at most {c.max}"
            if n < c.min and not self._under_group(c, grouped):
                return f"{n} of {c.id}, drawn as at least {c.min}"
        return ""

    def _under_group(self, c: NodeClass, grouped: set[str]) -> bool:
        while True:
            if c.id in grouped:
                return True
            if c.maker not in self.classes:
                return False
            c = self.classes[c.maker]

    def _groups(self) -> str:
        have = Counter(self.place.values())
        for group in self.drawing.groups:
            filled = [b for b in group.branches if any(have.get(c, 0) for c in self._inside(b))]
            once = group.per is None and group.within is None
            if once and len(filled) > 1:
                return f"{len(filled)} branches of {group.id} came"
            some_needed = all(any(self.classes[c].min for c in b) for b in group.branches)
            if once and not filled and some_needed:
                return f"no branch of {group.id} came"
            chosen = filled[0] if filled else ()
            for c in chosen if group.per is None else ():
                if have.get(c, 0) < self.classes[c].min and not self._nested(c, group):
                    return f"{have.get(c, 0)} of {c}, drawn as at least {self.classes[c].min}"
        return ""

    def _nested(self, class_id: str, group: Group) -> bool:
        return any(
            other.within == group.id and class_id in branch
            for other in self.drawing.groups
            for branch in other.branches
        )

    def _inside(self, branch: tuple[str, ...]) -> set[str]:
        return set(branch)

    def _edges(self, edges: set[tuple[str, str]]) -> str:
        drawn = {(e.source, e.target) for e in self.drawing.edges}
        opened = {n.id: n.in_open for n in self.drawing.nodes}
        opened |= {c.id: c.in_open for c in self.drawing.classes}
        for source, target in edges:
            at = (self.place[source], self.place[target])
            if at in drawn or at[0] in opened.get(at[1], ()):
                continue
            if "*" in opened.get(at[1], ()) and at[0] in self.real:
                continue
            if self._folded(at):
                continue
            return f"the edge {source} -> {target} ({at[0]} -> {at[1]}) is not drawn"
        for e in self.drawing.edges:
            if e.existence == "exists" and (e.source, e.target) not in edges:
                return f"{e.source} -> {e.target} is drawn and did not stay"
        return self._must_edges(edges)

    def _folded(self, at: tuple[str, str]) -> bool:
        """What a folded class grows lies below the class that it repeats."""
        source = self.classes.get(at[0])
        if source is None or source.again is None:
            return False
        return any((e.source, e.target) == (source.again, at[1]) for e in self.drawing.edges)

    def _must_edges(self, edges: set[tuple[str, str]]) -> str:
        """A `will` edge from a class to a real node: each node of the class has it."""
        for e in self.drawing.edges:
            if e.existence != "will" or e.source not in self.classes or e.target not in self.real:
                continue
            for node, place in self.place.items():
                if place == e.source and (node, e.target) not in edges:
                    return f"{node} was to come before {e.target}"
        return ""
