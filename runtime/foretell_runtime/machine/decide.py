"""The machine: what follows from what happens.

`decide(state, happening, now)` is the whole of it: no clock, no I/O, no randomness. It updates the
state it is given by the facts it decides, and returns these facts and what is to be done now. What
time it is it is told; what it waits for by the clock is in `State.timers`.
It knows nodes, edges and promises; what tasks do is not its business.

Every fact is applied the moment it is decided, so each later line judges what really is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, assert_never

from foretell.document.model import Change, Graph
from foretell.document.ports import no_port
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph.back import apart, cone
from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Hole, Json, NodeId
from foretell.graph.outcomes import ENDED_BADLY, deciding, is_handled, ruled_out_by
from foretell.graph.pointers import CannotPutTogether, Draft, NoSuchPlace, get
from foretell.graph.wellformed import pointer_fault
from foretell.promises.events import below
from foretell.promises.judge import Proposal
from foretell.promises.ledger import Breach
from foretell.protocol import messages as msg
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Decision, Fact, Happening
from foretell_runtime.machine.inputs import inputs_of, moment_of
from foretell_runtime.machine.reading import answers, newly_held, wrong_chunk, wrong_take
from foretell_runtime.machine.state import State
from foretell_runtime.machine.streams import early_readers, is_certain, sources_of
from foretell_runtime.machine.trials import (
    LOST,
    Fault,
    end_of_time,
    heard,
    is_final,
    last_word,
    retry_on,
    seen,
    timed_out,
    wait_of,
)
from foretell_runtime.machine.values import complete, feed, fill, weigh_filled

BY_TIME = "the clock"
"""Who gives what comes by time."""

LONGEST_PLACE = 200
"""Of the file and line that a task says a change is from: room for these, and no more."""


def register(
    graph: Graph, inputs: Mapping[str, Json], base: str, jobs: int, now: float = 0.0
) -> tuple[State, Decision]:
    """A new run of `graph`. Raises `LawBroken` or `PromiseBroken`, and then nothing was made."""
    state = State()
    proposal = state.propose(None, graph.as_change())
    if proposal.breach is not None:
        raise PromiseBroken(f"{graph.name!r} cannot keep what it promises: {proposal.breach}")
    state.jobs = jobs
    turn = _Turn(state, now)
    turn.fact(ev.Registered(graph, inputs, base), proposal)
    turn.schedule()
    return state, turn.decision


def decide(state: State, happening: Happening, now: float = 0.0) -> Decision:
    """What follows from `happening` at the time `now`. Happenings of trials that are over change
    nothing, nor does what is said by one that has had its time."""
    turn = _Turn(state, now)
    if state.status != "running" and not isinstance(happening, (ev.Slots, ev.Restart)):
        return turn.decision
    match happening:
        case ev.Heard(node, trial, message):
            if state.running.get(node) == trial and not state.is_deaf_to(node):
                turn.heard(node, trial, message)
        case ev.Lost(node, trial, why):
            if state.running.get(node) == trial and node not in state.streams.concluded:
                turn.lose(node, trial, why)
        case ev.Cut(node, trial, why):
            if state.running.get(node) == trial:
                turn.interrupt(node, trial, why)
        case ev.Answer():
            turn.answered(happening)
        case ev.Restart():
            turn.restart(happening)
        case ev.Cancel(by, why):
            turn.cancel(by, why)
        case ev.TakenUp():
            turn.fact(ev.Resumed(now))
            for node, trial in list(state.running.items()):
                if node in state.running:  # else it read what another one emitted
                    turn.interrupt(node, trial, "the orchestrator stopped")
        case ev.Slots(jobs):
            state.jobs = jobs
        case ev.Rang():
            turn.ring()
        case _:
            assert_never(happening)
    turn.schedule()
    return turn.decision


class _Turn:
    """One decision in the making."""

    def __init__(self, state: State, now: float) -> None:
        self.state = state
        self.now = now
        self.decision = Decision()

    def fact(self, fact: Fact, proposal: Proposal | None = None) -> None:
        self.state.apply(fact, proposal)
        self.decision.facts.append(fact)

    # --- messages of a trial ---

    def heard(self, node: NodeId, trial: int, message: msg.FromTask) -> None:
        match message:
            case msg.Propose():
                self._propose(node, trial, message)
            case msg.Would(request, change):
                self._would(node, trial, request, change)
            case msg.Chunk():
                self._emit(node, trial, message)
            case msg.Take():
                self._take(node, trial, message)
            case msg.Progress(done, total, text):
                self.fact(ev.Progressed(node, trial, done, total, text))
            case msg.Finish():
                self._end_or_conclude(node, trial, message)
            case msg.Fail():
                self._end_or_conclude(node, trial, heard(message))
            case msg.Ready() | msg.Log():
                pass
            case _:
                assert_never(message)

    def _emit(self, node: NodeId, trial: int, said: msg.Chunk) -> None:
        if why := wrong_chunk(self.state, self.state.node(node), said):
            self._refuse_to_hear(node, trial, why)
        else:
            self.fact(ev.Emitted(node, trial, said.port, said.chunk))

    def _take(self, node: NodeId, trial: int, asked: msg.Take) -> None:
        if why := wrong_take(self.state, node, asked):
            self._refuse_to_hear(node, trial, why)
        else:
            self.state.streams.readers[node].waiting[asked.request] = (asked.input, asked.seen)

    def _refuse_to_hear(self, node: NodeId, trial: int, why: str) -> None:
        """What a trial says cannot be: it has failed."""
        self.decision.instructions.append(ev.Kill(node, trial, why))
        self._end_or_conclude(node, trial, Fault(why))

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
        change = word.change if isinstance(word, msg.Finish) else None
        if isinstance(word, msg.Finish) and change is not None:
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

    def _let_conclude(self) -> None:
        """What has been concluded counts where all that was read does by now."""
        state = self.state
        again = True
        while again and state.status == "running":
            again = False
            for node in sorted(state.streams.concluded):
                if state.status == "running" and is_certain(state.node(node)):
                    word = state.streams.concluded[node]
                    end = heard(word) if isinstance(word, msg.Fail) else word
                    self._end_or_conclude(node, state.running[node], end)
                    again = True

    def _interrupt_readers(self, live: LiveNode) -> None:
        """What `live` has emitted does not count, nor does what was done with it."""
        for reader in early_readers(live):
            self._interrupt_readers(reader)
            trial = self.state.running[reader.id]
            why = f"what it has read of {live.id!r} does not count"
            self.decision.instructions.append(ev.Kill(reader.id, trial, why))
            self.fact(ev.Interrupted(reader.id, trial, why))
            self._retire(reader)

    def _propose(self, node: NodeId, trial: int, asked: msg.Propose) -> None:
        state, request, change = self.state, asked.request, asked.change
        try:
            proposal = state.propose(state.node(node), change)
        except LawBroken as law:
            self.fact(ev.Refused(node, trial, str(law)))
            self._reply(node, trial, request, str(law))
            return
        if proposal.breach is None:
            self.fact(ev.Changed(node, trial, change), proposal)
            self._rule_out_behind(proposal)
            self._reply(node, trial, request)
            self._break_by_loss(_change_of(node, asked.where), node)
            return
        state.judge.undo(proposal)
        if asked.attempt:
            self.fact(ev.Refused(node, trial, str(proposal.breach)))
            self._reply(node, trial, request, str(proposal.breach), "promise")
        else:
            self.break_run(proposal.breach, _change_of(node, asked.where), node)

    def _would(self, node: NodeId, trial: int, request: int, change: Change) -> None:
        state = self.state
        try:
            proposal = state.propose(state.node(node), change)
        except LawBroken as law:
            self._reply(node, trial, request, str(law))
            return
        state.judge.undo(proposal)
        if proposal.breach is None:
            self._reply(node, trial, request)
        else:
            self._reply(node, trial, request, str(proposal.breach), "promise")

    def _reply(
        self,
        node: NodeId,
        trial: int,
        request: int,
        why: str = "",
        against: Literal["law", "promise"] = "law",
    ) -> None:
        reply = msg.Reply(request, not why, why, against)
        self.decision.instructions.append(ev.Tell(node, trial, reply))

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
        if state.judge.graph.outcomes.families:
            self._rule_out(live)
        breach = breach or state.judge.breach(owed=state.owed)
        if breach is not None:
            self.break_run(breach, f"the end of {node!r}", node)

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

    def answered(self, said: ev.Answer) -> None:
        """An answer, unless the question was answered, was asked anew, or is gone meanwhile."""
        state = self.state
        live = state.judge.graph.nodes.get(said.node)
        since = None if live is None else state.asks.get(live)
        if live is None or since is None or said.seen < since:
            return
        if any(one.input == said.input for one in state.wanted(live)):
            self.fact(ev.Answered(said.node, said.input, said.value, said.by))

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

    # --- ends ---

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

    def _break_by_loss(self, event: str, node: NodeId) -> None:
        """Ends the run if what was ruled out was still owed."""
        state = self.state
        lost = any(isinstance(fact, (ev.RuledOut, ev.Failed)) for fact in self.decision.facts)
        breach = state.judge.breach_of_loss() if lost and state.owed else None
        if breach is not None:
            self.break_run(breach, event, node)

    def lose(self, node: NodeId, trial: int, why: str) -> None:
        """The process of a trial is gone, by itself or because it has had its time."""
        live = self.state.node(node)
        overdue = node in self.state.overdue
        failure = timed_out(self.state, live) if overdue else seen(self.state, live, why, LOST)
        self._end_or_conclude(node, trial, failure)

    def interrupt(self, node: NodeId, trial: int, why: str) -> None:
        """A trial does not count, unless it has had its time already."""
        if node in self.state.overdue:
            self.lose(node, trial, why)
            return
        self._interrupt_readers(self.state.node(node))
        self.fact(ev.Interrupted(node, trial, why))
        self._retire(self.state.node(node))

    # --- time ---

    def _ask(self) -> None:
        """Says until when the nodes wait whose turn it has become to want something by the clock."""
        state = self.state
        turns, state.ready.wanting = state.ready.wanting, []
        for live in turns:
            timed = next((one for one in state.wanted(live) if one.timed), None)
            if timed is None or not live.wanting or state.timers.of(live.id, "answer"):
                continue
            until = moment_of(state, live, timed, self.now)
            self.fact(ev.Asked(live.id, timed.input, until, timed.within_s))

    def ring(self) -> None:
        """Everything happens that is due by now."""
        state = self.state
        while (timer := state.timers.due(self.now)) is not None:
            if timer.what == "answer":
                one = next(one for one in state.wanted(state.node(timer.node)) if one.timed)
                self.fact(ev.Answered(timer.node, one.input, one.default, BY_TIME))
                continue
            if timer.what == "retry":
                self.fact(ev.Due(timer.node, state.trials[timer.node] + 1, "retry"))
                continue
            trial = state.running[timer.node]
            self.fact(ev.Due(timer.node, trial, "timeout"))
            why = timed_out(state, state.node(timer.node)).error
            self.decision.instructions.append(ev.Kill(timer.node, trial, why, tell=True))

    def restart(self, said: ev.Restart) -> None:
        """What somebody wants to be done again is, with all that comes after it: trials of that are
        cut off. In a run that is over, what was stopped is done again too."""
        state = self.state
        known = [state.judge.graph.nodes.get(name) for name in said.nodes]
        tops = [live for live in known if live and live.status is not NodeStatus.WAITING]
        if state.status != "running":
            nodes = state.judge.graph.nodes.values()
            tops += [live for live in nodes if live.status is NodeStatus.CANCELLED]
        if not tops:
            return
        begun = [live for live in cone(*tops) if live.status is not NodeStatus.WAITING]
        for live in begun:
            if live.id in state.running:
                trial, why = state.running[live.id], "it is done again"
                self.interrupt(live.id, trial, why)
                self.decision.instructions.append(ev.Kill(live.id, trial, why))
        stay, go = apart(cone(*tops))
        again = tuple(live.id for live in stay if live in begun)
        top_ids = tuple(dict.fromkeys(live.id for live in tops if live in stay))
        gone = tuple(live.id for live in go)
        self.fact(ev.Restarted(top_ids, again, gone, said.by))
        self._begin_anew(stay, f"the restart of {top_ids[0]!r}", top_ids[0])

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

    # --- what may start now, and whether the run is over ---

    def schedule(self) -> None:
        """Starts what may start, in order of birth, and ends the run when nothing is left. As long
        as somebody may answer, nothing is held for good."""
        state = self.state
        self._let_conclude()
        self._come_round()
        if state.status != "running":  # what was decided just now has ended it
            return
        if state.jobs:
            self._ask()
        self._start_what_may()
        if state.aside and not state.running:  # nobody breaks before it was asked once more
            state.ask_again()
            self._start_what_may()
        if state.streams.readers or state.streams.held:
            self.decision.instructions += [*answers(state), *newly_held(state)]
        if state.running or state.status != "running":
            return
        if not state.timers and not any(live.wanting for live in state.asks):
            if state.aside and state.jobs:
                self._break_because_held(min(state.aside, key=lambda live: live.birth))
            elif not state.aside and state.ready.next() is None:
                self._end()

    def _come_round(self) -> None:
        """Begins the rounds that were asked for, once nothing runs that is to be done again. A run
        that has failed begins none."""
        state = self.state
        while state.status == "running" and not state.failed:
            for back in state.judge.graph.back.asked:
                members = cone(back.target)
                if not any(live.status is NodeStatus.RUNNING for live in members):
                    break
            else:
                return
            stay, go = apart(members)
            again = [live.id for live in stay if state.has_begun(live)]
            self.fact(
                ev.Rearmed(
                    back.target.id, back.source.id, tuple(again), tuple(live.id for live in go)
                )
            )
            self._begin_anew(stay, f"the round from {back.target.id!r}", back.source.id)

    def _start_what_may(self) -> None:
        """What a promise holds back is put aside: it is not asked about at every event."""
        state = self.state
        asked = state.judge.graph.back.asked
        later = set(cone(*(back.target for back in asked))) if asked else ()
        while len(state.running) < state.jobs and (live := state.ready.next()) is not None:
            if state.status != "running":  # what could not be started has ended it
                return
            state.ready.take(live)
            if live in later:
                state.parked.append(live)
                continue
            entry = state.judge.ledger.forbids_start(live) if state.owed else None
            if entry is None:
                self._start(live)
                continue
            state.aside.append(live)
            if live.id not in state.held:
                self.fact(ev.Held(live.id, f"promise {entry.vowed.says} is still owed edges"))
        if len(state.running) < state.jobs:
            for live, limit in state.ready.newly_held():
                self.fact(ev.Held(live.id, f"{limit.words} is reached"))

    def _start(self, live: LiveNode) -> None:
        state = self.state
        trial = state.trials.get(live.id, 0) + 1
        iteration = state.iterations.get(live.id, 0) + 1
        until = end_of_time(state, live, self.now)
        self.fact(ev.Started(live.id, trial, iteration, until))
        try:
            inputs = inputs_of(state, live)
        except CannotPutTogether as fault:
            why = f"its inputs cannot be put together: {fault}"
            self.fail(live.id, trial, Fault(why, permanent=True))
            return
        upon = retry_on(state, live)
        self.decision.instructions.append(
            ev.Launch(
                live.id,
                trial,
                live.node.task,
                inputs,
                iteration,
                _back_to(state, live),
                upon,
                tuple(sources_of(live)),
            )
        )

    def _break_because_held(self, live: LiveNode) -> None:
        entry = self.state.judge.ledger.forbids_start(live)
        assert entry is not None
        vowed = entry.vowed
        why = f"nothing runs, and {live.id!r} cannot start before the edges owed to it exist"
        breach = Breach(vowed.says, vowed.by, vowed.where, why, "")
        self.break_run(breach, "the wait", live.id)

    def _end(self) -> None:
        state = self.state
        if state.failed:
            self.fact(ev.Ended("failed", None, state.error))
            return
        breach = state.judge.breach(owed=True)
        if breach is not None:
            self.break_run(breach, "the end of the run", "")
            return
        try:
            output = _result(state)
        except CannotPutTogether as fault:
            error = f"the output of {state.name!r} cannot be put together: {fault}"
            self.fact(ev.Ended("failed", None, error))
            return
        self.fact(ev.Ended("done", output))


def _back_to(state: State, live: LiveNode) -> tuple[msg.BackTo, ...]:
    """The loops that lead back from `live`."""
    leaving = state.judge.graph.back.of(live)
    uses = [(one.edge, one.target.node.task) for one in leaving]
    return tuple(
        msg.BackTo(e.target, task, state.tasks[task].entry, e.output or "", e.input)
        for e, task in uses
    )


def _result(state: State) -> Json:
    """The output of the run."""
    for hole in state.result.holes:
        if hole.source not in state.outputs:
            failed = state.node(hole.node).status is NodeStatus.FAILED
            how = "failed" if failed else "was ruled out"
            raise CannotPutTogether(f"{hole.node!r} has no result: it {how}")
        complete(state.outputs, hole.source)
    weigh_filled(state.result.value, state.result.holes, state.outputs)
    draft = Draft(fill(state.result.value, state.result.holes, state.outputs))
    feed(draft, state.result.feeds, state.inputs)
    return draft.value


def _refused(law: LawBroken) -> Fault:
    return Fault(f"its last change was refused: {law}")


def _change_of(node: NodeId, where: str) -> str:
    """What broke a promise, in words."""
    return f"the change of {node!r}" + (f" at {where[:LONGEST_PLACE]}" if where else "")
