"""All that may still be grown, as terms: classes with their bounds, what their nodes grow in
turn, and which of them exclude each other.

A term is the plain structure behind a drawing, with the same ids of classes, made so that futures
can be counted exactly (`foretell.horizon.futures`). Recursion is folded as in drawings: a class
that says `again` grows what the class of that id grows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias, assert_never

from foretell.graph.live import LiveNode
from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId
from foretell.horizon.sums import TooMuch
from foretell.promises.filled import split_slot
from foretell.promises.judge import Judge
from foretell.promises.matching import OTHER, Coming, Subject
from foretell.promises.narrowing import rooms
from foretell.promises.rest import Choice, Copies, Rest, Room, Rooms, Wild, missing

MOST_CLASSES = 150
"""Growth of more classes is not followed to the end."""


@dataclass(slots=True, eq=False)
class Class:
    """`low` to `high` nodes for each node that makes them. `body` is what each grows in turn."""

    id: ClassId
    maker: NodeId | ClassId
    coming: Coming
    sinks: Sequence[LiveNode]
    low: int
    high: int | None
    again: ClassId | None = None
    body: Term | None = None
    is_mark: bool = False

    @property
    def home(self) -> ClassId:
        """The class whose growth is that of this one."""
        return self.again or self.id


@dataclass(slots=True, eq=False)
class All:
    of: tuple[Term, ...]


Filled: TypeAlias = tuple[str, bool]
"""A slot in a sequence that has nodes, and whether there are new ones among them."""


@dataclass(slots=True, eq=False)
class Way:
    """A way in which a part of a sequence may come. `at` is what then stands there: some slot,
    nothing (`EMPTY`), or nobody knows what (None)."""

    term: Term
    at: Filled | None


@dataclass(slots=True, eq=False)
class InTurn:
    """All of these parts, each in one of its ways, one after the other. Two slots in `apart` may
    not both have nodes with none in between, because edges between them are forbidden."""

    of: tuple[tuple[Way, ...], ...]
    apart: frozenset[tuple[Filled, Filled]]


@dataclass(slots=True, eq=False)
class One:
    """One of these, `slots` being the classes that lie directly in each (and in branches that
    are left out here). Each begins with a mark: a class that has its one node if this is the one.
    """

    of: tuple[Term, ...]
    slots: tuple[frozenset[ClassId], ...]


Term: TypeAlias = Class | All | InTurn | One
NOTHING = All(())
EMPTY: Filled = ("", False)


def mark(maker_id: NodeId | ClassId, choice: int, branch: int) -> ClassId:
    """The mark of one branch of the `choice`-th choice, outer ones first, that a maker has."""
    return f"{maker_id}/?{choice}.{branch}"


def instance(maker_id: NodeId | ClassId, bundle: int) -> ClassId:
    """The mark of the instances of the `bundle`-th group, outer ones first, of nodes of a maker
    that come together."""
    return f"{maker_id}/&{bundle}"


@dataclass(slots=True)
class Growths:
    """What every grower may grow: `roots` by grower, `classes` by id, makers first."""

    roots: dict[LiveNode, Term] = field(default_factory=dict)
    classes: dict[ClassId, Class] = field(default_factory=dict)

    def above(self, class_id: ClassId) -> Iterator[ClassId]:
        """The class, the class that makes it, and so on."""
        at: str = class_id
        while at in self.classes:
            yield at
            at = self.classes[at].maker


class Rules(Protocol):
    """What is drawn of single nodes and edges."""

    @property
    def any_ban(self) -> bool:
        """Whether any edge is forbidden."""
        ...

    def is_banned(self, source: Subject, target: Subject, by: Subject) -> bool:
        """Whether an edge that `by` adds is forbidden."""
        ...

    def coming(self, task: str | None, maker: Subject) -> Coming:
        """A node of `task` (None: of any) that may come from `maker`."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    """Who makes what; within which instance of what comes together, if any."""

    maker: Subject
    id: NodeId | ClassId
    sinks: Sequence[LiveNode]
    above: Mapping[str, ClassId]
    instance: ClassId | None = None

    @property
    def home(self) -> NodeId | ClassId:
        """Whatever there is one of for each time that the place is filled."""
        return self.instance or self.id


class Builder:
    """Makes the terms. `any_task` says of a wildcard whether it is drawn as one class for nodes
    of any task."""

    def __init__(
        self, judge: Judge, any_task: Callable[[Subject, Sequence[LiveNode]], bool], rules: Rules
    ) -> None:
        self.growths = Growths()
        self._judge = judge
        self._any_task = any_task
        self._rules = rules
        self._choices: dict[str, int] = {}
        self._bundles: dict[str, int] = {}

    def build(self) -> Growths:
        for grower in self._judge.growers:
            place = _Place(grower, grower.id, grower.sinks, {})
            self.growths.roots[grower] = self._whole(self._judge.rest_one_by_one(grower), place)
        return self.growths

    def _whole(self, rest: Rest, place: _Place) -> Term:
        """The term of all that one maker may grow."""
        if isinstance(rest, Rooms) and rest.order == "loop":
            rest = Rooms(self._rounds(rest, place.maker), "par")
        return self._term(rest, place)

    def _term(self, rest: Rest, place: _Place) -> Term:
        match rest:
            case Room(task, slot, low, high):
                coming = Coming(task, place.maker)
                at = f"{place.id}/{slot}"
                return self._class(Class(at, place.home, coming, place.sinks, low, high), place)
            case Rooms(of, order):
                if order == "section" and self._rules.any_ban:
                    raise TooMuch  # which edges a section needs is not looked at
                if order == "loop" and self._rounds(rest, place.maker) is not of:
                    raise TooMuch  # nor which edges rounds need in a part of a growth
                parts = tuple(self._term(part, place) for part in of)
                ends = self._ends(rest, place) if order == "seq" else {}
                apart = self._apart(ends, place.maker)
                if not apart:
                    return All(parts)
                if any(_is_unsure(part, apart) for part in of):
                    raise TooMuch  # which of several nodes side by side need edges is not looked at
                ways = (_ways(r, t, ends) for r, t in zip(of, parts, strict=True))
                return InTurn(tuple(map(tuple, ways)), apart)
            case Choice():
                return self._choice(rest, place)
            case Copies():
                return self._copies(rest, place)
            case Wild():
                tasks: list[str | None] = [None]
                if not self._any_task(place.maker, place.sinks):
                    tasks = list(self._judge.forms)
                return All(tuple(self._wild(task, place) for task in tasks))
            case _:
                assert_never(rest)

    def _choice(self, choice: Choice, place: _Place) -> One:
        number = self._choices[place.id] = self._choices.get(place.id, -1) + 1
        terms = []
        for i, part in enumerate(choice.of):
            coming = Coming(OTHER, place.maker)
            here = Class(mark(place.id, number, i), place.home, coming, (), 1, 1, is_mark=True)
            self._add(here)
            terms.append(All((here, self._term(part, place))))
        return One(tuple(terms), tuple(frozenset(_ids(term)) for term in terms))

    def _copies(self, copies: Copies, place: _Place) -> Class:
        """Instances are counted as if each were a node that makes the nodes in it."""
        number = self._bundles[place.id] = self._bundles.get(place.id, -1) + 1
        coming = Coming(OTHER, place.maker)
        at = instance(place.id, number)
        made = Class(at, place.home, coming, (), copies.min, copies.max, is_mark=True)
        self._add(made)
        made.body = self._term(copies.of, replace(place, instance=at))
        if not missing(copies.of):
            raise TooMuch  # an instance without nodes is not seen to have come
        return made

    def _wild(self, task: str | None, place: _Place) -> Term:
        coming = self._rules.coming(task, place.maker)
        at = f"{place.id}/*{task or ''}"
        return self._class(Class(at, place.home, coming, place.sinks, 0, None), place)

    def _class(self, made: Class, place: _Place) -> Term:
        if made.high == 0:
            return NOTHING
        self._add(made)
        task = made.coming.task
        form = self._judge.forms.get(task) if task is not None else None
        if task is None or form is None or form.empty:
            return made
        if task in place.above:
            made.again = place.above[task]
        else:
            above = {**place.above, task: made.id}
            inner = _Place(made.coming, made.id, made.sinks, above)
            made.body = self._whole(self._judge.forms.rest_of(made.coming), inner)
        return made

    def _add(self, made: Class) -> None:
        self.growths.classes[made.id] = made
        if len(self.growths.classes) > MOST_CLASSES:
            raise TooMuch

    def _ends(self, rest: Rest, place: _Place) -> dict[Filled, list[Subject]]:
        """The nodes that stand in each slot, by whether there are new ones among them."""
        made = place.maker.made if isinstance(place.maker, LiveNode) else []
        ends: dict[Filled, list[Subject]] = {}
        for room in _single(rest) if self._rules.any_ban else ():
            here: list[Subject] = [live for live in made if live.node.slot == room.slot]
            if here:
                ends[room.slot, False] = here
            ends[room.slot, True] = [*here, Coming(room.task, place.maker)]
        return ends

    def _apart(
        self, ends: Mapping[Filled, list[Subject]], by: Subject
    ) -> frozenset[tuple[Filled, Filled]]:
        """Slots that cannot follow each other."""
        return frozenset(
            (first, then)
            for first, before in ends.items()
            for then, after in ends.items()
            if first[0] != then[0] and self._any_ban(before, after, by)
        )

    def _rounds(self, loop: Rooms, maker: Subject) -> tuple[Rest, ...]:
        """The rounds of a loop. Where all edges among their nodes are forbidden, no two come."""
        if not self._rules.any_ban:
            return loop.of
        names = {split_slot(room.slot)[0] for room in rooms(loop)}
        made = maker.made if isinstance(maker, LiveNode) else []
        begun = [live for live in made if split_slot(live.node.slot or "")[0] in names]
        coming = [Coming(room.task, maker) for room in rooms(loop)]
        if len(begun) + len(coming) > MOST_CLASSES:
            raise TooMuch
        old: list[Subject] = [*begun]
        both: list[Subject] = [*old, *coming]
        if not self._any_ban(both, both, maker):
            return loop.of
        free = any(not self._rules.is_banned(a, b, maker) for a in both for b in coming)
        rounds = {split_slot(live.node.slot or "")[1] for live in begun}
        if free or len(rounds) > 1:
            raise TooMuch  # which edges rounds need that follow each other is not looked at closer
        return tuple(_at_most(rest, 1 - len(rounds)) for rest in loop.of)

    def _any_ban(self, before: list[Subject], after: list[Subject], by: Subject) -> bool:
        return any(
            self._rules.is_banned(a, b, by)
            for a in before
            for b in after
            if not (isinstance(a, LiveNode) and b in a.out)
        )


def _at_most(rest: Rest, most: int) -> Rest:
    """`rest`; of rounds that are still to begin, no more than these."""
    if not isinstance(rest, Copies) or rest.key is None:
        return rest
    return replace(rest, max=most if rest.max is None else min(most, rest.max))


def _single(rest: Rest) -> Iterator[Room]:
    """The rooms of which one alone may stand at the ends of `rest`, or of one of its parts."""
    if isinstance(rest, Room):
        yield rest
    elif isinstance(rest, (Rooms, Choice)):
        for part in rest.of:
            yield from _single(part)


def _ways(rest: Rest, term: Term, ends: Mapping[Filled, object]) -> Iterator[Way]:
    """The ways of one part of a sequence; `term` is the whole of it."""
    if isinstance(rest, Room):
        old: Filled = (rest.slot, False)
        if not isinstance(term, Class) or not term.low:
            yield Way(NOTHING, old if old in ends else EMPTY)
        if isinstance(term, Class):
            yield Way(replace(term, low=max(1, term.low)), (rest.slot, True))
    elif isinstance(rest, Choice) and isinstance(term, One):
        for i, (part, whole) in enumerate(zip(rest.of, term.of, strict=True)):
            assert isinstance(whole, All)
            here, inner = whole.of
            for way in _ways(part, inner, ends):
                slots = (term.slots[i], *term.slots[:i], *term.slots[i + 1 :])
                yield Way(One((All((here, way.term)),), slots), way.at)
    elif isinstance(rest, Rooms) and len(rest.of) == 1 and isinstance(term, All):
        yield from _ways(rest.of[0], term.of[0], ends)
    elif isinstance(rest, Rooms) and not rest.of:
        yield Way(term, EMPTY)
    else:
        yield Way(term, None)


def _is_unsure(rest: Rest, apart: Collection[tuple[Filled, Filled]]) -> bool:
    """Whether it is several nodes side by side, of which some that may not come cannot follow others,
    or be followed by them."""
    if not isinstance(rest, Rooms) or len(rest.of) < 2:
        return isinstance(rest, (Rooms, Choice)) and any(_is_unsure(p, apart) for p in rest.of)
    slots = {end[0] for pair in apart for end in pair}
    return any(isinstance(part, Choice) and _slots(part) & slots for part in rest.of)


def _slots(rest: Rest) -> set[str]:
    return {room.slot for room in _single(rest)}


def _ids(term: Term) -> Iterator[ClassId]:
    """The classes in `term` itself, without what they grow in turn."""
    if isinstance(term, Class):
        yield term.id
    elif isinstance(term, InTurn):
        ways = (way for part in term.of for way in part)
        yield from dict.fromkeys(c for way in ways for c in _ids(way.term))
    else:
        for part in term.of:
            yield from _ids(part)
