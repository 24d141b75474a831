"""How trials end: well, with a failure, cut off, or as soon as what they have read early counts."""

from __future__ import annotations

from dataclasses import replace

from foretell.document.ports import no_port
from foretell.errors import LawBroken
from foretell.graph.live import LiveNode
from foretell.graph.model import Hole, Json, NodeId
from foretell.graph.outcomes import is_handled
from foretell.graph.pointers import NoSuchPlace, get
from foretell.graph.wellformed import pointer_fault
from foretell.promises.ledger import Breach
from foretell.protocol import messages as msg
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.streams import early_readers, is_certain
from foretell_runtime.machine.trials import (
    LOST,
    Fault,
    is_final,
    last_word,
    seen,
    timed_out,
    wait_of,
)
from foretell_runtime.machine.turn import Turn


class Ends(Turn):
    """What follows from the ends of trials."""

    def _end_or_conclude(self, node: NodeId, trial: int, end: msg.Finish | Fault) -> None:
        """A trial is over, as soon as all that it has read early counts."""
        if not is_certain(self.state.node(node)):
            self._conclude(node, trial, end)
        elif isinstance(end, msg.Finish):
            self._finish(node, trial, end)
        else:
            self.fail(node, trial, end)

    def _conclude(self, node: NodeId, trial: int, end: msg.Finish | Fault) -> None:
        """A last change is made at once: whether it may be is not to depend on who ends when."""
        word = end if isinstance(end, msg.Finish) else last_word(end)
        if isinstance(word, msg.Finish) and word.change is not None:
            change = word.change
            try:
                proposal = self.state.propose(self.state.node(node), change)
            except LawBroken as law:
                word = last_word(_refused(law))
            else:
                if proposal.breach is not None:
                    self.state.judge.undo(proposal)
                    self.break_run(proposal.breach, f"the last change of {node!r}", node)
                    return
                self.fact(ev.Changed(node, trial, change), proposal)
                self._rule_out_behind(proposal)
                word = replace(word, change=None)
        self.fact(ev.Concluded(node, trial, word))

    def _finish(self, node: NodeId, trial: int, message: msg.Finish) -> None:
        state = self.state
        live = state.node(node)
        proposal = None
        if message.change is not None:
            try:
                proposal = state.propose(live, message.change)
            except LawBroken as law:
                self.fail(node, trial, _refused(law))
                return
            if proposal.breach is not None:
                state.judge.undo(proposal)
                self.break_run(proposal.breach, f"the last change of {node!r}", node)
                return
        wrong = self._wrong_hole(live, message.output, message.holes)
        wrong = wrong or self._wrong_round(live, message)
        if wrong:
            if proposal is not None:
                state.judge.undo(proposal)
            self.fail(node, trial, Fault(wrong))
            return
        breach = state.judge.would_end(live)
        again = message.again
        if again is not None:
            breach = breach or state.judge.rounds.breach(state.back_edge(node, again))
        finished = ev.Finished(
            node, trial, message.output, message.holes, message.change,
            None if breach is not None else again,
        )  # fmt: skip
        self.fact(finished, proposal)
        if proposal is not None:
            self._rule_out_behind(proposal)
        self._follow_end(live, breach)
        self._remember(live, finished)

    def _end_with(self, live: LiveNode, recalled: ev.Recalled) -> None:
        """`live` ends well with what an equal node came to, as if it had said so itself."""
        breach = self.state.judge.would_end(live)
        self.fact(recalled)
        self._follow_end(live, breach)

    def _follow_end(self, live: LiveNode, breach: Breach | None) -> None:
        state = self.state
        if state.judge.graph.outcomes.families:
            self._rule_out(live)
        breach = breach or state.judge.breach(owed=state.owed)
        if breach is not None:
            self.break_run(breach, f"the end of {live.id!r}", live.id)

    def _remember(self, live: LiveNode, done: ev.Finished) -> None:
        """The cache is to have what it was asked for and had not, if that is all that came of it."""
        lookups = self.state.lookups
        key = lookups.missed.pop(live.id, None) if lookups else None
        if key and not (done.holes or done.change or done.again or live.made):
            order = ev.Remember(live.id, live.node.task, key, done.output)
            self.decision.instructions.append(order)

    def _wrong_hole(self, live: LiveNode, output: Json, holes: tuple[Hole, ...]) -> str:
        """What is wrong with the holes of a finish, or the empty string."""
        for hole in holes:
            filler = self.state.judge.graph.nodes.get(hole.node)
            if filler is None or filler.maker is not live:
                return f"it returned the result of {hole.node!r}, which it did not grow"
            ports = self.state.tasks[filler.node.task].ports
            if hole.port is not None and hole.port not in ports:
                return f"it returned a hole, and {no_port(hole.node, hole.port, ports)}"
            try:
                get(output, hole.at)
            except NoSuchPlace as fault:
                return f"it returned a hole at {hole.at!r:.80}: {fault}"
            if why := pointer_fault(hole.pointer):
                return f"it returned a hole at {hole.at!r:.80}: {why}"
        return ""

    def _wrong_round(self, live: LiveNode, message: msg.Finish) -> str:
        """What is wrong with the round that a finish asks for, or the empty string."""
        if message.again is None:
            return ""
        edges = self.state.judge.graph.back.of(live)
        back = next((one for one in edges if one.target.id == message.again), None)
        if back is None:
            known = " or ".join(repr(one.target.id) for one in edges) or "nowhere"
            return (
                f"it asks for another round from {message.again!r:.80}, to which no loop leads from "
                f"it; there is one to {known}"
            )
        if message.holes:
            return (
                "it asks for another round with what it grew, which goes when the round begins; "
                "what goes along with a round is a value"
            )
        try:
            get(message.output, back.edge.output or "")
        except NoSuchPlace as fault:
            return f"what it sends along with another round lacks {back.edge.output!r:.80}: {fault}"
        return ""

    def fail(self, node: NodeId, trial: int, failure: Fault) -> None:
        """A trial failed: what it added is retired; the node tries again, now or later, or has
        failed."""
        state = self.state
        live = state.node(node)
        self._interrupt_readers(live)
        final = is_final(state, live, failure)
        handled = final and is_handled(live)
        wait = 0.0 if final else wait_of(state, live, failure, self.now)
        again_at = self.now + wait if wait else None
        error, trace = failure.error, failure.trace
        self.fact(ev.Failed(node, trial, error, trace, final, handled, again_at, wait))
        self._retire(live)
        if final:
            self._rule_out(live)
            self._break_by_loss(f"the failure of {node!r}", node)

    def lose(self, node: NodeId, trial: int, why: str) -> None:
        """The process of a trial is gone, by itself or because it has had its time."""
        if node in self.state.stopping:
            self.interrupt(node, trial, why)
            return
        live = self.state.node(node)
        overdue = node in self.state.overdue
        failure = timed_out(self.state, live) if overdue else seen(self.state, live, why, LOST)
        self._end_or_conclude(node, trial, failure)

    def interrupt(self, node: NodeId, trial: int, why: str) -> None:
        """A trial does not count, unless it has had its time already."""
        if node in self.state.overdue:
            self.lose(node, trial, why)
            return
        self.cut_off(self.state.node(node), trial, why)

    def cut_off(self, live: LiveNode, trial: int, why: str) -> None:
        """A trial does not count, even if it has had its time."""
        self._interrupt_readers(live)
        self._cut(live.id, trial, why)

    def _interrupt_readers(self, live: LiveNode) -> None:
        """What `live` has emitted does not count, nor does what was done with it."""
        for reader in early_readers(live):
            self._interrupt_readers(reader)
            trial = self.state.running[reader.id]
            why = f"what it has read of {live.id!r} does not count"
            self.decision.instructions.append(ev.Kill(reader.id, trial, why))
            self._cut(reader.id, trial, why)

    def _cut(self, node: NodeId, trial: int, why: str) -> None:
        order = self.state.stopping.get(node)
        self.fact(ev.Interrupted(node, trial, f"cancelled{order.said}" if order else why))
        self._retire(self.state.node(node))
        if order is not None:
            self.decision.instructions.append(ev.Again(order))


def _refused(law: LawBroken) -> Fault:
    return Fault(f"its last change was refused: {law}")
