"""How often loops may come round: what promises leave of it, and which loops may still come round.

A round is counted for the node it leads back to. What is done again is not asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from foretell.errors import LawBroken, nearest
from foretell.graph.back import BackEdge, cone
from foretell.graph.live import LiveGraph, LiveNode
from foretell.promises.language import Rearm, Vowed
from foretell.promises.ledger import Account, Breach, breach_of
from foretell.promises.wellformed import top_level


class Rounds:
    """The loops of `graph`, as the promises in `accounts` bound them at this moment."""

    def __init__(self, graph: LiveGraph, accounts: Sequence[Account]) -> None:
        self._graph = graph
        self._accounts = accounts
        self._cones: dict[LiveNode, set[LiveNode]] = {}

    def cone(self, loop: BackEdge) -> set[LiveNode]:
        """What is done again when it comes round. Walked once: loops are compared with each other."""
        if loop.target not in self._cones:
            self._cones[loop.target] = set(cone(loop.target))
        return self._cones[loop.target]

    def left(self, target: LiveNode, again: Collection[LiveNode] = ()) -> int | None:
        """How often a loop may still come round to `target`; None: any number of times. `again`:
        once these have been taken up anew, and what they promised taken back."""
        bound = self._bound(target, again)
        return None if bound is None else max(0, bound - self._had(target))

    def most(self, back: BackEdge) -> int | None:
        """How often it may still come round at most; None: any number of times."""
        coming = self.may_come
        if back not in coming:
            return 0
        cones = {one: self.cone(one) for one in coming}
        bound = self._bound(back.target, set().union(*cones.values()))
        around = (one for one in coming if one.target is not back.target)
        if bound is None or any(back.target in cones[one] for one in around):
            return bound
        return max(0, bound - self._had(back.target) - self._waits_for_another(back, cones))

    def _waits_for_another(self, back: BackEdge, cones: Mapping[BackEdge, set[LiveNode]]) -> bool:
        """Whether it can come round only after another loop has to the same node: one was asked
        for, or its source has ended and no loop within that one leads back before it."""
        asked = self._graph.back.asked
        if back in asked:
            return False
        if any(one.target is back.target for one in asked):
            return True
        others = [one for one in cones if one.target is not back.target]
        found = [one for one in others if one.source.live or one in asked]
        for one in found:
            found += [other for other in others if other.source in cones[one] if other not in found]
        return not (back.source.live or any(back.source in cones[one] for one in found))

    @cached_property
    def may_come(self) -> list[BackEdge]:
        """The loops that may still come round, by themselves or after others have."""
        edges = self._graph.back
        possible = [loop for loop in edges.all if self.left(loop.target) != 0]
        found = [loop for loop in possible if loop.source.live or loop in edges.asked]
        for loop in found:
            found += [one for one in self._after(self.cone(loop), loop) if one not in found]
        return found

    def _after(self, again: set[LiveNode], first: BackEdge) -> Iterator[BackEdge]:
        """The loops that may come round once `first` has, for which `again` are taken up anew."""
        for loop in self._graph.back.all:
            if loop.source in again:
                same = loop.target is first.target
                left = self.left(loop.target, again)
                if (loop.target in again and not same) or left is None or left > same:
                    yield loop

    def _bound(self, target: LiveNode, again: Collection[LiveNode]) -> int | None:
        return min(
            (
                rearm.max
                for account in self._accounts
                if account.maker not in again
                for rearm in rearms_in(account.vowed, target.id)
            ),
            default=None,
        )

    def breach(self, asked: BackEdge | None = None) -> Breach | None:
        """The promise that is broken once the round that is `asked` for has come, if any is."""
        for vowed in [account.vowed for account in self._accounts]:
            for rearm in rearms_in(vowed):
                target = self._graph.nodes[rearm.target]
                more = asked is not None and asked.target is target
                if self._had(target) + more > rearm.max:
                    times = "once" if rearm.max == 1 else f"{rearm.max} times"
                    why = f"a loop may come round to {target.id!r} {times} at most"
                    advice = "End without asking for another round, or raise the bound."
                    return breach_of(vowed, why, advice)
        return None

    def may_break(self, vowed: Vowed) -> bool | None:
        """Whether a promise that is only about loops may still be broken; None if it says more."""
        if not all(isinstance(part.what, Rearm) for part in top_level(vowed.promise)):
            return None
        again = {live for loop in self.may_come for live in self.cone(loop)}
        sources = (x.source for x in self._graph.back.all if rearms_in(vowed, x.target.id))
        return any(source.live or source in again for source in sources)

    def check(self, vowed: Vowed) -> None:
        """Raises `LawBroken` if it bounds a loop that there is not."""
        for rearm in rearms_in(vowed):
            targets = {loop.target.id for loop in self._graph.back.all}
            if rearm.target not in targets:
                hint = nearest(rearm.target[:80], targets)
                raise LawBroken(
                    f"the promise {vowed.says or 'rearm':.80}: no loop leads back to "
                    f"{rearm.target!r:.80}{hint}"
                )

    def _had(self, target: LiveNode) -> int:
        return self._graph.back.rounds.get(target, 0)


def rearms_in(vowed: Vowed, target: str | None = None) -> list[Rearm]:
    """What `vowed` says of loops (to `target`, if one is given)."""
    found = [part.what for part in top_level(vowed.promise)]
    return [one for one in found if isinstance(one, Rearm) and target in (None, one.target)]
