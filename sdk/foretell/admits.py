"""Whether a finished graph lies inside a drawing, read off the drawing alone.

Knows the plain records of a drawing and plain lists of nodes and edges. It shares nothing with
what makes drawings, so that it may be their judge: `foretell fuzz` and the proofs of the laws ask
it about every finished graph they meet.

    quarrel(drawing, nodes, edges)      # "" or "3 of plan/square, drawn as at most 2"

Each node of the finished graph has its *place* in the drawing: itself if it is drawn, else the
class that its maker's place, its slot and its task lead to. Folded recursion leads back up: what
lies below a class that says `again` lies below the class it names, which is called its *home*.

Slots of what comes in groups end with keys: `m[3]` is `m` in the group's instance 3. A class is
called by as many of the keys as say which of the drawn instances it belongs to; nodes whose further
keys are alike came together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from foretell.horizon.model import Bundle, Group, Horizon, NodeClass, SeenEdge, Share

BACKWARDS = ""
"""Stands for an edge from a later instance to an earlier one, which is never drawn."""
WHOLE = ""
"""Stands for the whole run, where something holds once and not for each node of a class."""


@dataclass(frozen=True)
class Grown:
    """A node of a finished graph, with the slot it fills and its maker's id (None: registered)."""

    id: str
    task: str
    slot: str | None
    maker: str | None


