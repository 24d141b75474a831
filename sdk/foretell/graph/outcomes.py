"""How a node's end meets the edges that leave it: which it satisfies, and which never will be.

An edge waits for its source to end well (`ok`), to fail (`fail`), or just to end (`any`). It
speaks of its source with all that this grows: with an edge on `fail` the target runs after all of
these have ended, if one of them has failed. So the edges that structured growth completes wait for
what the edge they follow from waits for, and those on `fail` share one `Family`.

A node is *mortal* if it may end in another way than well and the run go on: it may fail, because
something waits for that, or what must come before it may. Kept up to date edge by edge and end by
end; only nodes whose own answer changes are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foretell.graph.live import LiveNode, LivePair

WELL = "done"
FAILED = "failed"
ENDED_BADLY = ("failed", "ruled_out", "cancelled")
ENDED = (WELL, *ENDED_BADLY)


class Family:
    """A node from which an edge on `fail` leads to `target`, with all that it grows: how many of
    these have not ended, and how many have failed."""

    __slots__ = ("failed", "open", "target")

    def __init__(self, target: LiveNode) -> None:
        self.target = target
        self.open = 0
        self.failed = 0

    @property
    def in_doubt(self) -> bool:
        return self.open > 0 and not self.failed


class Outcomes:
    """The books about all pairs of a live graph.

    `soft` is the number of pairs that handle a failure, `families` of those that one on `fail`
    joins. `unsettled` are the nodes that run and may fail and the run go on. `turned` are the nodes
    of which it has changed whether they are mortal, or whether what they grow is; whoever reads it
    clears it.
    """

    def __init__(self) -> None:
        self.soft = self.families = 0
        self.unsettled: dict[LiveNode, None] = {}
        self.turned: dict[LiveNode, None] = {}

    def hook(self, pair: LivePair) -> None:
        """`pair` counts from now on, as it is."""
        source, target = pair.source, pair.target
        if not is_met(pair):
            target.unmet += 1
        if pair.strict and source.mortal:
            self._shift(target, 0, 1)
        if pair.handles:
            self.soft += 1
            if target.status not in ENDED_BADLY:
                self._shift(source, 1, 0)
        if pair.family is not None:
            self.families += 1
            self._count(pair.family, source.status not in ENDED, source.status == FAILED)

    def unhook(self, pair: LivePair) -> bool:
        """`pair` counts no longer. Says whether its target waits for nothing because of it."""
        source, target = pair.source, pair.target
        waited = not is_met(pair)
        if waited:
            target.unmet -= 1
        if pair.family is not None:
            self.families -= 1
            self._count(pair.family, -(source.status not in ENDED), -(source.status == FAILED))
        if pair.handles:  # first, as `hook` does it last: it may change the answer below
            self.soft -= 1
            if target.status not in ENDED_BADLY:
                self._shift(source, -1, 0)
        if pair.strict and source.mortal:
            self._shift(target, 0, -1)
        return waited and not target.unmet

    def ended(self, live: LiveNode, was_mortal: bool) -> list[LiveNode]:
        """`live` has just ended. Returns its successors that wait for nothing more."""
        self.settle(live)
        ready = []
        for target, pair in live.out.items():
            if was_mortal and pair.strict:
                self._shift(target, 0, -1)
            if pair.family is not None:
                self._count(pair.family, -1, live.status == FAILED)
            if is_met(pair):
                target.unmet -= 1
                if target.unmet == 0:
                    ready.append(target)
        if self.soft and live.status != WELL:
            for source, pair in live.into.items():
                if pair.handles:
                    self._shift(source, -1, 0)
        return ready

    def begins(self, live: LiveNode, port: str) -> list[LiveNode]:
        """`live` emits its first chunk in `port`. Returns its successors that wait for nothing more."""
        live.begun = live.begun | {port}
        ready = []
        for target, pair in live.out.items():
            if port in pair.early and is_met(pair):
                target.unmet -= 1
                if target.unmet == 0:
                    ready.append(target)
        return ready

    def takes_back(self, live: LiveNode) -> None:
        """What `live` has emitted is no reason to start any more."""
        if live.begun:
            for target, pair in live.out.items():
                if pair.early and is_met(pair):
                    target.unmet += 1
            live.begun = frozenset()

    def settle(self, live: LiveNode) -> None:
        """`live` has started, waits again or has ended, or others wait for it to fail."""
        if live.handlers > 0 and live.status == "running":
            self.unsettled[live] = None
        else:
            self.unsettled.pop(live, None)

    def _count(self, family: Family, open_: int, failed: int) -> None:
        before = family.in_doubt
        family.open += open_
        family.failed += failed
        if family.in_doubt != before:
            self._shift(family.target, 0, 1 if family.in_doubt else -1)

    def _shift(self, live: LiveNode, handlers: int, dangers: int) -> None:
        """So many more wait for `live` to fail, and so many more may rule it out; and what that
        means for all that comes after it."""
        todo = [(live, handlers, dangers)]
        while todo:
            node, more, worse = todo.pop()
            before, could_fail = node.mortal, node.handlers > 0
            node.handlers += more
            node.dangers += worse
            if node.mortal == before and (node.handlers > 0) == could_fail:
                continue
            self.turned[node] = None
            self.settle(node)
            if node.mortal != before:
                sign = 1 if node.mortal else -1
                todo += [(target, 0, sign) for target, pair in node.out.items() if pair.strict]


def is_met(pair: LivePair) -> bool:
    """Whether `pair` lets its target start, as far as it is known that it may run at all."""
    status = pair.source.status
    if status == WELL or (not pair.strict and status in ENDED_BADLY):
        return True
    return bool(pair.early) and pair.source.begun.issuperset(pair.early)


def ruled_out_by(live: LiveNode) -> list[LiveNode]:
    """The waiting nodes that can never start now that `live` has ended as it did."""
    return _cone(live, live.status in ENDED_BADLY, failing=False)


def deciding(nodes: Iterable[LiveNode]) -> list[LiveNode]:
    """The nodes whose end may rule out some of `nodes`, which wait once more."""
    found = [
        source
        for live in nodes
        for source, pair in live.into.items()
        if source.status in ENDED_BADLY or (pair.family is not None and source.status == WELL)
    ]
    return list(dict.fromkeys(found))


def is_handled(live: LiveNode) -> bool:
    """Whether, if `live` fails now, somebody waits for that who will not be ruled out by it."""
    handlers = [target for target, pair in live.out.items() if pair.handles]
    waiting = [target for target in handlers if target.status == "waiting"]
    return bool(waiting) and not set(waiting) <= set(_cone(live, badly=True, failing=True))


def _cone(live: LiveNode, badly: bool, failing: bool) -> list[LiveNode]:
    """What never starts because of `live`, which ended `badly` or well. `failing`: the books do not
    know that yet, and what it added is still there."""
    found: dict[LiveNode, None] = {}
    left: dict[Family, int] = {}
    stack = [live]
    while stack:
        source = stack.pop()
        for target, pair in source.out.items():
            if target.status != "waiting" or target in found:
                continue
            if failing and target.maker is live:
                continue
            strict = pair.without(live) if failing else pair.strict
            never = bool(strict) and (badly or source is not live)
            family = pair.family
            if family is not None and not family.failed and not (failing and source is live):
                # What `found` holds has not been entered into the books.
                left[family] = left.get(family, family.open) - (source is not live)
                never = never or left[family] <= 0
            if never:
                found[target] = None
                stack.append(target)
    return list(found)
