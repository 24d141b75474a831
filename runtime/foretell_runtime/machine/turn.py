"""One decision in the making: its facts, each applied the moment it is decided, and its orders.

What any end brings with it is here: who never starts because of it, what is taken back, and what
stops when a promise is broken or somebody cancels the run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import NodeId
from foretell.graph.outcomes import ENDED_BADLY, deciding, ruled_out_by
from foretell.promises.events import below
from foretell.promises.judge import Proposal
from foretell.promises.ledger import Breach
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Decision, Fact
from foretell_runtime.machine.state import State

Timed: TypeAlias = ev.Started | ev.Finished | ev.Failed | ev.Interrupted | ev.Cancelled


class Turn:
    """One decision in the making."""

    def __init__(self, state: State, now: float) -> None:
        self.state = state
        self.now = now
        self.decision = Decision()

    def fact(self, fact: Fact, proposal: Proposal | None = None) -> None:
        if isinstance(fact, Timed) and self._is_timed(fact):
            fact = replace(fact, at=self.now)
        self.state.apply(fact, proposal)
        self.decision.facts.append(fact)
        if isinstance(fact, Timed) and self.state.places:
            self._free_places(fact)

    def _free_places(self, fact: Timed) -> None:
        for node in fact.nodes if isinstance(fact, ev.Cancelled) else (fact.node,):
            if not isinstance(fact, ev.Started) and node in self.state.places:
                self.decision.moves.append(ev.Freed(self.state.places.pop(node)))

    def _is_timed(self, fact: Timed) -> bool:
        """Whether a limit asks when this happens."""
        nodes = fact.nodes if isinstance(fact, ev.Cancelled) else (fact.node,)
        return any(self.state.ready.is_timed(self.state.node(node)) for node in nodes)

    def _rule_out(self, live: LiveNode) -> None:
        """What waited for `live` to end otherwise never starts, nor does what waits for that."""
        found = sorted(ruled_out_by(live), key=lambda node: node.birth)
        if found:
            self.fact(ev.RuledOut(tuple(node.id for node in found), live.id))

    def _rule_out_behind(self, proposal: Proposal) -> None:
        """What a change has wired behind a node that failed, or never starts, never starts."""
        for pair, _ in proposal.addition.pairs:
            never = pair.strict and pair.source.status in ENDED_BADLY
            if never and pair.target.status is NodeStatus.WAITING:
                self._rule_out(pair.source)

    def _begin_anew(self, stay: list[LiveNode], event: str, node: NodeId) -> None:
        """`stay` wait once more: what others rule out of them, and whether that breaks a promise."""
        for source in deciding(stay):
            self._rule_out(source)
        breach = self.state.judge.breach(owed=self.state.owed)
        if breach is not None:
            self.break_run(breach, event, node)

    def _retire(self, live: LiveNode) -> None:
        added = self.state.added.get(live.id)
        if live.made or added:
            self.fact(ev.Retired(tuple(node.id for node in below(live)), live.id))

    def _break_by_loss(self, event: str, node: NodeId) -> None:
        """Ends the run if what was ruled out was still owed."""
        state = self.state
        lost = any(isinstance(fact, (ev.RuledOut, ev.Failed)) for fact in self.decision.facts)
        breach = state.judge.breach_of_loss() if lost and state.owed else None
        if breach is not None:
            self.break_run(breach, event, node)

    def break_run(self, breach: Breach, event: str, node: NodeId) -> None:
        """A promise is broken: everything that runs is stopped, and the run ends."""
        self.fact(
            ev.Broken(breach.says, breach.by, breach.where, breach.why, event, node, breach.advice)
        )
        self._stop_everything("a promise was broken")
        self.fact(ev.Ended("broken", None, self.state.error))

    def cancel(self, by: str, why: str) -> None:
        """The run ends, because somebody says so. No promise is asked: none is broken by that."""
        said = "cancelled" + (f" by {by}" if by else "") + (f": {why}" if why else "")
        self._stop_everything("the run was cancelled")
        self.fact(ev.Ended("cancelled", None, said))

    def _stop_everything(self, why: str) -> None:
        running = dict(self.state.running)
        if running:
            self.fact(ev.Cancelled(tuple(running), why))
        for node, trial in running.items():
            self.decision.instructions.append(ev.Kill(node, trial, why))
