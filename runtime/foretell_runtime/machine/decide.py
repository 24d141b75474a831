"""The machine: what follows from what happens.

`decide(state, happening, now)` is the whole of it: no clock, no I/O, no randomness. It updates the
state it is given by the facts it decides, and returns these facts and what is to be done now. What
time it is it is told; what it waits for by the clock is in `State.timers`.
It knows nodes, edges and promises; what tasks do is not its business.

Every fact is applied the moment it is decided, so each later line judges what really is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, assert_never

from foretell.document.model import Change, Graph
from foretell.errors import LawBroken, PromiseBroken
from foretell.graph.back import apart, cone
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Json, NodeId
from foretell.protocol import messages as msg
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Decision, Happening
from foretell_runtime.machine.reading import wrong_chunk, wrong_take
from foretell_runtime.machine.scheduling import Scheduling
from foretell_runtime.machine.state import State
from foretell_runtime.machine.trials import (
    Fault,
    heard,
)

LONGEST_PLACE = 200
"""Of the file and line that a task says a change is from: room for these, and no more."""


def register(
    graph: Graph,
    inputs: Mapping[str, Json],
    base: str,
    jobs: int,
    now: float = 0.0,
    values: str = "",
    *,
    cached: bool = False,
) -> tuple[State, Decision]:
    """A new run of `graph`. Raises `LawBroken` or `PromiseBroken`, and then nothing was made."""
    state = State()
    proposal = state.propose(None, graph.as_change())
    if proposal.breach is not None:
        raise PromiseBroken(f"{graph.name!r} cannot keep what it promises: {proposal.breach}")
    state.jobs = jobs
    if cached:
        state.use_cache()
    turn = Deciding(state, now)
    turn.fact(ev.Registered(graph, inputs, base, values), proposal)
    turn.schedule()
    return state, turn.decision


def decide(state: State, happening: Happening, now: float = 0.0) -> Decision:
    """What follows from `happening` at the time `now`. Happenings of trials that are over change
    nothing, nor does what is said by one that has had its time."""
    turn = Deciding(state, now)
    if state.status != "running" and not isinstance(happening, (ev.Slots, ev.Restart)):
        return turn.decision
    match happening:
        case ev.Heard(node, trial, message):
            if state.running.get(node) == trial and not state.is_deaf_to(node):
                turn.heard(node, trial, message)
        case ev.Lost(node, trial, why):
            counts = node not in state.streams.concluded or node in state.stopping
            if state.running.get(node) == trial and counts:
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
        case ev.CancelNode():
            turn.cancel_node(happening)
        case ev.Pause(by, why):
            if not state.paused:
                turn.fact(ev.Paused(by, why))
        case ev.Unpause(by):
            if state.paused:
                turn.fact(ev.Unpaused(by))
        case ev.TooLate(why):
            if not state.trials:
                turn.fact(ev.Ended("failed", None, why))
        case ev.Looked():
            turn.looked(happening)
        case ev.TakenUp():
            turn.fact(ev.Resumed(now))
            for node, trial in list(state.running.items()):
                if node in state.running:  # else it read what another one emitted
                    turn.interrupt(node, trial, "the orchestrator stopped")
            turn.take_orders_up()
        case ev.Slots(jobs):
            state.jobs = jobs
        case ev.Granted(node, place):
            if not state.ready.granted(state.judge.graph.nodes.get(node), place):
                turn.decision.instructions.append(ev.GiveBack(place))
        case ev.Denied(node, again_at):
            state.ready.denied(state.judge.graph.nodes.get(node), again_at)
        case ev.News():
            state.ready.ask_again()
        case ev.Rang():
            turn.ring()
        case _:
            assert_never(happening)
    turn.schedule()
    return turn.decision


class Deciding(Scheduling):
    """What follows from what trials say, and from what people want."""

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

    def answered(self, said: ev.Answer) -> None:
        """An answer, unless the question was answered, was asked anew, or is gone meanwhile."""
        state = self.state
        live = state.judge.graph.nodes.get(said.node)
        since = None if live is None else state.asks.get(live)
        if live is None or since is None or said.seen < since:
            return
        if any(one.input == said.input for one in state.wanted(live)):
            self.fact(ev.Answered(said.node, said.input, said.value, said.by))

    def restart(self, said: ev.Restart) -> None:
        """What somebody wants to be done again is, with all that comes after it: trials of that are
        cut off. In a run that is over, what was stopped is done again too; one that was ended before
        anything could stop just goes on."""
        state = self.state
        known = [state.judge.graph.nodes.get(name) for name in said.nodes]
        tops = [live for live in known if live and state.has_begun(live)]
        if state.status != "running":
            nodes = state.judge.graph.nodes.values()
            stopped = [live for live in nodes if live.status is NodeStatus.CANCELLED]
            tops += [live for live in stopped if live.id not in state.cancelled]
        if not tops and not (state.status != "running" and state.was_cut_short):
            return
        begun = [live for live in cone(*tops) if state.has_begun(live)]
        for live in begun:
            if live.id in state.stopping:
                self.fact(ev.CancelRefused(live.id, "it is done again", said.by))
            if live.id in state.running:
                trial, why = state.running[live.id], "it is done again"
                self.cut_off(live, trial, why)
                self.decision.instructions.append(ev.Kill(live.id, trial, why))
        stay, go = apart(cone(*tops))
        again = tuple(live.id for live in stay if live in begun)
        top_ids = tuple(dict.fromkeys(live.id for live in tops if live in stay))
        gone = tuple(live.id for live in go)
        self.fact(ev.Restarted(top_ids, again, gone, said.by))
        what = f"the restart of {top_ids[0]!r}" if top_ids else "the restart"
        self._begin_anew(stay, what, top_ids[0] if top_ids else "")


def _change_of(node: NodeId, where: str) -> str:
    """What broke a promise, in words."""
    return f"the change of {node!r}" + (f" at {where[:LONGEST_PLACE]}" if where else "")
