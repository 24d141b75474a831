"""Exact answers about what may come, by following every way in which growth may go.

A future is summed up by how much of what each promise counts it brings. The sums that a growth
can come to are a finite set, as far as promises can tell them apart (`foretell.horizon.sums`).
They are put together along the terms of the growth; recursion is a least fixpoint. (It is the
commutative image of a context-free grammar, Parikh 1966, cut off where promises no longer care.)
To ask about classes, their nodes are counted along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from typing import TypeAlias

from foretell.graph.live import LiveNode
from foretell.graph.model import NodeId
from foretell.horizon.growths import (
    EMPTY,
    All,
    Builder,
    Class,
    Filled,
    Growths,
    InTurn,
    One,
    Rules,
    Term,
    instance,
    mark,
)
from foretell.horizon.model import ClassId
from foretell.horizon.sums import NEVER, Axis, Space, Sum, Sums, Work
from foretell.promises import formula as fm
from foretell.promises.entry import Entry
from foretell.promises.formula import Formula
from foretell.promises.judge import Judge
from foretell.promises.matching import OTHER, Coming, Subject

MOST_STEPS = 150_000
"""Additions spent on the futures of one moment."""
MOST_COUNTED = 60
"""How many nodes of a class are told apart where only promises bound them."""

Bodies: TypeAlias = Mapping[ClassId, Sums]
Instance: TypeAlias = Callable[[Class, Bodies], Sums]
"""What one node of a class adds, given what the nodes of each class grow."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is counted along: nodes of `tracked`, up to `cap`; all of them, or those below one
    node of the class `per`. Where growth chooses, only branches that lie on the way to `chosen`
    are followed. Of `absent` classes there are no nodes. Of the two `tracked`, one is counted in
    one node of the class `apart`, and the other in another that is made by the same."""

    tracked: tuple[ClassId, ...] = ()
    cap: int = 1
    per: ClassId | None = None
    chosen: frozenset[ClassId] = frozenset()
    absent: frozenset[ClassId] = frozenset()
    apart: ClassId | None = None


class Futures:
    """The futures of one moment. `unsure` are promises of which it is open whether they count
    what comes; these are followed only roughly. Raises `TooMuch`."""

    def __init__(
        self,
        judge: Judge,
        entries: Sequence[Entry],
        formulas: Sequence[Formula],
        rules: Rules,
    ) -> None:
        self.unsure: list[Entry] = []
        parts = {id(e): e for formula in formulas for e in fm.entries_in(formula)}
        entries = [*(e for e in entries if id(e) not in parts), *parts.values()]
        self._formulas = formulas
        self._entries = entries
        self.growths: Growths = Builder(judge, self._any_task, rules).build()
        self._lacks = [_lack(entry, owed=judge.owed) for entry in entries]
        self._spares = [_spare(e) if id(e) in parts else None for e in entries]
        self._axes = [
            _axis_of_part(e, lack, formulas) if id(e) in parts else _axis(e, lack)
            for e, lack in zip(entries, self._lacks, strict=True)
        ]
        self._work = Work(MOST_STEPS)
        self._most = MOST_COUNTED + sum(axis.top for axis in self._axes)
        self._own = {c.id: self._of_one(c) for c in self.growths.classes.values()}
        self._mine: dict[LiveNode, list[Class]] = {g: [] for g in self.growths.roots}
        for c in reversed(self.growths.classes.values()):
            self._mine[c.coming.root()].append(c)
        self._plain = {g: _Counting(self, g, Query()).sums() for g in self.growths.roots}
        self._others: dict[frozenset[LiveNode], Sums] = {}

    # --- questions ---

    @cached_property
    def possible(self) -> bool:
        """Whether any future keeps all promises."""
        return any(self._keeps(sum_) for sum_ in self._elsewhere(frozenset()))

    def span(self, class_id: ClassId) -> tuple[int, int | None] | None:
        """The fewest nodes of the class, if growth takes the way to it wherever it chooses, and
        the most; None if there are never any."""
        return self._span(class_id, None)

    def each(self, class_id: ClassId, per: ClassId) -> tuple[int, int | None] | None:
        """The same for the nodes of the class below one node of the class `per`."""
        return self._span(class_id, self.growths.classes[per].home)

    def instances(self, maker: NodeId | ClassId, bundle: int) -> tuple[int, int | None] | None:
        """How many instances of what comes together one node of `maker` may begin."""
        at = instance(maker, bundle)
        return self.each(at, maker) if maker in self.growths.classes else self.span(at)

    def share(
        self, class_id: ClassId, maker: NodeId | ClassId, bundle: int
    ) -> tuple[int, int | None] | None:
        """How many nodes of the class one instance may have."""
        return self.each(class_id, instance(maker, bundle))

    def _span(self, class_id: ClassId, per: ClassId | None) -> tuple[int, int | None] | None:
        if class_id not in self.growths.classes:
            return None
        counts = self._counts(Query((class_id,), self._most, per))
        most = max((count for (count,) in counts), default=0)
        if not most:
            return None
        way = frozenset(self.growths.above(class_id))
        counts = self._counts(Query((class_id,), self._most, per, way))
        fewest = min((count for (count,) in counts), default=0)
        return fewest, None if most == self._most else most

    def takes(self, maker: NodeId | ClassId, choice: int, branch: int) -> bool:
        """Whether growth may take this branch."""
        return self.span(mark(maker, choice, branch)) is not None

    def fewest_without(self, class_id: ClassId, absent: frozenset[ClassId]) -> int | None:
        """The fewest nodes of the class if there are none of `absent`; None if these must come."""
        counts = self._counts(Query((class_id,), self._most, None, frozenset(), absent))
        return min((count for (count,) in counts), default=None)

    def together(self, a: ClassId, b: ClassId) -> bool:
        """Whether nodes of both may come (of one class: two nodes), below the same node of the
        class where their makers meet."""
        per = self._meeting(a, b)
        if a == b:
            return any(count == 2 for (count,) in self._counts(Query((a,), 2, per)))
        return any(one and two for one, two in self._counts(Query((a, b), 1, per)))

    def in_turn(self, a: ClassId, b: ClassId, maker: NodeId | ClassId, bundle: int) -> bool:
        """Whether one instance of what comes together may have nodes of `a`, and another one, below
        the same node of the class that `maker` is, nodes of `b`."""
        at = instance(maker, bundle)
        if at not in self.growths.classes:
            return False
        return any(one and two for one, two in self._counts(Query((a, b), 1, apart=at)))

    def _meeting(self, a: ClassId, b: ClassId) -> ClassId | None:
        above = [self.growths.classes[c].home for c in self.growths.above(a)][1:]
        other = [self.growths.classes[c].home for c in self.growths.above(b)][1:]
        return next((c for c in other if c in above), None)

    # --- counting ---

    def _counts(self, query: Query) -> set[tuple[int, ...]]:
        """How many nodes of the tracked classes there may be, in futures that keep all promises."""
        roots = dict.fromkeys(self.growths.classes[c].coming.root() for c in query.tracked)
        counting = [_Counting(self, root, query) for root in roots]
        space = counting[0].space
        total = counting[0].padded(self._elsewhere(frozenset(roots)))
        for one in counting:
            total = space.plus(total, one.sums())
        self._work.spend(len(total))
        k = len(self._axes)
        kept = (s for s in total if self._keeps(s) and (query.per is None or s[-1]))
        return {s[k : k + len(query.tracked)] for s in kept}

    def _keeps(self, sum_: Sum) -> bool:
        if any(n < lack for n, lack in zip(sum_, self._lacks, strict=False)):
            return False
        if not self._formulas:
            return True
        if any(s is not None and n > s for n, s in zip(sum_, self._spares, strict=False)):
            return False
        more = {id(entry): n for entry, n in zip(self._entries, sum_, strict=False)}
        return all(fm.holds_with(f, lambda entry: more[id(entry)]) for f in self._formulas)

    def _elsewhere(self, growers: frozenset[LiveNode]) -> Sums:
        """What all growers but these come to."""
        if growers not in self._others:
            space = Space(self._axes, self._work)
            alone = next(iter(growers)) if len(growers) == 1 else None
            if alone is not None:
                self._others[growers] = space.plus(*self._around[alone])
            else:
                plain = (sums for g, sums in self._plain.items() if g not in growers)
                self._others[growers] = reduce(space.plus, plain, space.zero)
        return self._others[growers]

    @cached_property
    def _around(self) -> dict[LiveNode, tuple[Sums, Sums]]:
        """For each grower, what those before it come to, and those after it."""
        space = Space(self._axes, self._work)
        before = list(accumulate(self._plain.values(), space.plus, initial=space.zero))
        backwards = reversed(self._plain.values())
        after = list(accumulate(backwards, space.plus, initial=space.zero))[::-1]
        return dict(zip(self._plain, zip(before, after[1:], strict=False), strict=True))

    def _of_one(self, c: Class) -> Sums:
        """What one node of the class adds by itself."""
        ranges: list[range] = []
        if c.is_mark:
            return Space(self._axes, self._work).zero
        for entry in self._entries:
            low, high = entry.prospects.of_coming(c.coming, c.sinks)
            if low != high or (c.again and not entry.prospects.uniform):
                self.unsure.append(entry)
            ranges.append(range(int(low), int(high) + 1))
        return Space(self._axes, self._work).product(ranges)

    def _any_task(self, maker: Subject, sinks: Sequence[LiveNode]) -> bool:
        coming = Coming(OTHER, maker, deep=True)
        spare = (
            e.promise.max is None
            or e.prospects.of_coming(coming, sinks)[0] <= e.promise.max - e.have
            for e in self._entries
        )
        return all(spare)


class _Counting:
    """The sums that the growth of one grower may come to, with what a query asks for."""

    def __init__(self, futures: Futures, grower: LiveNode, query: Query) -> None:
        self._futures = futures
        self._grower = grower
        self._query = query
        self._classes = futures._mine[grower]
        self._counted = {c: i for i, c in enumerate(query.tracked)}
        along = [Axis(query.cap, open=True)] * len(query.tracked)
        flag = [Axis(1)] if query.per is not None else []
        self.space = Space([*futures._axes, *along, *flag], futures._work)
        self._pad = (0,) * (len(along) + len(flag))
        self._instead: dict[ClassId, Sums] = {}
        """What nodes of a class may come to besides."""

    def padded(self, sums: Iterable[Sum]) -> Sums:
        return frozenset((*s, *self._pad) for s in sums)

    def sums(self) -> Sums:
        query, add = self._query, self.space.plus
        if query.apart is not None:
            return self._sums_apart(query.apart)
        if query.per is None:
            return self._of_root(lambda c, bodies: add(self._own(c, True), bodies[c.home]))
        plain = self._solve(lambda c, bodies: add(self._own(c, False), bodies[c.home]))

        def inside(c: Class, bodies: Bodies) -> Sums:
            # What an instance further down makes is its own.
            below = plain if c.home == query.per else bodies
            return add(self._own(c, True), below[c.home])

        within = self._solve(inside)
        the_one = frozenset(((0,) * (len(self.space.axes) - 1) + (1,),))

        def outside(c: Class, bodies: Bodies) -> Sums:
            found = add(self._own(c, False), bodies[c.home])
            if c.home != query.per:
                return found
            one = add(self._own(c, False), add(within[c.home], the_one))
            return self.space.either(found, one)

        return self._of_root(outside)

    def _sums_apart(self, at: ClassId) -> Sums:
        """In one of the nodes of the class `at` what is tracked first is counted, in another what
        is tracked second."""
        add, (first, second) = self.space.plus, self._query.tracked
        c = next(c for c in self._classes if c.id == at)
        plain = self._solve(lambda c, bodies: add(self._own(c, False), bodies[c.home]))
        ones = []
        for k, tracked in enumerate((first, second)):

            def marking(c: Class, bodies: Bodies, k: int = k, tracked: ClassId = tracked) -> Sums:
                return add(
                    self._marked(c, k) if c.id == tracked else self._own(c, False), bodies[c.home]
                )

            ones.append(self._solve(marking)[c.home])
        high = None if c.high is None else c.high - 2
        if high is not None and high < 0:
            return NEVER
        others = self.space.times(plain[c.home], max(0, c.low - 2), high)
        self._instead[at] = add(others, add(ones[0], ones[1]))
        return self._of_root(lambda c, bodies: add(self._own(c, False), bodies[c.home]))

    def _own(self, c: Class, counted: bool) -> Sums:
        at = self._counted.get(c.id)
        if at is None or not counted:
            return self.padded(self._futures._own[c.id])
        return self._marked(c, at)

    def _marked(self, c: Class, at: int) -> Sums:
        """What one node of the class adds, which is counted as the one that is tracked there."""
        k = len(self._futures._axes) + at
        return frozenset((*s[:k], 1, *s[k + 1 :]) for s in self.padded(self._futures._own[c.id]))

    def _of_root(self, instance: Instance) -> Sums:
        bodies = self._solve(instance)
        return self._of_term(self._futures.growths.roots[self._grower], instance, bodies)

    def _solve(self, instance: Instance) -> dict[ClassId, Sums]:
        """What the nodes of each class grow: the least sets that fit together."""
        bodies: dict[ClassId, Sums] = {}
        for c in self._classes:
            if c.again is None:
                bodies[c.id] = self.space.zero if c.body is None else NEVER
        recursive = any(c.again for c in self._classes)
        while True:
            changed = False
            for c in self._classes:
                if c.body is not None:
                    found = self._of_term(c.body, instance, bodies)
                    changed |= found != bodies[c.id]
                    bodies[c.id] = found
            if not (changed and recursive):
                return bodies

    def _of_term(self, term: Term, instance: Instance, bodies: Bodies) -> Sums:
        if isinstance(term, Class):
            if term.id in self._instead:
                either = self.space.times(instance(term, bodies), term.low, term.high)
                return self.space.either(either, self._instead[term.id])
            if term.id in self._query.absent:
                return NEVER if term.low else self.space.zero
            return self.space.times(instance(term, bodies), term.low, term.high)
        if isinstance(term, All):
            total = self.space.zero
            for part in term.of:
                total = self.space.plus(total, self._of_term(part, instance, bodies))
            return total
        if isinstance(term, InTurn):
            return self._of_turns(term, instance, bodies)
        found = NEVER
        for part, slots in zip(term.of, term.slots, strict=False):
            if self._is_open(term, slots):
                found = self.space.either(found, self._of_term(part, instance, bodies))
        return found

    def _of_turns(self, term: InTurn, instance: Instance, bodies: Bodies) -> Sums:
        """What comes one after the other, by the last part that has nodes (None: unknown)."""
        ways: dict[Filled | None, Sums] = {None: self.space.zero}
        for part in term.of:
            onward: dict[Filled | None, Sums] = {}
            for way in part:
                mine = self._of_term(way.term, instance, bodies)
                for last, sums in ways.items():
                    if last is None or way.at is None or (last, way.at) not in term.apart:
                        now = last if way.at == EMPTY else way.at
                        total = self.space.plus(sums, mine)
                        onward[now] = self.space.either(onward.get(now, NEVER), total)
            ways = onward
        return reduce(self.space.either, ways.values(), NEVER)

    def _is_open(self, term: One, slots: frozenset[ClassId]) -> bool:
        """Whether the query follows this branch."""
        chosen = self._query.chosen
        return bool(chosen & slots) or not any(chosen & other for other in term.slots)


def _lack(entry: Entry, *, owed: bool) -> int:
    return max(0, entry.promise.min - entry.have) if owed else 0


def _spare(entry: Entry) -> int | None:
    return None if entry.promise.max is None else entry.promise.max - entry.have


def _axis_of_part(entry: Entry, lack: int, formulas: Sequence[Formula]) -> Axis:
    """Numbers of what formulas speak of are told apart as far as any of these does."""
    spare = _spare(entry)
    apart = [fm.most_told_apart(formula, entry) for formula in formulas]
    return Axis(max(lack, 0 if spare is None else spare + 1, *apart), open=True)


def _axis(entry: Entry, lack: int) -> Axis:
    if entry.promise.max is None:
        return Axis(lack, open=True)
    return Axis(entry.promise.max - entry.have, cheap=not lack)
