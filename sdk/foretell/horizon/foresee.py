"""From what was judged to what may still happen: builds the horizon of a moment.

Every node that may still grow is asked what it may still grow, and each answer becomes a class,
with bounds narrowed by the promises. Classes of what a class would grow follow, until a task
repeats; there the recursion is folded. What no bound or edge could say exactly is said in `why`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import assert_never

from foretell.graph.live import LiveNode, LivePair, Status
from foretell.graph.model import EdgeKind, NodeId
from foretell.horizon.model import (
    ClassId,
    Existence,
    Group,
    Horizon,
    NodeClass,
    NodeStatus,
    RunStatus,
    SeenEdge,
    SeenNode,
)
from foretell.horizon.opening import in_open_by_node
from foretell.promises.form import Choice, Rest, Room, Rooms, Wild
from foretell.promises.judge import Judge
from foretell.promises.ledger import Entry
from foretell.promises.matching import OTHER, Coming, Subject
from foretell.promises.prospects import Span

ANY_NODE = "*"
"""In `in_open`: edges from any node that exists."""


def foresee(
    judge: Judge,
    *,
    name: str,
    event: int = 0,
    status: RunStatus = "ready",
    trials: Mapping[NodeId, int] | None = None,
) -> Horizon:
    """The horizon of what `judge` knows. Costs one pass over the graph."""
    builder = _Builder(judge)
    if status in ("ready", "running"):
        for grower in judge.growers:
            builder.grow(grower)
    opened = in_open_by_node(judge, builder.wild)
    return Horizon(
        name=name,
        event=event,
        status=status,
        nodes=tuple(
            _seen_node(live, (trials or {}).get(live.id, 0), opened.get(live, ()))
            for live in judge.graph.nodes.values()
        ),
        classes=tuple(builder.classes),
        edges=(*(_seen_edge(pair) for pair in judge.graph.pairs()), *builder.edges),
        groups=tuple(builder.groups),
        exact=not builder.why,
        why=tuple(builder.why),
    )


def _seen_node(live: LiveNode, trial: int, in_open: tuple[ClassId, ...]) -> SeenNode:
    node, status = live.node, _STATUS[live.status]
    maker = live.maker.id if live.maker is not None else None
    return SeenNode(
        node.id, node.task, status, node.label, node.scope, maker, trial, in_open, node.style
    )


_STATUS: dict[Status, NodeStatus] = {
    Status.WAITING: "waiting",
    Status.RUNNING: "running",
    Status.DONE: "done",
    Status.FAILED: "failed",
    Status.RULED_OUT: "ruled_out",
    Status.CANCELLED: "cancelled",
    Status.RETIRED: "retired",
}


def _seen_edge(pair: LivePair) -> SeenEdge:
    kinds = {edge.edge.kind for edge in pair.edges}
    kind = min(kinds, key=_KINDS.index)
    return SeenEdge(pair.source.id, pair.target.id, "exists", kind, _is_redundant(pair, kind))


_KINDS: tuple[EdgeKind, ...] = ("loop", "data", "order", "structural")


def _is_redundant(pair: LivePair, kind: str) -> bool:
    """Whether growth has put nodes between the two ends, which then order them anyway."""
    source, target = pair.source, pair.target
    if source.made and not target.is_under(source):
        return True
    if kind != "structural":
        return False
    if target.maker is source:
        return any(before.maker is source for before in target.into if before is not source)
    return any(after.maker is source.maker for after in source.out)


@dataclass(slots=True)
class _Limits:
    """What one promise leaves to a part of the future: `spare` more than the least of it, and at
    least `lack` from it."""

    spare: float
    lack: float


@dataclass(slots=True)
class _Place:
    """Where growth is drawn: who makes it, and what it lies before."""

    maker: Subject
    maker_id: NodeId | ClassId
    sinks: Sequence[LiveNode]
    above: tuple[tuple[str, NodeId | ClassId], ...]
    times: tuple[int, int | None] = (1, 1)
    per: ClassId | None = None
    have: Mapping[str, int] = field(default_factory=dict)
    within: str | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(task for task, _ in self.above)


class _Builder:
    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.classes: list[NodeClass] = []
        self.edges: list[SeenEdge] = []
        self.groups: list[Group] = []
        self.wild: list[tuple[LiveNode, tuple[ClassId, ...]]] = []
        self.why: list[str] = []
        self.entries = [e for e in judge.ledger.entries if _bounds_something(e)]
        self._explain()

    def grow(self, grower: LiveNode) -> None:
        place = _Place(
            grower,
            grower.id,
            grower.sinks,
            ((grower.node.task, grower.id),),
            have=self.judge.have.get(grower, {}),
        )
        limits = [self._limits(entry, grower) for entry in self.entries]
        self._draw(self.judge.rest(grower), place, limits)
        self._order_with_siblings(grower)

    def _explain(self) -> None:
        """Says what is drawn wider than it is: bounds are exact for one counting promise."""
        counting = [e for e in self.entries if e.vowed.promise.max != e.have or e.low]
        if len(counting) > 1:
            words = " and ".join(e.vowed.says or e.vowed.promise.kind for e in counting)
            self.why.append(f"bounds are narrowed one promise at a time: {words}")

    def _limits(self, entry: Entry, grower: LiveNode) -> _Limits:
        promise = entry.vowed.promise
        spare = inf if promise.max is None else promise.max - entry.have - entry.low
        share = entry.shares.get(grower, (0, 0))
        others = entry.most_without(share)
        return _Limits(spare, promise.min - entry.have - others)

    def _span(self, entry: Entry, rest: Rest, place: _Place) -> Span:
        return entry.prospects.of_rest(rest, place.maker, place.sinks, place.tasks)

    def _draw(self, rest: Rest, place: _Place, limits: list[_Limits]) -> list[ClassId]:
        """Draws `rest` and returns its classes, without what they grow in turn."""
        match rest:
            case Room():
                return self._draw_room(rest, place, limits)
            case Rooms():
                return self._draw_rooms(rest, place, limits)
            case Choice():
                return self._draw_choice(rest, place, limits)
            case Wild():
                return self._draw_wild(place, limits)
            case _:
                assert_never(rest)

    def _draw_room(self, room: Room, place: _Place, limits: list[_Limits]) -> list[ClassId]:
        low, high = self._narrowed(room, place, limits)
        if high == 0:
            return []
        class_id = f"{place.maker_id}/{room.slot}"
        self._draw_class(class_id, room.task, low, high, place, place.have.get(room.slot, 0))
        return [class_id]

    def _narrowed(self, room: Room, place: _Place, limits: list[_Limits]) -> tuple[int, int | None]:
        """The bounds of `room` as far as each promise alone can tell."""
        low, high = room.min, inf if room.max is None else room.max
        if place.per is not None:  # bounds of one of many: what all of them share is not its own
            return low, room.max
        for entry, limit in zip(self.entries, limits, strict=True):
            each = entry.prospects.of_node(room.task, place.maker, place.sinks, place.tasks)
            if each[0] and limit.spare < inf:
                high = min(high, room.min + floor(limit.spare / each[0]))
            if limit.lack > 0 and 0 < each[1] < inf:
                low = max(low, ceil(limit.lack / each[1]))
        return low, None if high == inf else int(high)

    def _draw_class(
        self,
        class_id: ClassId,
        task: str | None,
        low: int,
        high: int | None,
        place: _Place,
        beside: int = 0,
    ) -> None:
        again = next((at for above, at in place.above if above == task), None)
        many = (low * place.times[0], _product(high, place.times[1]))
        total = (many[0], None if again is not None else many[1])
        self.classes.append(
            NodeClass(class_id, task, total[0], total[1], place.maker_id, beside, again)
        )
        label = None if place.per is None else f"each {_range(low, high)}"
        self.edges.append(SeenEdge(place.maker_id, class_id, "will", "structural", label=label))
        for sink in place.sinks:
            self.edges.append(SeenEdge(class_id, sink.id, "will", "structural"))
        form = self.judge.forms.get(task) if task is not None else None
        if task is None or form is None or form.empty or again is not None:
            return
        inner = _Place(
            Coming(task, place.maker),
            class_id,
            place.sinks,
            (*place.above, (task, class_id)),
            total,
            None if total == (1, 1) else class_id,
            within=place.within,
        )
        self._draw(form.rest({}), inner, self._free(inner))

    def _free(self, place: _Place) -> list[_Limits]:
        """Limits for the growth of a class. What a promise leaves was counted for the class
        already, with the least that it must grow; the most is bounded by what is spare."""
        out = []
        for entry in self.entries:
            promise = entry.vowed.promise
            spare = inf if promise.max is None else promise.max - entry.have - entry.low
            out.append(_Limits(spare, -inf))
        return out

    def _draw_rooms(self, rooms: Rooms, place: _Place, limits: list[_Limits]) -> list[ClassId]:
        spans = [[self._span(e, part, place)[1] for part in rooms.of] for e in self.entries]
        groups: list[list[ClassId]] = []
        for i, part in enumerate(rooms.of):
            mine = [
                _Limits(limit.spare, limit.lack - sum(h for j, h in enumerate(highs) if j != i))
                for limit, highs in zip(limits, spans, strict=True)
            ]
            groups.append(self._draw(part, place, mine))
        if rooms.order == "seq":
            self._order_parts(groups)
        elif rooms.order == "free":
            members = [class_id for group in groups for class_id in group]
            for a in members:
                for b in members:
                    if a != b or self._is_many(a):
                        self.edges.append(SeenEdge(a, b, "may"))
        return [class_id for group in groups for class_id in group]

    def _is_many(self, class_id: ClassId) -> bool:
        return any(c.id == class_id and c.max != 1 for c in self.classes)

    def _order_parts(self, groups: list[list[ClassId]]) -> None:
        filled = [group for group in groups if group]
        for i, before in enumerate(filled):
            for j in range(i + 1, len(filled)):
                for a in before:
                    for b in filled[j]:
                        self.edges.append(SeenEdge(a, b, "will" if j == i + 1 else "may"))

    def _draw_choice(self, choice: Choice, place: _Place, limits: list[_Limits]) -> list[ClassId]:
        whole = [self._span(entry, choice, place) for entry in self.entries]
        kept: list[tuple[Rest, list[_Limits]]] = []
        for branch in choice.of:
            mine = []
            for entry, limit, span in zip(self.entries, limits, whole, strict=True):
                own = self._span(entry, branch, place)
                mine.append(_Limits(limit.spare + span[0] - own[0], limit.lack))
                if mine[-1].spare < 0 or own[1] < limit.lack:
                    break
            else:
                kept.append((branch, mine))
        if len(kept) == 1:
            return self._draw(kept[0][0], place, kept[0][1])
        group_id = f"{place.maker_id}/one_of{len(self.groups)}"
        self.groups.append(Group(group_id, (), place.within, place.per))
        at = len(self.groups) - 1
        outside, place.within = place.within, group_id
        branches = [tuple(self._draw(branch, place, mine)) for branch, mine in kept]
        place.within = outside
        self.groups[at] = Group(group_id, tuple(branches), outside, place.per)
        return [class_id for branch in branches for class_id in branch]

    def _draw_wild(self, place: _Place, limits: list[_Limits]) -> list[ClassId]:
        """A wildcard; or, where promises leave only some tasks, one class for each of them."""
        found: list[ClassId] = []
        if self._wild_room(OTHER, place, limits) != 0:
            high = self._wild_bound(place, limits)
            if high != 0:
                found.append(f"{place.maker_id}/*")
                self._draw_class(found[0], None, 0, high, place)
        else:
            for task in self.judge.forms:
                high = self._wild_room(task, place, limits)
                if high != 0:
                    found.append(f"{place.maker_id}/*{task}")
                    self._draw_class(found[-1], task, 0, high, place)
        for a in found:
            for b in found:
                self.edges.append(SeenEdge(a, b, "may"))
        self._open_classes(found)
        if isinstance(place.maker, LiveNode):
            self.wild.append((place.maker, tuple(found)))
        else:
            self.wild.append((place.maker.root(), tuple(found)))
        return found

    def _wild_room(self, task: str, place: _Place, limits: list[_Limits]) -> int | None:
        """How many nodes of `task` may come from one that may grow anything."""
        high: float = inf
        for entry, limit in zip(self.entries, limits, strict=True):
            each = entry.prospects.of_node(task, place.maker, place.sinks, place.tasks)
            if each[0] and limit.spare < inf:
                high = min(high, floor(limit.spare / each[0]))
        return None if high == inf else int(high)

    def _wild_bound(self, place: _Place, limits: list[_Limits]) -> int | None:
        """How many nodes of whatever tasks: bounded where a promise counts every one of them."""
        high: float = inf
        coming = Coming(None, place.maker)
        for entry, limit in zip(self.entries, limits, strict=True):
            if entry.prospects.of_coming(coming, place.sinks)[0] and limit.spare < inf:
                each = entry.prospects.of_coming(coming, place.sinks)[0]
                high = min(high, floor(limit.spare / each))
        return None if high == inf else int(high)

    def _open_classes(self, found: list[ClassId]) -> None:
        for i, cls in enumerate(self.classes):
            if cls.id in found:
                self.classes[i] = NodeClass(
                    cls.id, cls.task, cls.min, cls.max, cls.maker, cls.beside, cls.again,
                    (ANY_NODE,),
                )  # fmt: skip

    def _order_with_siblings(self, grower: LiveNode) -> None:
        """Edges between what `grower` grew already and what it may still grow."""
        form = self.judge.forms[grower.node.task]
        if form.open or not grower.made:
            return
        drawn = {c.id: c for c in self.classes if c.maker == grower.id}
        for slot in form.spots:
            class_id = f"{grower.id}/{slot}"
            if class_id not in drawn:
                continue
            for made in grower.made:
                other = made.node.slot or ""
                first, second = form.may_precede(other, slot), form.may_precede(slot, other)
                existence: Existence = "may" if first and second else "will"
                if first:
                    self.edges.append(SeenEdge(made.id, class_id, existence))
                if second:
                    self.edges.append(SeenEdge(class_id, made.id, existence))


def _bounds_something(entry: Entry) -> bool:
    """Whether the promise can still narrow what may come."""
    promise = entry.vowed.promise
    return entry.most > 0 and (promise.max is not None or promise.min > entry.have + entry.low)


def _product(a: int | None, b: int | None) -> int | None:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else a * b


def _range(low: int, high: int | None) -> str:
    if low == high:
        return str(low)
    return f"{low}..{'∞' if high is None else high}"
