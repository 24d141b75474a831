"""The classes of nodes that may still come, with their bounds, edges and exclusive groups.

Every node that may still grow is asked what; each place in the answer becomes a class, and what
the nodes of a class would grow in turn becomes classes below it. Bounds are totals over all nodes
above. Where a task repeats, the recursion is folded: the class there says `again`, deeper nodes
belong to the classes below the one it names, and those therefore have no upper bound of their own.

Promises narrow bounds one promise at a time, which is exact while only one counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, inf
from typing import assert_never

from foretell.graph.live import LiveNode
from foretell.graph.model import NodeId
from foretell.horizon.bounds import multiplicity
from foretell.horizon.doubts import doubts
from foretell.horizon.model import ClassId, Existence, Group, NodeClass, SeenEdge
from foretell.horizon.ordering import Member, edges_among
from foretell.promises.form import Choice, Form, Rest, Room, Rooms, Wild
from foretell.promises.judge import Judge
from foretell.promises.ledger import Entry
from foretell.promises.matching import OTHER, Coming, Subject
from foretell.promises.prospects import Span
from foretell.promises.wellformed import LARGEST_BOUND

MOST_CLASSES = 500
DEEPEST = 60
"""How far the growth of one node is unfolded: classes in all, and places within each other."""
MOST_IN_ALL = 20_000
FEW_CLASSES = 20
"""Once so many classes are drawn, the growth of each further node may unfold into a few only."""
_PAIRS = 8
"""So many edges that may come between what one node grows cost as much as one class."""


@dataclass(slots=True)
class Drawn:
    """A class as it was drawn. `sinks` are what its nodes precede; `wild`: they were made by a
    node that may grow anything."""

    node_class: NodeClass
    coming: Coming
    sinks: Sequence[LiveNode]
    wild: bool


@dataclass(frozen=True, slots=True)
class _Limit:
    """What one promise leaves to a part of the future: `spare` more than the least of it, and at
    least `lack` from it."""

    spare: float
    lack: float


@dataclass(slots=True)
class _Place:
    """Where growth is drawn: who makes it, what it lies before, and under which classes."""

    maker: Subject
    maker_id: NodeId | ClassId
    sinks: Sequence[LiveNode]
    above: tuple[tuple[str, ClassId], ...] = ()
    times: tuple[int, int | None] = (1, 1)
    have: Mapping[str, int] = field(default_factory=dict)
    within: str | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(task for task, _ in self.above)

    @property
    def per(self) -> ClassId | None:
        return None if self.times == (1, 1) else self.maker_id


class Future:
    """What may still come, drawn as if the promises in `ignoring` had not been made. `why` lists
    what is drawn wider than it is."""

    def __init__(self, judge: Judge, ignoring: Collection[Entry] = ()) -> None:
        self.drawn: list[Drawn] = []
        self.edges: list[SeenEdge] = []
        self.groups: list[Group] = []
        self.why: list[str] = []
        self._judge = judge
        self._at: dict[ClassId, Drawn] = {}
        self._left = self._depth = 0
        self._entries = [
            e
            for e in judge.ledger.entries
            if _bounds_something(e) and not any(e is ignored for ignored in ignoring)
        ]

    def draw(self) -> None:
        for grower in self._judge.growers:
            have = self._judge.have.get(grower, {})
            place = _Place(grower, grower.id, grower.sinks, have=have)
            self._left = MOST_CLASSES if len(self.drawn) < MOST_IN_ALL else FEW_CLASSES
            limits = [self._limit(entry, grower) for entry in self._entries]
            own = self._draw_growth(self._judge.rest(grower), place, limits)
            self._order(self._judge.forms[grower.node.task], grower.id, own, grower.made)
        self._order_what_lies_below()
        self.why += doubts(self._entries, self.drawn, self.edges, self.groups)

    def _limit(self, entry: Entry, grower: LiveNode | None) -> _Limit:
        promise = entry.vowed.promise
        spare = inf if promise.max is None else promise.max - entry.have - entry.low
        if grower is None or not self._judge.owed:
            return _Limit(spare, -inf)
        others = entry.most_without(entry.shares.get(grower, (0, 0)))
        return _Limit(spare, promise.min - entry.have - others)

    def _span(self, entry: Entry, rest: Rest, place: _Place) -> Span:
        return entry.prospects.of_rest(rest, place.maker, place.sinks, place.tasks)

    def _draw_growth(self, rest: Rest, place: _Place, limits: list[_Limit]) -> list[ClassId]:
        """Draws all of one place of growth, unless it unfolds too far."""
        levels = _levels(rest)
        if _places(rest) > self._left or self._depth + levels > DEEPEST:
            return self._draw_far(place)
        self._depth += levels
        drawn = self._draw(rest, place, limits)
        self._depth -= levels
        return drawn

    def _draw(self, rest: Rest, place: _Place, limits: list[_Limit]) -> list[ClassId]:
        """Draws `rest` and returns its classes, without what they grow in turn."""
        match rest:
            case Room(task, slot, low, high):
                class_id = f"{place.maker_id}/{slot}"
                beside = place.have.get(slot, 0)
                return self._draw_class(class_id, task, (low, high), place, limits, beside)
            case Rooms():
                return self._draw_rooms(rest, place, limits)
            case Choice():
                return self._draw_choice(rest, place, limits)
            case Wild():
                return self._draw_wild(place, limits)
            case _:
                assert_never(rest)

    def _draw_class(
        self,
        class_id: ClassId,
        task: str | None,
        bounds: tuple[int, int | None],
        place: _Place,
        limits: list[_Limit],
        beside: int = 0,
        *,
        wild: bool = False,
    ) -> list[ClassId]:
        """Draws one class, and below it what its nodes may grow; nothing if none can come."""
        low, high = self._total(task, bounds, place, limits)
        if high == 0:
            return []
        self._left -= 1
        again = next((at for above, at in place.above if above == task), None)
        node_class = NodeClass(class_id, task, low, high, place.maker_id, beside, again)
        first_class, first_group = len(self.drawn), len(self.groups)
        coming = Coming(task, place.maker, deep=task is None)
        self.drawn.append(Drawn(node_class, coming, place.sinks, wild))
        self._at[class_id] = self.drawn[-1]
        label = None if place.per is None else f"each {multiplicity(*bounds)}"
        # Of several wild nodes one may have made another.
        made: Existence = "may" if task is None and high != 1 else "will"
        self.edges.append(SeenEdge(place.maker_id, class_id, made, "structural", label=label))
        for sink in place.sinks:
            self.edges.append(SeenEdge(class_id, sink.id, "will", "structural"))
        form = self._judge.forms.get(task) if task is not None else None
        if task is not None and form is not None and not form.empty and again is None:
            above = (*place.above, (task, class_id))
            inner = _Place(coming, class_id, place.sinks, above, (low, high), within=place.within)
            limits = [self._limit(e, None) for e in self._entries]
            self._order(form, class_id, self._draw_growth(form.rest({}), inner, limits))
            self._unbound_recursion(class_id, first_class, first_group)
        return [class_id]

    def _total(
        self,
        task: str | None,
        bounds: tuple[int, int | None],
        place: _Place,
        limits: list[_Limit],
    ) -> tuple[int, int | None]:
        """Bounds over all nodes above, as far as each promise alone can tell."""
        low = min(bounds[0] * place.times[0], LARGEST_BOUND)
        most = _product(bounds[1], place.times[1])
        high = inf if most is None else most
        for entry, limit in zip(self._entries, limits, strict=True):
            if task is None:
                coming = Coming(None, place.maker, deep=True)
                each = entry.prospects.of_coming(coming, place.sinks)
            else:
                each = entry.prospects.of_node(task, place.maker, place.sinks, place.tasks)
            if each[0] and limit.spare < inf:
                high = min(high, low + floor(limit.spare / each[0]))
            if limit.lack > 0 and 0 < each[1] < inf:
                low = max(low, ceil(limit.lack / each[1]))
        return low, None if high == inf else int(high)

    def _unbound_recursion(self, class_id: ClassId, first_class: int, first_group: int) -> None:
        """If a class below `class_id` folds back to it, those below stand for any depth."""
        top, below = self.drawn[first_class].coming, self.drawn[first_class + 1 :]
        if not any(drawn.node_class.again == class_id for drawn in below):
            return
        for drawn in below:
            drawn.node_class = replace(drawn.node_class, max=self._unbounded(drawn, top))
        for i in range(first_group, len(self.groups)):
            self.groups[i] = replace(self.groups[i], per=self.groups[i].per or class_id)

    def _unbounded(self, drawn: Drawn, top: Coming) -> int | None:
        """The upper bound that promises alone set, on nodes at any depth of recursion: those
        first below `top`, and those below whatever repeats it."""
        high: float = inf
        repeated = _below_repeated(drawn.coming, top)
        for entry in self._entries:
            promise = entry.vowed.promise
            if promise.max is None:
                continue
            first = entry.prospects.of_coming(drawn.coming, drawn.sinks)[0]
            if first and entry.prospects.of_coming(repeated, drawn.sinks)[0]:
                high = min(high, promise.max - entry.have)
        return None if high == inf else int(high)

    def _draw_rooms(self, rooms: Rooms, place: _Place, limits: list[_Limit]) -> list[ClassId]:
        spans = [[self._span(e, part, place)[1] for part in rooms.of] for e in self._entries]
        groups: list[list[ClassId]] = []
        for i, part in enumerate(rooms.of):
            mine = [
                _Limit(limit.spare, limit.lack - sum(h for j, h in enumerate(highs) if j != i))
                for limit, highs in zip(limits, spans, strict=True)
            ]
            groups.append(self._draw(part, place, mine))
        members = [class_id for group in groups for class_id in group]
        if rooms.order != "par":
            self._left -= len(members) ** 2 // _PAIRS
        return members

    def _order(
        self,
        form: Form,
        maker: NodeId | ClassId,
        own: Sequence[ClassId],
        made: Sequence[LiveNode] = (),
    ) -> None:
        """Edges among the classes that `maker` makes, and between these and what it made."""
        if not form.ordered or not own:
            return
        drawn = self._at
        members = [Member(live.id, live.node.slot or "", real=True) for live in made]
        for slot in form.spots:
            at = f"{maker}/{slot}"
            if at in own:
                members.append(Member(at, slot, False, drawn[at].node_class.max == 1))

        def together(a: Member, b: Member) -> bool:
            return self.fit_together([drawn[m.id] for m in (a, b) if not m.real])

        self.edges += edges_among(form, members, together)

    def fit_together(self, drawn: Sequence[Drawn]) -> bool:
        """Whether no promise alone forbids that all of these come. (Those that must come are
        counted already.)"""
        for entry in self._entries:
            promise = entry.vowed.promise
            if promise.max is None:
                continue
            each = [
                entry.prospects.of_coming(d.coming, d.sinks)[0]
                for d in drawn
                if not d.node_class.min
            ]
            if sum(each) > promise.max - entry.have - entry.low:
                return False
        return True

    def _order_what_lies_below(self) -> None:
        """What a node grows lies before whatever that node lies before."""
        below: dict[str, list[ClassId]] = {}
        maker_of = {d.node_class.id: d.node_class.maker for d in self.drawn}
        for class_id in maker_of:
            maker = maker_of.get(class_id)
            while maker is not None:
                below.setdefault(maker, []).append(class_id)
                maker = maker_of.get(maker)
        for edge in [e for e in self.edges if e.kind == "order"]:
            for class_id in below.get(edge.source, ()):
                self.edges.append(SeenEdge(class_id, edge.target, edge.existence, "structural"))

    def _draw_choice(self, choice: Choice, place: _Place, limits: list[_Limit]) -> list[ClassId]:
        """Draws the branches that some future may take: as a group, if there are several."""
        whole = [self._span(entry, choice, place) for entry in self._entries]
        kept: list[tuple[Rest, list[_Limit]]] = []
        for branch in choice.of:
            mine = []
            for entry, limit, span in zip(self._entries, limits, whole, strict=True):
                own = self._span(entry, branch, place)
                mine.append(_Limit(limit.spare + span[0] - own[0], limit.lack))
                if mine[-1].spare < 0 or own[1] < limit.lack:
                    break
            else:
                kept.append((branch, mine))
        if len(kept) == 1:
            return self._draw(kept[0][0], place, kept[0][1])
        group_id = f"{place.maker_id}/one_of{len(self.groups)}"
        at = len(self.groups)
        self.groups.append(Group(group_id, (), place.within, place.per))
        inside = replace(place, within=group_id)
        branches = tuple(tuple(self._draw(branch, inside, mine)) for branch, mine in kept)
        self.groups[at] = replace(self.groups[at], branches=branches)
        return [class_id for branch in branches for class_id in branch]

    def _draw_wild(self, place: _Place, limits: list[_Limit]) -> list[ClassId]:
        """A wildcard; or, where promises leave only some tasks, one class for each of them."""
        if self._total(OTHER, (0, None), place, limits)[1] != 0:
            tasks: list[str | None] = [None]
        else:
            tasks = list(self._judge.forms)
        members: list[ClassId] = []
        for task in tasks:
            class_id = f"{place.maker_id}/*{task or ''}"
            members += self._draw_class(class_id, task, (0, None), place, limits, wild=True)
        self._order_freely(members)
        return members

    def _order_freely(self, members: list[ClassId]) -> None:
        drawn = self._at
        for a in members:
            for b in members:
                pair = [drawn[a], drawn[b]]
                if (a != b or drawn[a].node_class.max != 1) and self.fit_together(pair):
                    self.edges.append(SeenEdge(a, b, "may"))

    def _draw_far(self, place: _Place) -> list[ClassId]:
        """One wildcard for growth that unfolds too far to be drawn place by place."""
        why = "growth that unfolds far is drawn as anything"
        if why not in self.why:
            self.why.append(why)
        limits = [_Limit(inf, -inf) for _ in self._entries]
        members = self._draw_class(f"{place.maker_id}/*", None, (0, None), place, limits, wild=True)
        made = place.maker.made if isinstance(place.maker, LiveNode) else ()
        for a in members:
            self.edges.append(SeenEdge(a, a, "may"))
            for live in made:
                self.edges += [SeenEdge(live.id, a, "may"), SeenEdge(a, live.id, "may")]
        return members


def _below_repeated(coming: Coming, top: Coming) -> Coming:
    """`coming`, with `top` made by anything that comes from where it came from."""
    if coming is top:
        return replace(top, maker=Coming(None, top.maker, deep=True))
    assert isinstance(coming.maker, Coming)
    return replace(coming, maker=_below_repeated(coming.maker, top))


def _places(rest: Rest) -> int:
    """How many classes `rest` itself is drawn as."""
    return sum(map(_places, rest.of)) if isinstance(rest, (Rooms, Choice)) else 1


def _levels(rest: Rest) -> int:
    return 1 + max(map(_levels, rest.of), default=0) if isinstance(rest, (Rooms, Choice)) else 1


def _bounds_something(entry: Entry) -> bool:
    """Whether the promise can still narrow what may come."""
    promise = entry.vowed.promise
    return entry.most > 0 and (promise.max is not None or promise.min > entry.have + entry.low)


def _product(a: int | None, b: int | None) -> int | None:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None or a * b > LARGEST_BOUND else a * b
