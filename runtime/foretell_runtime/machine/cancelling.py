"""Ending one node on request, without its being done or with a value that somebody gives.

A node that runs is stopped first: it counts as running until its process is gone, so that nothing that
waits for its end, or for its place, meets it still cleaning up. Then the order is looked at again.

Whether it would break a promise can be seen only by doing it. That is done beforehand on a copy of the
state, by whoever has the journal (`foretell_runtime.machine.trying`); here the order may say what came of
it.
"""

from __future__ import annotations

from foretell.graph.live import LiveNode
from foretell.graph.outcomes import ENDED_BADLY
from foretell.promises.ledger import Breach
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.ends import Ends
from foretell_runtime.machine.state import State


class Cancelling(Ends):
    """What follows when somebody cancels or skips a node."""

    def cancel_node(self, order: ev.CancelNode) -> None:
        state = self.state
        why = refusal(state, order)
        if why:
            self._refuse(order, why)
            return
        live = state.node(order.node)
        if live.id in state.running:
            trial = state.running[live.id]
            self.fact(ev.Stopping(live.id, trial, order))
            self.decision.instructions.append(
                ev.Kill(live.id, trial, f"it was cancelled{order.said}", tell=True)
            )
        elif order.skip:
            self._skip(live, order)
        else:
            self._drop(live, order)

    def take_orders_up(self) -> None:
        """Orders whose processes are gone with the orchestrator that was to carry them out."""
        known = [one.order for one in self.decision.instructions if isinstance(one, ev.Again)]
        rest = [order for order in self.state.stopping.values() if order not in known]
        self.decision.instructions += [ev.Again(order) for order in rest]

    def _refuse(self, order: ev.CancelNode, why: str) -> None:
        self.fact(ev.CancelRefused(order.node, why, order.by))

    def _drop(self, live: LiveNode, order: ev.CancelNode) -> None:
        self.fact(ev.Cancelled((live.id,), order.why, order.by, alone=True))
        self._rule_out(live)
        state = self.state
        self._settle(order, state.judge.breach_of_loss() if state.owed else None)

    def _skip(self, live: LiveNode, order: ev.CancelNode) -> None:
        state = self.state
        owing = state.judge.would_end(live)
        if owing is not None:
            self._refuse(order, f"it cannot end well with a value: {owing.why}")
            return
        self.fact(ev.Skipped(live.id, order.value, order.why, order.by))
        if state.judge.graph.outcomes.families:
            self._rule_out(live)
        self._settle(order, state.judge.breach(owed=state.owed))

    def _settle(self, order: ev.CancelNode, breach: Breach | None) -> None:
        """What becomes of a promise that can not be kept now."""
        if breach is not None and order.force:
            self.fact(ev.Waived(order.node, breach.says, breach.why))
            breach = self.state.judge.breach_of_loss()
        if breach is not None:
            done = "skipping" if order.skip else "cancelling"
            self.break_run(breach, f"{done} {order.node!r}", order.node)


def refusal(state: State, order: ev.CancelNode) -> str:
    """Why the node cannot be cancelled as it is, or the empty string."""
    if order.objection:
        return order.objection
    live = state.judge.graph.nodes.get(order.node)
    if live is None:
        return "there is no such node"
    if not live.live:
        grown = [one.id for one in live.made if one.live]
        hint = f"; what it grew has not, and may be: {', '.join(grown[:5])}" if grown else ""
        return f"it has ended: it is {live.status.value.replace('_', ' ')}{hint}"
    if live.id in state.running and live.id in state.stopping:
        return "it is being cancelled already"
    if live.maker is not None and live.maker.id in state.running:
        return f"{live.maker.id!r}, which has grown it, still runs; cancel that, or this one later"
    return _why_not_done(live) if order.skip else ""


def _why_not_done(live: LiveNode) -> str:
    """What has ended well lies behind what has ended: so none can be skipped before that."""
    ended = ("done", *ENDED_BADLY)
    before = [source.id for source in live.into if source.status not in ended]
    if not before:
        return ""
    names = ", ".join(before[:5])
    return f"it comes after what has not ended: {names}; skip it later, or skip that first"
