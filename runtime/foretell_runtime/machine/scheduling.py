"""What may start now, which rounds begin, what is due by the clock, and whether the run is over."""

from __future__ import annotations

from foretell.graph.back import apart, cone
from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Json
from foretell.graph.pointers import CannotPutTogether, Draft
from foretell.promises.ledger import Breach
from foretell.protocol import messages as msg
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.cancelling import Cancelling
from foretell_runtime.machine.inputs import inputs_of, moment_of
from foretell_runtime.machine.reading import answers, newly_held
from foretell_runtime.machine.recalling import key_of, within_of
from foretell_runtime.machine.state import State
from foretell_runtime.machine.streams import is_certain, sources_of
from foretell_runtime.machine.trials import (
    Fault,
    end_of_time,
    heard,
    option,
    retry_on,
    timed_out,
)
from foretell_runtime.machine.values import complete, feed, fill, weigh_filled

BY_TIME = "the clock"
"""Who gives what comes by time."""


class Scheduling(Cancelling):
    """What follows once everything else has been decided."""

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
        self._recall()
        self._start_what_may()
        if state.aside and not state.running:  # nobody breaks before it was asked once more
            state.ask_again()
            self._start_what_may()
        room = len(state.running) < state.room
        self._reserve(room=room)
        state.opens_at = state.ready.opens_at(self.now) if room else None
        if state.streams.readers or state.streams.held:
            self.decision.instructions += [*answers(state), *newly_held(state)]
        if state.running or state.stopping or state.status != "running":
            return
        if state.lookups and state.lookups.pending:
            return
        if not state.timers and not any(live.wanting for live in state.asks):
            if state.aside and state.room:
                self._break_because_held(min(state.aside, key=lambda live: live.birth))
            elif not state.aside and state.ready.is_empty:
                self._end()

    def _reserve(self, *, room: bool) -> None:
        """Asks for places in pools where only these are lacking, and keeps none in vain."""
        ready = self.state.ready
        for place in ready.unused_places():
            self.decision.instructions.append(ev.GiveBack(place))
        for live, limits in ready.wishes(self.now) if room else ():
            priority = option(self.state, live, "priority") or 0
            self.decision.instructions.append(ev.Reserve(live.id, limits, priority))

    def _let_conclude(self) -> None:
        """What has been concluded counts where all that was read does by now."""
        state = self.state
        again = True
        while again and state.status == "running":
            again = False
            for node in sorted(state.streams.concluded):
                if node in state.stopping:
                    continue
                if state.status == "running" and is_certain(state.node(node)):
                    word = state.streams.concluded[node]
                    end = heard(word) if isinstance(word, msg.Fail) else word
                    self._end_or_conclude(node, state.running[node], end)
                    again = True

    def _come_round(self) -> None:
        """Begins the rounds that were asked for, once nothing runs that is to be done again. A run
        that has failed begins none."""
        state = self.state
        while state.status == "running" and not state.failed:
            for back in state.judge.graph.back.asked:
                members = cone(back.target)
                going = (live for live in members if live.status is NodeStatus.RUNNING)
                if not any(going) and state.stopping.keys().isdisjoint(x.id for x in members):
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

    def _ask(self) -> None:
        """Says until when the nodes wait whose turn it has become to want something by the clock."""
        state = self.state
        turns, state.ready.wanting = state.ready.wanting, []
        for live in sorted(turns, key=lambda live: live.birth):  # whoever reads it anew asks alike
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

    def _start_what_may(self) -> None:
        """What a promise holds back is put aside: it is not asked about at every event."""
        state = self.state
        asked = state.judge.graph.back.asked
        later = set(cone(*(back.target for back in asked))) if asked else ()
        while len(state.running) < state.room and (live := state.ready.next(self.now)) is not None:
            if state.status != "running":  # what could not be started has ended it
                return
            state.ready.take(live)
            if live in later:
                state.parked.append(live)
                continue
            if state.lookups and live.id in state.lookups.pending:
                continue  # it comes back once it was looked for
            entry = state.judge.ledger.forbids_start(live) if state.owed else None
            if entry is None:
                self._start_or_end(live)
                continue
            state.aside.append(live)
            if live.id not in state.held:
                self.fact(ev.Held(live.id, f"promise {entry.vowed.says} is still owed edges"))
        if len(state.running) < state.room:
            for live, limit in state.ready.newly_held():
                self.fact(ev.Held(live.id, f"{limit.words} is reached"))

    def _recall(self) -> None:
        """Looks for what nodes come to that wait for nothing since just now."""
        state, lookups = self.state, self.state.lookups
        if lookups is None or not state.room:
            return
        fresh, state.ready.fresh = state.ready.fresh or [], []
        for live in sorted(fresh, key=lambda live: live.birth):
            if not live.startable or live.id in lookups.pending or live.id in lookups.found:
                continue
            key = key_of(state, live)
            if key is not None and live.id in state.anew:
                lookups.missed[live.id] = key
            elif key is not None and lookups.missed.get(live.id) != key:
                lookups.pending[live.id] = key
                order = ev.Recall(live.id, key, within_of(state, live))
                self.decision.instructions.append(order)

    def looked(self, said: ev.Looked) -> None:
        """What was found ends the node, if it is the same still and may end: no slot and no limit is
        asked. What was not, may start."""
        state, lookups = self.state, self.state.lookups
        if lookups is None or lookups.pending.get(said.node) != said.key:
            return
        del lookups.pending[said.node]
        live = state.judge.graph.nodes.get(said.node)
        if live is None or not live.startable:
            return
        if not said.found or key_of(state, live) != said.key:
            lookups.missed[said.node] = said.key
            state.ready.add(live)
            return
        asked = state.judge.graph.back.asked
        later = bool(asked) and live in cone(*(back.target for back in asked))
        forbidden = state.judge.ledger.forbids_start(live) if state.owed else None
        if state.room and not later and forbidden is None:
            self._end_with(live, ev.Recalled(live.id, said.output, said.key))
        else:
            lookups.found[said.node] = said.key, said.output
            state.ready.add(live)

    def _start_or_end(self, live: LiveNode) -> None:
        """Ends it with what was found, or starts it."""
        lookups = self.state.lookups
        key, output = lookups.found.pop(live.id, ("", None)) if lookups else ("", None)
        if not key or key_of(self.state, live) != key:
            self._start(live)
            return
        self._end_with(live, ev.Recalled(live.id, output, key))

    def _start(self, live: LiveNode) -> None:
        state = self.state
        trial = state.trials.get(live.id, 0) + 1
        iteration = state.iterations.get(live.id, 0) + 1
        until = end_of_time(state, live, self.now)
        place = state.ready.use_place(live)
        self.fact(ev.Started(live.id, trial, iteration, until))
        if place is not None:
            state.places[live.id] = place
            self.decision.moves.append(ev.Taken(place, live.id))
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


_HOW_ENDED = {NodeStatus.FAILED: "failed", NodeStatus.CANCELLED: "was cancelled"}


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
            how = _HOW_ENDED.get(state.node(hole.node).status, "was ruled out")
            raise CannotPutTogether(f"{hole.node!r} has no result: it {how}")
        complete(state.outputs, hole.source)
    weigh_filled(state.result.value, state.result.holes, state.outputs)
    draft = Draft(fill(state.result.value, state.result.holes, state.outputs))
    feed(draft, state.result.feeds, state.inputs)
    return draft.value