def quarrel(drawing: Horizon, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
    """Why the finished graph is not one that the drawing shows, or the empty string.

    `nodes` and `edges` are all that were not retired in the end; `edges` are pairs of node ids, each
    once. To compare many graphs with one drawing, keep a `Reading` of it.
    """
    return Reading(drawing).quarrel(nodes, edges)


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

    def come_together(self, bundle: Bundle) -> dict[tuple[str | int, ...], list[str]]:
        """The instances of a bundle that came: the nodes directly in each, by maker and keys."""
        found: dict[tuple[str | int, ...], list[str]] = {}
        for class_id in self.reading.bundled(bundle):
            for node in self.at.get(class_id, ()):
                found.setdefault(self._instance(bundle, class_id, node), []).append(node)
        return found

    def _instance(self, bundle: Bundle, class_id: str, node: str) -> tuple[str | int, ...]:
        known = len(keys_of(class_id.removeprefix(f"{bundle.maker}/")))
        keys = keys_of(self.nodes[node].slot or "")
        depth = len(self.reading.bundles_around(bundle))
        return (self.nodes[node].maker or "", *keys[: known + depth])

    def same_instances(self, a: str, b: str) -> bool:
        """Whether `a` and `b`, or the makers of theirs that came in one bundle, came together."""
        if not self.reading.bundles:
            return True
        mine, theirs = self._instances_of(a), self._instances_of(b)
        return all(theirs.get(bundle, where) == where for bundle, where in mine.items())

    def onward(self, source: str, target: str) -> str | None:
        """The bundle from one instance of which to a later one an edge between these leads, if it
        is one whose instances come in turn."""
        if not self.reading.any_in_turn:
            return None
        mine, theirs = self._instances_of(source), self._instances_of(target)
        apart = [b for b, where in mine.items() if theirs.get(b, where) != where]
        outer = min(apart, key=lambda b: len(mine[b]), default=None)
        if outer is None or not self.reading.bundles[outer].in_turn:
            return None
        return outer if mine[outer] < theirs[outer] else BACKWARDS

    def is_next(self, bundle_id: str, source: str, target: str) -> bool:
        """Whether `target` lies in the instance of the bundle that comes next after that of
        `source`: the first, if that one has begun already."""
        mine, theirs = (self._instances_of(n).get(bundle_id) for n in (source, target))
        if theirs is None or (mine is not None and self.onward(source, target) != bundle_id):
            return False
        first = (*theirs[:-1], -1) if mine is None else mine
        return not any(
            first < where[: len(first)] < theirs
            for where in self.come_together(self.reading.bundles[bundle_id])
        )

    def _instances_of(self, node: str) -> dict[str, tuple[str | int, ...]]:
        """The instance of each bundle in which `node`, or the nearest maker above it, came."""
        found: dict[str, tuple[str | int, ...]] = {}
        at: str | None = node
        while at is not None:
            bundle = self.reading.bundle_of.get(self.place[at])
            for outer in self.reading.bundles_around(bundle) if bundle is not None else ():
                found.setdefault(outer.id, self._instance(outer, self.place[at], at))
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


class Reading:
    """A drawing, ready to be compared with finished graphs."""

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
        self.onward = {(e.source, e.target, e.onward) for e in self.drawn if self.across(e)}
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

    # --- quarrels ---

    def quarrel(self, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
        """As the function of this name."""
        return self.quarrel_with(Placed(self, nodes, edges))

    def quarrel_with(self, placed: Placed) -> str:
        """As `quarrel`, of a graph that was laid over this drawing."""
        for real in self.real:
            if real not in placed.nodes and not self.real[real].may_go:
                return f"{real} is drawn and did not stay"
        if placed.nowhere is not None:
            return f"{placed.nowhere} is nowhere in the drawing"
        return (
            self._count(placed)
            or self._groups(placed)
            or self._bundles(placed)
            or self._edges(placed)
        )

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
        for group in (g for g in self.drawing.groups if g.bundle is None):
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

    def _bundles(self, placed: Placed) -> str:
        for bundle in self.drawing.bundles:
            came = placed.come_together(bundle)
            for maker in placed.instances(bundle.maker):
                n = [where[0] for where in came].count(maker)
                n = n if bundle.bundle is None else 0  # per instance: see _instance_of_bundle
                if bundle.max is not None and n > bundle.max:
                    return f"{n} instances of {bundle.id}, drawn as at most {bundle.max}"
                if bundle.bundle is None and n < bundle.min and self._is_due(placed, bundle):
                    return f"{n} instances of {bundle.id}, drawn as at least {bundle.min}"
            for where, nodes in came.items():
                found = self._instance_of_bundle(placed, bundle, nodes)
                if found:
                    return f"{found} in the instance {where} of {bundle.id}"
        return ""

    def _is_due(self, placed: Placed, bundle: Bundle) -> bool:
        """Whether the lower bound of a bundle speaks: it lies in no branch but such as came."""
        return all(placed.binds(share.id) for share in bundle.of if not self._in_choice(share))

    def _in_choice(self, share: Share) -> bool:
        """Whether nodes of the class come in some instances of its bundle only."""
        return any(
            share.id in branch
            for group in self.drawing.groups
            if group.bundle is not None
            for branch in group.branches
        )

    def _instance_of_bundle(self, placed: Placed, bundle: Bundle, nodes: list[str]) -> str:
        at = [placed.place[node] for node in nodes]
        chosen: set[str] = set()
        for group in (g for g in self.drawing.groups if g.bundle == bundle.id):
            filled = [i for i, b in enumerate(group.branches) if any(c in b for c in at)]
            if len(filled) > 1:
                return f"{len(filled)} branches of {group.id}"
            if not filled and group.within is None and not self.may_stay_empty(group):
                return f"no branch of {group.id}"
            for i, branch in enumerate(group.branches):
                chosen |= set(branch) if i not in filled else set()
        for share in bundle.of:
            n = at.count(share.id)
            if share.max is not None and n > share.max:
                return f"{n} of {share.id}, drawn as at most {share.max}"
            if n < share.min and share.id not in chosen:
                return f"{n} of {share.id}, drawn as at least {share.min}"
        for inner in (b for b in self.drawing.bundles if b.bundle == bundle.id):
            mine = {placed._instance(inner, placed.place[n], n) for n in nodes
                    if placed.place[n] in self.bundled(inner)}  # fmt: skip
            if inner.max is not None and len(mine) > inner.max:
                return f"{len(mine)} instances of {inner.id}, drawn as at most {inner.max}"
            if len(mine) < inner.min and inner.within is None:
                return f"{len(mine)} instances of {inner.id}, drawn as at least {inner.min}"
        return ""

    def may_stay_empty(self, group: Group) -> bool:
        """Whether some branch of the group is an instance with no node in it."""
        return any(self.may_branch_stay_empty(group, i) for i in range(len(group.branches)))

    def may_branch_stay_empty(self, group: Group, branch: int) -> bool:
        """Whether that branch may be the one although none of its nodes comes."""
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
        if group.bundle is not None:
            shares = self.bundle_of[class_id].of if class_id in self.bundle_of else ()
            return next((share.min for share in shares if share.id == class_id), 0)
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
            if not self.shows(at, placed.onward(source, target)):
                return f"the edge {source} -> {target} ({at[0]} -> {at[1]}) is not drawn"
        for e in self.drawn:
            both = e.source in placed.nodes and e.target in placed.nodes
            if e.existence == "exists" and both and (e.source, e.target) not in placed.edges:
                return f"{e.source} -> {e.target} is drawn and did not stay"
        for e in self.will:
            for source, target in self.related(placed, e):
                if (source, target) not in placed.edges:
                    return f"{source} was to come before {target}: {e.source} -> {e.target}"
        return ""

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

    def related(self, placed: Placed, edge: SeenEdge) -> Iterator[tuple[str, str]]:
        """The pairs of nodes of which an edge speaks: those with the same node at the place where
        the makers of both ends meet."""
        meeting = self._meeting(edge.source, edge.target)
        sources = placed.at.get(edge.source, [])
        if self.home(edge.source) == edge.source and edge.source in self.classes:
            sources = placed.instances(edge.source) if meeting == edge.source else sources
        for target in placed.at.get(edge.target, ()):
            for source in sources:
                if edge.onward is not None:
                    if placed.is_next(edge.onward, source, target):
                        yield source, target
                    continue
                if source == target or not placed.same_instances(source, target):
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


def name_of(slot: str) -> str:
    """The slot without its keys: `m` of `m[3][0]`."""
    return re.sub(r"(\[\d+\])+$", "", slot)


def keys_of(slot: str) -> tuple[int, ...]:
    """The keys at the end of a slot: 3 and 0 of `m[3][0]`."""
    found = re.fullmatch(r"(.*?)((?:\[\d+\])*)", slot, re.DOTALL)
    return tuple(int(key) for key in re.findall(r"\d+", found[2])) if found else ()
