"""How much of what a promise counts may still come: lower and upper bounds of the future.

For one promise, every node that may still grow contributes an interval: at least `low` and at
most `high` more matching nodes (or pairs of nodes), over all ways its growth may go. Bounds are
wide where they cannot be exact, never narrow: judging by them breaks no promise too early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias, assert_never

from foretell.graph.live import LiveNode
from foretell.promises.form import Choice, Form, Rest, Room, Rooms, Wild
from foretell.promises.language import Count, Edges, Promise
from foretell.promises.matching import Coming, Matcher, Subject
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
    places as there are ways among them, which may be far too many; then the bounds are open."""

    __slots__ = ("depth", "steps")

    def __init__(self) -> None:
        self.steps = self.depth = 0

    def is_spent(self) -> bool:
        self.steps += 1
        return self.steps > MOST_STEPS or self.depth >= DEEPEST


@dataclass(frozen=True, slots=True)
class Prospects:
    """Weighs futures for one promise made at birth number `since`."""

    promise: Promise
    since: int
    matcher: Matcher
    forms: Mapping[str, Form]

    def of_rest(
        self, rest: Rest, maker: Subject, sinks: Sequence[LiveNode], above: tuple[str, ...]
    ) -> Span:
        """What growing `rest` adds. `maker` grows it; each grown node gets an edge to each of
        `sinks`; `above` are the tasks from which this growth descends."""
        return self._of_rest(rest, maker, sinks, above, _Effort())

    def of_node(
        self, task: str, maker: Subject, sinks: Sequence[LiveNode], above: tuple[str, ...]
    ) -> Span:
        """What one more node of `task`, and all it must or may grow in turn, adds."""
        return self._of_node(task, maker, sinks, above, _Effort())

    def _of_rest(
        self,
        rest: Rest,
        maker: Subject,
        sinks: Sequence[LiveNode],
        above: tuple[str, ...],
        effort: _Effort,
    ) -> Span:
        if effort.is_spent():
            return OPEN
        effort.depth += 1
        span: Span
        match rest:
            case Room(task, _, low, high):
                each = self._of_node(task, maker, sinks, above, effort) if high != 0 else NONE
                most = inf if high is None else high
                span = (_at_least(low, each[0]), _at_most(most, each[1]))
            case Rooms(of, order):
                spans = [self._of_rest(part, maker, sinks, above, effort) for part in of]
                span = (sum(s[0] for s in spans), sum(s[1] for s in spans))
                if order != "par" and isinstance(self.promise, Edges):
                    span = (span[0], inf)  # edges among the grown nodes
            case Choice(of):
                spans = [self._of_rest(part, maker, sinks, above, effort) for part in of]
                span = (min(s[0] for s in spans), max(s[1] for s in spans))
            case Wild():
                span = self.of_anything(maker)
            case _:
                assert_never(rest)
        effort.depth -= 1
        return span

    def _of_node(
        self,
        task: str,
        maker: Subject,
        sinks: Sequence[LiveNode],
        above: tuple[str, ...],
        effort: _Effort,
    ) -> Span:
        coming = Coming(task, maker)
        low, high = self.of_coming(coming, sinks)
        form = self.forms.get(task)
        if form is None or form.empty:
            return (low, high)
        if task in above:
            return (low, inf)  # recursion: how deep is not known
        inner = self._of_rest(form.rest({}), coming, sinks, (*above, task), effort)
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
    """`n` times `weight`, but no more than can be counted exactly."""
    return 0 if n == 0 or weight == 0 else min(n * weight, LARGEST_BOUND)


def _at_most(n: float, weight: float) -> float:
    """`n` times `weight`; infinite where it could not be counted exactly."""
    if n == 0 or weight == 0:
        return 0
    return inf if inf in (n, weight) or n * weight > LARGEST_BOUND else n * weight
