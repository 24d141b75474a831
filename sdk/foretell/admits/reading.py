"""A drawing, ready to be compared with finished graphs: its places, and what it says of each.

Where nodes of a finished graph lie is told by `foretell.admits.placed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from foretell.horizon.model import Bundle, Group, Horizon, NodeClass, SeenEdge


@dataclass(frozen=True)
class Grown:
    """A node of a finished graph, with the slot it fills and its maker's id (None: registered)."""

    id: str
    task: str
    slot: str | None
    maker: str | None


class Reading:
    """What `drawing` says."""

    def __init__(self, drawing: Horizon) -> None:
        self.drawing = drawing
        self.real = {node.id: node for node in drawing.nodes}
        self.classes = {c.id: c for c in drawing.classes}
        self.open = {n.id: set(n.in_open) for n in drawing.nodes}
        self.open |= {c.id: set(c.in_open) for c in drawing.classes}
        self.drawn = [edge for edge in drawing.edges if edge.kind != "loop"]
        """Those that are order: what comes round leaves no edge in a finished graph."""
        self.bundles = {bundle.id: bundle for bundle in drawing.bundles}
        self.bundle_of = {share.id: bundle for bundle in drawing.bundles for share in bundle.of}
        self.edges = {(e.source, e.target): e for e in self.drawn if not self.across(e)}
        self.onward = {(e.source, e.target, e.onward) for e in self.drawn if e.onward}
        self.any_in_turn = any(bundle.in_turn for bundle in drawing.bundles)
        self.conditions = {c: list(self._conditions(c)) for c in self.classes}
        self.will = [e for e in self.drawn if e.existence == "will"]

    # --- places ---

    def across(self, edge: SeenEdge) -> str | None:
        """The bundle of which both ends of the edge lie in different instances."""
        at: str | None = edge.source if edge.onward is not None else None
        while at in self.classes:
            bundle = self.bundle_of.get(at)
            if bundle and any(b.id == edge.onward for b in self.bundles_around(bundle)):
                return edge.onward
            at = self.classes[at].maker
        return None

    def home(self, place: str) -> str:
        """The place whose growth stands for what the nodes at `place` grow."""
        c = self.classes.get(place)
        return c.again if c is not None and c.again is not None else place

    def class_below(self, place: str, node: Grown, *, anew: bool = False) -> str | None:
        """The class of which `node`, made by a node at `place`, is drawn to be; `anew`: in no
        instance that has begun."""
        at = self.home(place)
        if at in self.classes and self.classes[at].task is None:
            return at  # whatever a wildcard grows is wild
        slot = node.slot or ""
        keys = slot.count("[") if slot.endswith("]") else 0
        slots = [slot.rsplit("[", n)[0] for n in range(keys if anew else 0, keys + 1)]
        for wanted in (*(f"{at}/{s}" for s in slots), f"{at}/*{node.task}", f"{at}/*"):
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

    def bundles_around(self, bundle: Bundle) -> list[Bundle]:
        """The bundle, and those in each of whose instances it lies."""
        found = [bundle]
        while found[-1].bundle is not None:
            found.append(self.bundles[found[-1].bundle])
        return found

    def bundled(self, bundle: Bundle) -> list[str]:
        """The classes of a bundle, and of the bundles in it."""
        inside = (b for b in self.drawing.bundles if bundle in self.bundles_around(b))
        return [share.id for b in inside for share in b.of]

    # --- what may be left out ---

    def may_stay_empty(self, group: Group) -> bool:
        """Whether some branch of the group is an instance with no node in it."""
        return any(self.may_branch_stay_empty(group, i) for i in range(len(group.branches)))

    def may_branch_stay_empty(self, group: Group, branch: int) -> bool:
        """Whether that branch may be the one although none of its nodes comes."""
        for class_id in group.branches[branch]:
            inner = self.group_inside(group, class_id)
            if inner is not None:
                if not self.may_stay_empty(inner):
                    return False
            elif self.least(group, class_id) > 0:
                return False
        return True

    def least(self, group: Group, class_id: str) -> float:
        """The fewest nodes of the class there may be if its branch is the one."""
        if group.bundle is not None:
            shares = self.bundle_of[class_id].of if class_id in self.bundle_of else ()
            return next((share.min for share in shares if share.id == class_id), 0)
        if group.per is None:
            return self.classes[class_id].min
        each = self.each(class_id)
        return self.classes[class_id].min if each is None else each[0]

    def group_inside(self, group: Group, class_id: str) -> Group | None:
        """The group within a branch of `group` in which the class lies, if any."""
        return next(
            (
                inner
                for inner in self.drawing.groups
                if inner.within == group.id and any(class_id in b for b in inner.branches)
            ),
            None,
        )

    # --- edges ---

    def shows(self, at: tuple[str, str], onward: str | None = None) -> bool:
        """Whether an edge between these places is drawn, or left open; with `onward`, from one
        instance of that bundle to a later one."""
        if onward is not None:
            if any((source, at[1], onward) in self.onward for source in (at[0], self.home(at[0]))):
                return True
        elif at in self.edges or (self.home(at[0]), at[1]) in self.edges:
            return True
        opened = self.open[at[1]]
        if at[0] in self.real:
            return at[0] in opened or "*" in opened
        return at[0] in opened or "+" in opened

    def meeting(self, source: str, target: str) -> str | None:
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
