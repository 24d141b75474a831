"""How much of what a promise counts may still come: lower and upper bounds of the future.

For one promise, every node that may still grow contributes an interval: at least `low` and at
most `high` more matching nodes (or pairs of nodes), over all ways its growth may go. Bounds are
wide where they cannot be exact, never narrow: judging by them breaks no promise too early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TypeAlias, assert_never

from foretell.graph.live import LiveNode
from foretell.promises.atoms import Atom, Misfits, selectors_of
from foretell.promises.fitting import misfits_with
from foretell.promises.language import Count, Edges
from foretell.promises.linking import cheapest, fillings
from foretell.promises.matching import Coming, Matcher, Subject
from foretell.promises.refining import Forms
from foretell.promises.rest import Choice, Copies, Rest, Room, Rooms, Wild
from foretell.promises.selectors import AllOf, AnyOf, MadeBy, NotSo, Selector
from foretell.promises.wellformed import LARGEST_BOUND

Span: TypeAlias = tuple[float, float]
"""(low, high); whole numbers, or infinity."""

NONE: Span = (0, 0)
MAYBE: Span = (0, 1)
ONE: Span = (1, 1)
OPEN: Span = (0, inf)


MOST_STEPS = 1_000
DEEPEST = 80
"""How far one future is followed: places of growth in all, and places within each other."""


class _Effort:
    """What was spent on following one future. Tasks that grow each other unfold into as many
    places as there are ways among them, which may be far too many; then the bounds are open.

    `inside` are the tasks whose growth is being followed, with the most that each is taken to add
    where it repeats; `met` those that did repeat.
    """

    __slots__ = ("depth", "inside", "met", "steps")

    def __init__(self) -> None:
        self.steps = self.depth = 0
        self.inside: dict[str, float] = {}
        self.met: set[str] = set()

    def is_spent(self) -> bool:
        self.steps += 1
        return self.steps > MOST_STEPS or self.depth >= DEEPEST


@dataclass(slots=True)
class Prospects:
    """Weighs futures for one promise made at birth number `since`. `uniform`: what a node adds
    does not depend on how deep in a recursion it stands."""

    promise: Atom
    since: int
    matcher: Matcher
    forms: Forms
    uniform: bool = field(init=False)

    def __post_init__(self) -> None:
        self.uniform = is_uniform(self.promise)

    def of_rest(self, rest: Rest, maker: Subject, sinks: Sequence[LiveNode]) -> Span:
        """What growing `rest` adds. `maker` grows it; each grown node gets an edge to each of
        `sinks`."""
        return self._of_rest(rest, maker, sinks, _Effort())

    def of_node(self, task: str, maker: Subject, sinks: Sequence[LiveNode]) -> Span:
        """What one more node of `task`, and all it must or may grow in turn, adds."""
        return self._of_node(task, maker, sinks, _Effort())

    def _of_rest(
        self, rest: Rest, maker: Subject, sinks: Sequence[LiveNode], effort: _Effort
    ) -> Span:
        if effort.is_spent():
            return OPEN
        effort.depth += 1
        span: Span
        match rest:
            case Room(task, _, low, high):
                each = self._of_node(task, maker, sinks, effort) if high != 0 else NONE
                most = inf if high is None else high
                span = (_at_least(low, each[0]), _at_most(most, each[1]))
            case Rooms(of, order):
                spans = [self._of_rest(part, maker, sinks, effort) for part in of]
                span = (sum(s[0] for s in spans), sum(s[1] for s in spans))
                if order != "par" and isinstance(self.promise, Edges):
                    span = (self._with_links(rest, spans, maker, sinks, effort), inf)
            case Choice(of):
                spans = [self._of_rest(part, maker, sinks, effort) for part in of]
                span = (min(s[0] for s in spans), max(s[1] for s in spans))
            case Copies(of, low, high, _, in_turn):
                each = self._of_rest(of, maker, sinks, effort) if high != 0 else NONE
                most = inf if high is None else high
                span = (_at_least(low, each[0]), _at_most(most, each[1]))
                if in_turn and most > 1 and isinstance(self.promise, Edges):
                    span = (span[0], inf)  # of edges from round to round
            case Wild():
                span = self.of_anything(maker)
            case _:
                assert_never(rest)
        effort.depth -= 1
        return span

    def _with_links(
        self,
        rooms: Rooms,
        spans: Sequence[Span],
        maker: Subject,
        sinks: Sequence[LiveNode],
        effort: _Effort,
    ) -> float:
        """The least that growth in sequence adds, with the edges that its order asks for."""
        if rooms.order != "seq":
            return sum(span[0] for span in spans)
        known = {id(part): span[0] for part, span in zip(rooms.of, spans, strict=True)}
        costs = _Costs(self, maker, sinks, effort, known)

        def link(source: Subject, target: Subject) -> float:
            if isinstance(source, LiveNode) and target in source.out:
                return 0
            return self.of_pair(source, target, maker)[0]

        return cheapest([list(fillings(part, maker, costs)) for part in rooms.of], link)

    def _of_node(
        self, task: str, maker: Subject, sinks: Sequence[LiveNode], effort: _Effort
    ) -> Span:
        coming = Coming(task, maker)
        low, high = self.of_coming(coming, sinks)
        form = self.forms.get(task)
        if form is None or form.empty:
            return (low, high)
        if task in effort.inside:
            effort.met.add(task)
            # The cheapest way never repeats a task whose repetition costs as much again.
            return (inf, high + effort.inside[task]) if self.uniform else (low, inf)
        effort.inside[task] = 0
        inner = self._of_rest(self.forms.rest_of(coming), coming, sinks, effort)
        if task in effort.met and 0 < inner[1] < inf:
            effort.inside[task] = inner[1]
            if self._of_rest(self.forms.rest_of(coming), coming, sinks, effort)[1] > inner[1]:
                inner = (inner[0], inf)
        del effort.inside[task]
        effort.met.discard(task)
        return (low + inner[0], high + inner[1])

    def of_anything(self, maker: Subject) -> Span:
        if isinstance(self.promise, Count):
            coming = Coming(None, maker, deep=True)
            chosen = self.matcher.selects(self.promise.of, coming, self.since)
            return NONE if chosen is False else OPEN
        return OPEN

    def of_coming(self, coming: Coming, sinks: Sequence[LiveNode]) -> Span:
        """What one more node adds, without what it grows."""
        if isinstance(self.promise, Count):
            return _span(self.matcher.selects(self.promise.of, coming, self.since))
        if isinstance(self.promise, Misfits):
            around = self.since, self.matcher, self.forms
            return misfits_with(self.promise, *around, coming, sinks)
        makers: list[Subject] = [coming.maker, coming] if coming.deep else [coming.maker]
        spans = [self._with_edges(coming, sinks, maker) for maker in makers]
        return (min(span[0] for span in spans), max(span[1] for span in spans))

    def _with_edges(self, coming: Coming, sinks: Sequence[LiveNode], maker: Subject) -> Span:
        spans = [self.of_pair(maker, coming, maker)]
        spans += [self.of_pair(coming, sink, maker) for sink in sinks]
        return (sum(s[0] for s in spans), sum(s[1] for s in spans))

    def of_pair(self, source: Subject, target: Subject, by: Subject | None) -> Span:
        """A new edge from `source` to `target` made by `by`."""
        assert isinstance(self.promise, Edges)
        return _span(matches_edge(self.promise, self.matcher, self.since, source, target, by, True))


@dataclass(frozen=True, slots=True)
class _Costs:
    """What parts of a growth add at least."""

    prospects: Prospects
    maker: Subject
    sinks: Sequence[LiveNode]
    effort: _Effort
    known: Mapping[int, float]

    def of_rest(self, rest: Rest) -> float:
        known = self.known.get(id(rest))
        if known is not None:
            return known
        return self.prospects._of_rest(rest, self.maker, self.sinks, self.effort)[0]

    def of_one_more(self, task: str) -> float:
        return self.prospects.of_coming(Coming(task, self.maker), self.sinks)[0]


def is_uniform(promise: Atom) -> bool:
    """Whether a repetition of the same growth, deeper down, adds as much as the first. Who made
    a node is all that changes on the way down."""
    if isinstance(promise, Misfits):
        return False
    depths = [_depth_of_making(selector) for selector in selectors_of(promise)]
    return max(depths) <= (1 if isinstance(promise, Count) else 0)


def _depth_of_making(selector: Selector) -> int:
    match selector:
        case MadeBy(by):
            return 1 + _depth_of_making(by)
        case AllOf(of) | AnyOf(of):
            return max(map(_depth_of_making, of), default=0)
        case NotSo(inner):
            return _depth_of_making(inner)
        case _:
            return 0


def matches_edge(
    promise: Edges,
    matcher: Matcher,
    since: int,
    source: Subject,
    target: Subject,
    by: Subject | None,
    new: bool,
) -> bool | None:
    """Whether an edge with these ends, made by `by` (None: registration), is counted."""
    if promise.new and not new:
        return False
    answers = [
        matcher.selects(promise.source, source, since),
        matcher.selects(promise.target, target, since),
    ]
    if promise.by is not None:
        answers.append(False if by is None else matcher.selects(promise.by, by, since))
    for pair in promise.besides:
        ends = (
            matcher.selects(pair.source, source, since),
            matcher.selects(pair.target, target, since),
        )
        if False not in ends:
            answers.append(None if None in ends else False)
    if False in answers:
        return False
    return None if None in answers else True


def _span(answer: bool | None) -> Span:
    return MAYBE if answer is None else ONE if answer else NONE


def _at_least(n: float, weight: float) -> float:
    """`n` times `weight`, but no more than can be counted exactly (infinite: it cannot be)."""
    if n == 0 or weight == 0:
        return 0
    return inf if weight == inf else min(n * weight, LARGEST_BOUND)


def _at_most(n: float, weight: float) -> float:
    """`n` times `weight`; infinite where it could not be counted exactly."""
    if n == 0 or weight == 0:
        return 0
    return inf if inf in (n, weight) or n * weight > LARGEST_BOUND else n * weight
