"""The states from which no loop comes round any more: every future is a future of one of them.

Whatever round comes next, and whenever, it comes to the state in which what is done again waits, and
all else is as it is now or will be; and more rounds come to the same. So what may happen with loops
is what may happen without them, from now and from where each set of loops leads.
"""

from __future__ import annotations

from collections.abc import Iterator

from foretell.graph.back import cone
from foretell.graph.live import LiveNode, Status
from foretell.horizon.failing import never_run
from foretell.promises.afresh import afresh
from foretell.promises.judge import Judge

MOST_STATES = 16
"""More are not followed: then promises are not, which tie what loops do to each other."""


class Turns:
    """`judges` are of those states; `why` says what they leave unsaid."""

    def __init__(self, judge: Judge) -> None:
        self.why: list[str] = []
        self._judge = judge
        self._rounds = judge.rounds
        back = judge.graph.back
        self.judges = [judge]
        if back.all and judge.owed:
            self.judges = list(self._follow()) or [judge]
        elif back.asked:
            self.judges = [self._for_ever()]

    def _follow(self) -> Iterator[Judge]:
        judge, back = self._judge, self._judge.graph.back
        cones = [frozenset(self._rounds.cone(loop)) for loop in self._rounds.may_come]
        cones = [again for again in dict.fromkeys(cones) if self._changes(again)]
        now = frozenset(live for loop in back.asked for live in self._rounds.cone(loop))
        states = {now: None}
        for again in cones:
            for state in tuple(states):
                states[state | again] = None
                if len(states) > MOST_STATES:
                    self.why.append("which loops come round together is not followed")
                    yield from self._without_promises(now, cones)
                    return
        if len(states) > 1 or now:
            self.why += self._doubts(frozenset().union(*states))
        for state in states:
            turned = afresh(judge, state) if state else judge
            if not state or turned.breach(owed=turned.owed) is None:
                yield turned
            elif len(states) > 2:  # others may be reached only through this one
                self.why.append(
                    "what follows on a round that would break a promise is not left out"
                )

    def _for_ever(self) -> Judge:
        """A run that has failed begins no round: what has waited for one never starts."""
        over = afresh(self._judge, ())
        targets = {loop.target.id for loop in self._judge.graph.back.asked}
        members = cone(*(over.graph.nodes[target] for target in targets))
        over.give_up([live for live in members if live.status == "waiting"], Status.CANCELLED)
        return over

    def _changes(self, again: frozenset[LiveNode]) -> bool:
        """Whether anything may be otherwise once these are done again."""
        judge = self._judge
        if all(live.status == "waiting" and not live.made for live in again):
            return False
        if judge.shares.openers or judge.graph.outcomes.soft:
            return True
        if any(account.maker in again for account in judge.promises):  # they are taken back
            return True
        forms = judge.forms
        return any(not forms.of(live).empty or forms.wires(live) for live in again)

    def _doubts(self, again: frozenset[LiveNode]) -> Iterator[str]:
        judge = self._judge
        if judge.shares.openers:
            yield "whoever may wire anything may put more into a round that comes"
        promised = any(
            judge.standing(account) != "kept"
            for account in judge.promises
            if self._rounds.may_break(account.vowed) is None
        )
        if promised and any(live not in again for live in judge.growers):
            yield "what else grows before a loop comes round is not followed"
        sources = [loop.source for loop in self._rounds.may_come if loop.source.mortal]
        if judge.graph.outcomes.families and any(map(never_run, sources)):
            yield "it is not followed which nodes can never run"

    def _without_promises(
        self, now: frozenset[LiveNode], cones: list[frozenset[LiveNode]]
    ) -> Iterator[Judge]:
        """The future of each scope by itself, which goes on as it is or begins anew: so two states
        have all of them. Whoever wires anything, or handles a failure, ties scopes to each other;
        then each loop by itself is looked at too."""
        judge = self._judge
        tied = judge.shares.openers or judge.graph.outcomes.soft
        states = [now, *(cones if tied else ()), now.union(*cones)]
        for state in dict.fromkeys(states):
            turned = afresh(judge, state) if state else judge
            yield turned.without(turned.promises)
