"""One drawing of the classes of nodes that may still come, with their edges, groups and bundles.

Every node that may still grow is asked what; each place in the answer becomes a class, and what
the nodes of a class would grow in turn becomes classes below it. Bounds are totals over all nodes
above. Where a task repeats, the recursion is folded: the class there says `again`, deeper nodes
belong to the classes below the one it names, and those therefore have no upper bound of their own.

How many of a class may come is told by `Futures`, where these are followed, else by `Weighing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import assert_never

from foretell.graph.live import LiveNode
from foretell.graph.model import NodeId
from foretell.horizon.bounds import multiplicity
from foretell.horizon.futures import Futures
from foretell.horizon.model import (
    Bundle,
    ClassId,
    Existence,
    Group,
    NodeClass,
    SeenEdge,
    Share,
)
from foretell.horizon.ordering import Frame, Member, edges_among
from foretell.horizon.weighing import Bounds, Drawn, Limit, Weighing, repeated
from foretell.promises.filled import Filled
from foretell.promises.form import NOTHING_YET, Form
from foretell.promises.judge import Judge
from foretell.promises.matching import OTHER, Coming, Subject
from foretell.promises.rest import Choice, Copies, Rest, Room, Rooms, Wild

MOST_CLASSES = 500
DEEPEST = 60
"""How far the growth of one node is unfolded: classes in all, and places within each other."""
MOST_IN_ALL = 20_000
FEW_CLASSES = 20
"""Once so many classes are drawn, the growth of each further node may unfold into a few only."""
_PAIRS = 8
"""So many edges that may come between what one node grows cost as much as one class."""


@dataclass(slots=True)
class _Place:
    """Where growth is drawn: who makes it, what it lies before, and under which classes."""

    maker: Subject
    maker_id: NodeId | ClassId
    sinks: Sequence[LiveNode]
    above: tuple[tuple[str, ClassId], ...] = ()
    times: tuple[int, int | None] = (1, 1)
    have: Filled = field(default_factory=Filled)
    form: Form | None = None
    within: str | None = None
    bundle: str | None = None
    copies: tuple[int, int | None] = (1, 1)

    @property
    def per(self) -> ClassId | None:
        return None if self.times == (1, 1) else self.maker_id


class Sketch:
    """`doubts` lists where bounds may be wider than they are told; `far` is set where growth
    unfolds too far to be drawn place by place."""

    def __init__(self, judge: Judge, weighing: Weighing, futures: Futures | None = None) -> None:
        self.drawn: list[Drawn] = []
        self.edges: list[SeenEdge] = []
        self.groups: list[Group] = []
        self.bundles: list[Bundle] = []
        self.why: list[str] = []
        self.at: dict[ClassId, Drawn] = {}
        self.doubts: dict[str, None] = {}
        self._judge = judge
        self._weighing = weighing
        self._entries = weighing.entries
        self._futures = futures
        self._left = self._depth = 0
        self._choices: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._bundle_of: dict[ClassId, str] = {}
        self._bundle_at: dict[str, tuple[int, NodeId | ClassId, int]] = {}
        """Where each bundle stands in `bundles`, its maker, and its number among the maker's."""

    def draw(self) -> None:
        forms = self._judge.forms
        if any(forms.wires(live) for live in forms.own) and any(
            map(forms.wires, self._judge.growers)
        ):
            self._doubt("where a promised shape leaves room for edges is not followed")
        for grower in self._judge.growers:
            have = self._judge.have.get(grower, NOTHING_YET)
            form = self._judge.forms.of(grower)
            place = _Place(grower, grower.id, grower.sinks, have=have, form=form)
            self._left = MOST_CLASSES if len(self.drawn) < MOST_IN_ALL else FEW_CLASSES
            limits = [self._weighing.limit(entry, grower) for entry in self._entries]
            own = self._draw_growth(self._judge.rest_one_by_one(grower), place, limits)
            self._order(form, grower.id, own, grower.made)
        self._order_what_lies_below()

    def _draw_growth(self, rest: Rest, place: _Place, limits: list[Limit]) -> list[ClassId]:
        """Draws all of one place of growth, unless it unfolds too far."""
        levels = _levels(rest)
        if _places(rest) > self._left or self._depth + levels > DEEPEST:
            return self._draw_far(place)
        self._depth += levels
        drawn = self._draw(rest, place, limits)
        self._depth -= levels
        return drawn

    def _draw(self, rest: Rest, place: _Place, limits: list[Limit]) -> list[ClassId]:
        """Draws `rest` and returns its classes, without what they grow in turn."""
        match rest:
            case Room(task, slot, low, high):
                class_id = f"{place.maker_id}/{slot}"
                beside = 0 if place.form is None else place.form.have(slot, place.have)
                bounds = repeated((low, high), place.copies)
                return self._draw_class(class_id, task, bounds, place, limits, beside)
            case Rooms():
                return self._draw_rooms(rest, place, limits)
            case Choice():
                return self._draw_choice(rest, place, limits)
            case Copies():
                return self._draw_copies(rest, place, limits)
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
        limits: list[Limit],
        beside: int = 0,
        *,
        wild: bool = False,
    ) -> list[ClassId]:
        """Draws one class, and below it what its nodes may grow; nothing if none can come."""
        each = bounds
        if self._futures is not None:
            total = self._futures.span(class_id)
            if total is not None and place.per is not None:
                each = self._futures.each(class_id, place.per) or bounds
        else:
            total = self._total(task, bounds, place, limits)
        if total is None or total[1] == 0:
            return []
        low, high = total
        self._left -= 1
        again = next((at for above, at in place.above if above == task), None)
        node_class = NodeClass(class_id, task, low, high, place.maker_id, beside, again)
        first_class, first_group = len(self.drawn), len(self.groups)
        coming = self._weighing.coming(task, place.maker)
        self.drawn.append(Drawn(node_class, coming, place.sinks, wild))
        self.at[class_id] = self.drawn[-1]
        label = None if place.per is None else f"each {multiplicity(*each)}"
        # Of several wild nodes one may have made another.
        made: Existence = "may" if coming.deep and high != 1 else "will"
        self.edges.append(SeenEdge(place.maker_id, class_id, made, "structural", label=label))
        for sink in place.sinks:
            on = coming.root().out[sink].waits_for[0]
            self.edges.append(SeenEdge(class_id, sink.id, "will", "structural", on=on))
        form = self._judge.forms.get(task) if task is not None else None
        grows = task is None or (form is not None and not form.empty)
        if grows and self._judge.forms.may_narrow(coming, self._judge.matcher):
            self._doubt("what grown nodes grow may be promised more narrowly")
        if task is not None and form is not None and not form.empty and again is None:
            above = (*place.above, (task, class_id))
            inner = _Place(coming, class_id, place.sinks, above, (low, high), within=place.within)
            limits = [self._weighing.limit(e, None) for e in self._entries]
            rest = self._judge.forms.rest_of(coming)
            self._order(form, class_id, self._draw_growth(rest, inner, limits))
            self._unbound_recursion(class_id, first_class, first_group)
        return [class_id]

    def _total(
        self, task: str | None, bounds: Bounds, place: _Place, limits: list[Limit]
    ) -> Bounds:
        """Bounds over all nodes above."""
        whole = repeated(bounds, place.times)
        return self._weighing.total(task, whole, place.maker, place.sinks, limits)

    def _unbound_recursion(self, class_id: ClassId, first_class: int, first_group: int) -> None:
        """If a class below `class_id` folds back to it, those below stand for any depth."""
        top, below = self.drawn[first_class].coming, self.drawn[first_class + 1 :]
        if not any(drawn.node_class.again == class_id for drawn in below):
            return
        for drawn in below if self._futures is None else ():
            drawn.node_class = replace(drawn.node_class, max=self._weighing.unbounded(drawn, top))
        for i in range(first_group, len(self.groups)):
            self.groups[i] = replace(self.groups[i], per=self.groups[i].per or class_id)

    def _draw_rooms(self, rooms: Rooms, place: _Place, limits: list[Limit]) -> list[ClassId]:
        spans = [
            [self._weighing.span(e, part, place.maker, place.sinks)[1] for part in rooms.of]
            for e in self._entries
        ]
        groups: list[list[ClassId]] = []
        for i, part in enumerate(rooms.of):
            mine = [
                Limit(limit.spare, limit.lack - sum(h for j, h in enumerate(highs) if j != i))
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
        drawn = self.at
        members = [Member(live.id, live.node.slot or "", real=True) for live in made]
        for at in own:
            slot = at.removeprefix(f"{maker}/")
            frames = tuple(self._frames(self._bundle_of.get(at)))
            members.append(Member(at, slot, False, drawn[at].node_class.max == 1, frames))

        def together(a: Member, b: Member, onward: str | None) -> bool:
            pair = [drawn[m.id] for m in (a, b) if not m.real]
            return self.fit_together(pair) if onward is None else self._fit_in_turn(pair, onward)

        subjects: dict[str, Subject] = {live.id: live for live in made}
        subjects.update((at, drawn[at].coming) for at in own)
        by = self._judge.graph.nodes.get(maker) or drawn[maker].coming
        for edge in edges_among(form, members, together):
            if self._weighing.allows(subjects[edge.source], subjects[edge.target], by):
                self.edges.append(edge)
            else:
                self.doubts["what must come in turn lacks edges that promises forbid"] = None

    def _frames(self, bundle_id: str | None) -> list[Frame]:
        """A bundle and those around it, outer ones first."""
        if bundle_id is None:
            return []
        bundle = self.bundles[self._bundle_at[bundle_id][0]]
        several = bundle.in_turn and bundle.max != 1
        return [*self._frames(bundle.bundle), Frame(bundle_id, several)]

    def _fit_in_turn(self, drawn: Sequence[Drawn], bundle_id: str) -> bool:
        """Whether both may come, in two instances of the bundle."""
        if self._futures is None:
            return self._weighing.fit_together(drawn)
        _, maker, number = self._bundle_at[bundle_id]
        a, b = (d.node_class.id for d in drawn)
        return self._futures.in_turn(a, b, maker, number)

    def fit_together(self, drawn: Sequence[Drawn]) -> bool:
        """Whether all of these may come."""
        if self._futures is not None and len(drawn) == 2:
            return self._futures.together(drawn[0].node_class.id, drawn[1].node_class.id)
        return self._weighing.fit_together(drawn)

    def _order_what_lies_below(self) -> None:
        """What a node grows lies before whatever that node lies before; also where its growth is
        folded, and drawn below the class that it repeats."""
        below: dict[str | None, list[ClassId]] = {}
        maker_of = {d.node_class.id: d.node_class.maker for d in self.drawn}
        for class_id in maker_of:
            maker = maker_of.get(class_id)
            while maker is not None:
                below.setdefault(maker, []).append(class_id)
                maker = maker_of.get(maker)
        orders = [edge for edge in self.edges if edge.kind == "order"]
        for edge in orders:
            for class_id in below.get(edge.source, ()):
                ends = [self.at[at] for at in (class_id, edge.target) if at in self.at]
                if self._futures is None or len(ends) == 1 or self._fit_along(edge, ends):
                    self.edges.append(replace(edge, source=class_id, kind="structural"))
        drawn = {(edge.source, edge.target, edge.onward) for edge in self.edges}
        again = {d.node_class.id: d.node_class.again for d in self.drawn}
        for edge in orders:
            for class_id in below.get(again.get(edge.source), ()):
                ways = (class_id, edge.target, edge.onward)
                if ways not in drawn:
                    drawn.add(ways)
                    self.edges.append(SeenEdge(*ways[:2], "may", "structural", onward=ways[2]))

    def _fit_along(self, edge: SeenEdge, ends: Sequence[Drawn]) -> bool:
        """Whether both may come where `edge` leads from one to the other, or to what is above."""
        around = self._frames(self._bundle_of.get(edge.source))
        if edge.onward is None or all(frame.id != edge.onward for frame in around):
            return self.fit_together(ends)
        return self._fit_in_turn(ends, edge.onward)

    def _draw_choice(self, choice: Choice, place: _Place, limits: list[Limit]) -> list[ClassId]:
        """Draws the branches that some future may take: as a group, if there are several."""
        number = self._choices[place.maker_id] = self._choices.get(place.maker_id, -1) + 1
        if self._futures is not None:
            takes = (self._futures.takes(place.maker_id, number, i) for i in range(len(choice.of)))
            ways = [limits if taken else None for taken in takes]
        else:
            ways = self._limits_of_ways(choice, place, limits)
        kept = [mine for mine in ways if mine is not None]
        group_id, at = f"{place.maker_id}/one_of{len(self.groups)}", len(self.groups)
        inside = place
        if len(kept) != 1:
            self.groups.append(Group(group_id, (), place.within, place.per, place.bundle))
            inside = replace(place, within=group_id)
        branches: list[tuple[ClassId, ...]] = []
        for branch, mine in zip(choice.of, ways, strict=True):
            if mine is not None:
                branches.append(tuple(self._draw(branch, inside, mine)))
            else:
                self._pass_over(branch, place)
        if len(kept) != 1:
            self.groups[at] = replace(self.groups[at], branches=tuple(branches))
        return [class_id for branch in branches for class_id in branch]

    def _limits_of_ways(
        self, choice: Choice, place: _Place, limits: list[Limit]
    ) -> list[list[Limit] | None]:
        """What each promise leaves to each branch; None where one leaves no way to it."""
        whole = [
            self._weighing.span(entry, choice, place.maker, place.sinks) for entry in self._entries
        ]
        # Where many choose it is unsure that any takes a branch: no least has counted what it needs.
        once = place.per is None and place.bundle is None
        found: list[list[Limit] | None] = []
        for branch in choice.of:
            mine = []
            for entry, limit, span in zip(self._entries, limits, whole, strict=True):
                own = self._weighing.span(entry, branch, place.maker, place.sinks)
                spare = limit.spare + span[0] - own[0]
                if spare < 0 or own[1] < limit.lack:
                    break
                mine.append(Limit(spare if once else limit.spare, limit.lack))
            found.append(mine if len(mine) == len(limits) else None)
        return found

    def _pass_over(self, rest: Rest, place: _Place) -> None:
        """Counts the choices in what is not drawn."""
        if isinstance(rest, Choice):
            self._choices[place.maker_id] = self._choices.get(place.maker_id, -1) + 1
        if isinstance(rest, Copies):
            self._numbers[place.maker_id] = self._numbers.get(place.maker_id, -1) + 1
            self._pass_over(rest.of, place)
        for part in rest.of if isinstance(rest, (Rooms, Choice)) else ():
            self._pass_over(part, place)

    def _draw_copies(self, copies: Copies, place: _Place, limits: list[Limit]) -> list[ClassId]:
        """Draws instances that are still to begin: one class for all their nodes in one slot, and
        the bundle that says which come together."""
        number = self._numbers[place.maker_id] = self._numbers.get(place.maker_id, -1) + 1
        exact = self._futures
        times = (copies.min, copies.max)
        left = exact.instances(place.maker_id, number) if exact is not None else times
        if left is None or left[1] == 0:
            self._pass_over(copies.of, place)
            return []
        bundle_id, at = f"{place.maker_id}/many{len(self.bundles)}", len(self.bundles)
        bundle = Bundle(
            bundle_id, (), *left, place.maker_id, place.within, place.bundle, copies.in_turn
        )
        self.bundles.append(bundle)
        self._bundle_at[bundle_id] = (at, place.maker_id, number)
        inside = replace(place, within=None, bundle=bundle_id, copies=repeated(place.copies, times))
        # What promises ask for at least is not followed into instances.
        members = self._draw(copies.of, inside, [Limit(limit.spare, -inf) for limit in limits])
        bounds = {f"{place.maker_id}/{room.slot}": room for room in _rooms(copies.of)}
        shares = []
        for c in members:
            if c in bounds:
                own = (bounds[c].min, bounds[c].max)
                if exact is not None:
                    own = exact.share(c, place.maker_id, number) or own
                shares.append(Share(c, *own))
                self._bundle_of[c] = bundle_id
        self.bundles[at] = replace(bundle, of=tuple(shares))
        if exact is None:
            self._doubt_bundle(bounds, inside)
        if not members:
            self.bundles = [b for b in self.bundles if bundle_id not in (b.id, b.bundle)]
            self.groups = [g for g in self.groups if g.bundle != bundle_id]
        return members

    def _doubt_bundle(self, bounds: Mapping[ClassId, Room], place: _Place) -> None:
        """Says so where a promise narrowed a class of a bundle: the others must follow it then."""
        why = "what comes together is narrowed one by one"
        for class_id, room in bounds.items():
            whole = repeated(repeated((room.min, room.max), place.copies), place.times)
            drawn = self.at.get(class_id)
            left = (drawn.node_class.min, drawn.node_class.max) if drawn else (0, 0)
            if left != whole and room.max != 0:
                self.doubts[why] = None

    def _doubt(self, why: str) -> None:
        if why not in self.why:
            self.why.append(why)

    def _draw_wild(self, place: _Place, limits: list[Limit]) -> list[ClassId]:
        """A wildcard; or, where promises leave only some tasks, one class for each of them."""
        tasks: list[str | None] = [None]
        if self._futures is not None:  # it may follow fewer promises: then it knows other classes
            if f"{place.maker_id}/*" not in self._futures.growths.classes:
                tasks = list(self._judge.forms)
        elif self._total(OTHER, (0, None), place, limits)[1] == 0:
            tasks = list(self._judge.forms)
        members: list[ClassId] = []
        for task in tasks:
            class_id = f"{place.maker_id}/*{task or ''}"
            members += self._draw_class(class_id, task, (0, None), place, limits, wild=True)
        self._order_freely(members)
        return members

    def _order_freely(self, members: list[ClassId]) -> None:
        drawn = self.at
        for a in members:
            for b in members:
                pair = [drawn[a], drawn[b]]
                if a == b and drawn[a].node_class.max == 1:
                    continue
                if self.fit_together(pair) and self._may_be_wired(pair[0].coming, pair[1].coming):
                    self.edges.append(SeenEdge(a, b, "may"))

    def _may_be_wired(self, source: Coming, target: Coming) -> bool:
        """Whether the maker of two wild nodes, or another wild node, may wire them."""
        return any(self._weighing.allows(source, target, by) for by in (source.maker, source))

    def _draw_far(self, place: _Place) -> list[ClassId]:
        """One wildcard for growth that unfolds too far to be drawn place by place."""
        why = "growth that unfolds far is drawn as anything"
        if why not in self.why:
            self.why.append(why)
        limits = [Limit(inf, -inf) for _ in self._entries]
        members = self._draw_class(f"{place.maker_id}/*", None, (0, None), place, limits, wild=True)
        made = place.maker.made if isinstance(place.maker, LiveNode) else ()
        for a in members:
            self.edges.append(SeenEdge(a, a, "may"))
            for live in made:
                self.edges += [SeenEdge(live.id, a, "may"), SeenEdge(a, live.id, "may")]
        return members


def _places(rest: Rest) -> int:
    """How many classes `rest` itself is drawn as."""
    if isinstance(rest, Copies):
        return _places(rest.of)
    return sum(map(_places, rest.of)) if isinstance(rest, (Rooms, Choice)) else 1


def _rooms(rest: Rest) -> Iterator[Room]:
    """The rooms of one instance, without those of groups in it that may come several times."""
    if isinstance(rest, Room):
        yield rest
    elif isinstance(rest, (Rooms, Choice)):
        for part in rest.of:
            yield from _rooms(part)


def _levels(rest: Rest) -> int:
    if isinstance(rest, Copies):
        return 1 + _levels(rest.of)
    return 1 + max(map(_levels, rest.of), default=0) if isinstance(rest, (Rooms, Choice)) else 1
