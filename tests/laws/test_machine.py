"""The machine against a slow reading of its journal, over anything that may happen to a run.

Hypothesis makes up graphs and happenings, and makes both smaller where something is wrong. After
each happening the journal must be one that `tests.laws.reference` allows, and say of nodes and
values what that says; whoever reads the journal anew must be in the same state, and decide the
same; who may start has started; and when it is over, all drawings have told the truth.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from foretell.graph.live import LiveNode
from foretell.graph.model import Hole
from foretell.protocol import messages as msg
from foretell_runtime.fuzzing.watching import Watch
from foretell_runtime.machine import State, decide, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.trying import objection, tried
from foretell_runtime.machine.values import complete
from tests.laws.everything import PORT, registered
from tests.laws.reference import Lacking, Reference
from tests.laws.test_graph_laws import picture
from tests.laws.universe import Walk

RNG = st.integers(0, 1_000_000).map(Random)
"""(Randomness that Hypothesis itself makes up is much alike, and takes most of the time.)"""
LARGE = 25
"""So many nodes are enough."""
SELDOM = 6
"""So many facts are drawn together."""


class Machine(RuleBasedStateMachine):
    """One run, and what must be true of it. `sound`: nothing was wrong yet. `in_a_hurry`: it is only
    brought to its end."""

    sound = False
    in_a_hurry = False

    @initialize(rng=RNG, jobs=st.sampled_from([1, 2, 3, 9]))
    def begin(self, rng: Random, jobs: int) -> None:
        self.now = 1000.0
        self.said = 0
        self.sound = False
        self.state, decision = registered(rng, jobs, self.now)
        self.facts: list[ev.Fact] = []
        self.reference = Reference()
        self.readers: dict[tuple[str, int], tuple[str, int]] = {}
        self._keep(decision)
        self.watch = Watch(0, self.state, self.facts)
        self.unseen: list[ev.Fact] = []
        self.sound = True

    # --- what happens ---

    def _happen(self, happening: ev.Happening) -> ev.Decision:
        self.sound = False
        twin = None if self.in_a_hurry else replay(self.facts)
        if twin is not None:
            self._compare(twin)
            twin.jobs = self.state.jobs
        decision = decide(self.state, happening, self.now)
        if twin is not None and not _is_take(happening):  # how far it has read, it alone knows
            again = told(decide(twin, happening, self.now).facts)
            assert again == told(decision.facts), f"{happening}: {again}, {decision.facts}"
        self._keep(decision)
        if decision.facts:
            self._watch_it(decision)
        self.sound = True
        for one in decision.instructions:
            if isinstance(one, ev.Again):
                self._happen(self._tried(one.order))
        return decision

    def _tried(self, order: ev.CancelNode) -> ev.CancelNode:
        """As an orchestrator has it done: on a copy first."""
        what = tried(replay(self.facts), order)
        return replace(order, objection=objection(what, order))

    def _compare(self, twin: State) -> None:
        fresh, known = whole(twin), whole(self.state)
        assert fresh == known, [(k, fresh[k], known[k]) for k in known if fresh[k] != known[k]]

    def _keep(self, decision: ev.Decision) -> None:
        for fact in decision.facts:
            note(f"    {fact}")
        for fact in decision.facts:
            if isinstance(fact, ev.Failed) and fact.error.startswith("its inputs cannot"):
                self.reference.excused.add(fact.node)
            self.reference.see(fact, self.now)
        self.facts += decision.facts
        launched = {one.node: one for one in decision.instructions if isinstance(one, ev.Launch)}
        for node, launch in launched.items():
            assert launch.inputs == self.reference.inputs(node)
            assert (launch.node, launch.trial) == (node, self.reference.last_trial[node])
        for one in decision.instructions:
            if isinstance(one, ev.Give):
                self._check_given(one)

    def _check_given(self, given: ev.Give) -> None:
        source, seen = self.readers.pop((given.node, given.chunks.to))
        thing = self.reference.things[source]
        emitted = thing.chunks.get(PORT, [])
        more = len(given.chunks.chunks)
        assert list(given.chunks.chunks) == emitted[seen : seen + more]
        over = thing.status == "done" and seen + more == len(emitted)
        assert given.chunks.end == over
        assert more or over

    def _watch_it(self, decision: ev.Decision) -> None:
        if any(isinstance(fact, UNFORESEEN) for fact in decision.facts):
            self.watch, self.unseen = Watch(0, self.state, decision.facts), []
            return
        self.unseen += decision.facts
        if self.in_a_hurry and self.state.status == "running":
            return
        over = self.state.status == "done"
        if over or (len(self.unseen) > SELDOM and len(self.state.judge.graph.nodes) < LARGE):
            finding = self.watch.see(self.state, self.unseen, self.facts)
            assert finding is None, finding.why
            self.unseen = []
        if over:
            finding = self.watch.end(self.state)
            assert finding is None, (finding.why, finding.then, finding.end)

    def _say(self, node: str, message: msg.FromTask) -> ev.Decision:
        return self._happen(ev.Heard(node, self.state.running[node], message))

    def _one(self, rng: Random) -> LiveNode:
        return self.state.node(rng.choice(sorted(self.state.running)))

    @property
    def runs(self) -> bool:
        return self.state.status == "running" and bool(self.state.running)

    @property
    def goes_on(self) -> bool:
        return self.state.status == "running"

    @precondition(lambda self: self.runs)
    @rule(rng=RNG)
    def finish_one(self, rng: Random) -> None:
        self.finish(rng)

    @precondition(lambda self: self.runs)
    @rule(rng=RNG)
    def finish(self, rng: Random) -> None:
        live = self._one(rng)
        message = Walk(rng, self.state, ev.Decision()).finish(live.id)
        holes = tuple(Hole(f"/grown/{i}", made.id) for i, made in enumerate(live.made))
        output = {"v": self._number(), "grown": [None] * len(holes)}
        back = self.state.judge.graph.back.of(live)
        again = rng.choice([*(one.target.id for one in back), None])
        if again is not None:
            holes, output = (), {**output, "grown": []}
        self._say(live.id, msg.Finish(output, holes, message.change, again))

    @precondition(lambda self: self.runs)
    @rule(rng=RNG, permanent=st.booleans(), after=st.sampled_from([None, None, 0.0, 12.5]))
    def fail(self, rng: Random, permanent: bool, after: float | None) -> None:
        live = self._one(rng)
        likely = [n for n in sorted(self.state.running) if self.state.node(n).handlers]
        live = self.state.node(rng.choice(likely)) if likely and rng.random() < 0.7 else live
        if permanent and not self.state.is_deaf_to(live.id):
            self.reference.excused.add(live.id)
        self._say(live.id, msg.Fail("no", permanent=permanent, after=after))

    @precondition(lambda self: self.runs)
    @rule(rng=RNG, way=st.sampled_from([ev.Lost, ev.Cut]))
    def end_otherwise(self, rng: Random, way: type[ev.Lost | ev.Cut]) -> None:
        live = self._one(rng)
        self._happen(way(live.id, self.state.running[live.id], "gone"))

    @precondition(lambda self: self.runs and len(self.state.judge.graph.nodes) < LARGE)
    @rule(rng=RNG, allowed=st.sampled_from([True, True, False]), attempt=st.booleans())
    def grow(self, rng: Random, allowed: bool, attempt: bool) -> None:
        walk = Walk(rng, self.state, ev.Decision())
        walk.requests = self._number() * 100
        for node in rng.sample(sorted(self.state.running), len(self.state.running)):
            live = self.state.node(node)
            change = walk.legal_change(live) if allowed else walk.random_change(node)
            if change and not self.state.is_deaf_to(node):
                self._say(node, msg.Propose(self._number(), change, attempt or not allowed))
                return

    @precondition(lambda self: any(self._emitters()))
    @rule(rng=RNG)
    def emit(self, rng: Random) -> None:
        node = rng.choice(self._emitters())
        self._say(node, msg.Chunk(PORT, self._number()))

    @precondition(lambda self: any(self._readers()))
    @rule(rng=RNG)
    def take(self, rng: Random) -> None:
        node = rng.choice(self._readers())
        reader = self.state.streams.readers[node]
        name = rng.choice(sorted(reader.sources))
        seen, request = rng.randint(0, reader.handed.get(name, 0)), self._number()
        self.readers[node, request] = (reader.sources[name].node.id, seen)
        self._say(node, msg.Take(request, name, seen))

    @precondition(lambda self: self.goes_on and self.state.next_moment is not None)
    @rule(late=st.sampled_from([-1.0, 0.0, 0.0, 100.0]))
    def ring(self, late: float) -> None:
        moment = self.state.next_moment
        assert moment is not None
        self.now = max(self.now, moment + late)
        self._happen(ev.Rang())

    @precondition(lambda self: self.goes_on and self.state.asks)
    @rule(rng=RNG, late=st.booleans())
    def answer(self, rng: Random, late: bool) -> None:
        live = rng.choice(list(self.state.asks))
        wanted = rng.choice(self.state.wanted(live))
        seen = self.state.asks[live] - 1 if late else self.state.seq
        facts = self._happen(ev.Answer(live.id, wanted.input, self._number(), seen)).facts
        assert bool(facts) is not late

    @rule(
        rng=RNG,
        what=st.sampled_from(
            ["slots", "crash", "crash", "restart", "restart", "cancel", "pause", "unpause"]
        ),
    )
    def disturb(self, rng: Random, what: str) -> None:
        if what == "restart":
            self._restart(rng)
        elif self.goes_on and what == "slots":
            self._happen(ev.Slots(rng.choice([0, 1, 2, 9])))
        elif self.goes_on and what == "crash":
            self._crash(rng.choice([0.0, 0.0, 1e6]))
        elif self.goes_on and what == "pause":
            self._happen(ev.Pause("ada"))
        elif self.goes_on and what == "unpause":
            self._happen(ev.Unpause("ada"))
        elif self.goes_on and rng.random() < 0.3:
            self._happen(ev.Cancel("ada"))

    @precondition(lambda self: self.goes_on)
    @rule(rng=RNG, skip=st.booleans(), force=st.booleans())
    def cancel_node(self, rng: Random, skip: bool, force: bool) -> None:
        node = rng.choice(sorted(self.state.judge.graph.nodes))
        value = {"v": self._number(), "grown": []}
        order = ev.CancelNode(node, "ada", "", force, skip, value if skip else None)
        before = self.state.judge.graph.nodes[node].status.value
        facts = self._happen(self._tried(order)).facts
        assert facts, "who gives an order is told what came of it"
        if before not in ("waiting", "running"):
            assert isinstance(facts[0], ev.CancelRefused)
        elif any(isinstance(fact, ev.Broken) for fact in facts):
            assert force, "it was looked at beforehand whether it would break a promise"

    def _crash(self, back: float) -> None:
        """It is taken up by somebody else, perhaps by another clock."""
        jobs = self.state.jobs
        self.now -= back
        self.state = replay(self.facts)
        self.readers.clear()
        self._happen(ev.TakenUp())
        self._happen(ev.Slots(jobs))

    def _restart(self, rng: Random) -> None:
        nodes = sorted(self.state.judge.graph.nodes)
        bad = [n for n in nodes if self.state.node(n).status in ("failed", "cancelled")]
        some = bad if bad and rng.random() < 0.5 else [rng.choice(nodes)]
        self._happen(ev.Restart(tuple(some), "ada"))

    @precondition(lambda self: self.runs)
    @rule(rng=RNG)
    def say_too_late(self, rng: Random) -> None:
        """What a trial says that is not the one that runs is not heard."""
        live = self._one(rng)
        trial = self.state.running[live.id] + rng.choice([-1, 1])
        assert not self._happen(ev.Heard(live.id, trial, msg.Finish())).facts
        assert not self._happen(ev.Lost(live.id, trial, "gone")).facts

    def _number(self) -> int:
        self.said += 1
        return self.said

    def _emitters(self) -> list[str]:
        state = self.state
        if state.status != "running":
            return []
        return [n for n in state.running if state.tasks[state.node(n).node.task].ports
                and not state.is_deaf_to(n)]  # fmt: skip

    def _readers(self) -> list[str]:
        state = self.state
        if state.status != "running":
            return []
        return [n for n in state.streams.readers if not state.is_deaf_to(n)]

    # --- what must be true ---

    @invariant()
    def the_machine_and_the_reference_say_the_same(self) -> None:
        state, reference = self.state, self.reference
        assert state.status == reference.status
        nodes = state.judge.graph.nodes
        assert {name: live.status.value for name, live in nodes.items()} == {
            name: thing.status for name, thing in reference.things.items()
        }
        assert state.lost == reference.lost
        for name, thing in reference.things.items():
            if thing.status == "done":
                try:
                    value = reference.value(name)
                except Lacking:
                    continue
                assert complete(dict(state.outputs), name) == value

    @invariant()
    def whoever_may_start_has_started_and_it_ends_when_nothing_is_left(self) -> None:
        state, reference = self.state, self.reference
        if state.status != "running":
            return
        assert not reference.never(), f"{reference.never()} will never start"
        assert state.stopping == reference.stopping
        if len(state.running) < state.room:
            may = reference.startable(self.now)
            assert not may, f"{may} might start"
        if state.room and not state.running and state.opens_at is None:
            waits = [n for n, thing in reference.things.items() if thing.status == "waiting"]
            assert any(
                reference.things[n].rests is not None
                or (reference.things[n].wants and reference.met(n))
                or n in reference.stopping
                for n in waits
            ), "nothing is left, and the run goes on"

    def teardown(self) -> None:
        """Whatever has happened, it can be brought to an end."""
        if not self.sound:
            return
        self.in_a_hurry = True
        rng = Random(0)
        if self.goes_on:
            self._happen(ev.Slots(9))
            self._happen(ev.Unpause())
        for _ in range(300):
            if not self.goes_on:
                break
            self._one_more(rng)
        assert not self.goes_on, "it does not end"
        self._compare(replay(self.facts))

    def _one_more(self, rng: Random) -> None:
        state = self.state
        able = [node for node in sorted(state.running) if node not in state.streams.concluded]
        gone = next((n for n in sorted(state.running) if n in state.stopping), None)
        if gone is not None:
            self._happen(ev.Lost(gone, state.running[gone], "stopped"))
        elif able and able[0] in state.overdue:
            self._happen(ev.Lost(able[0], state.running[able[0]], "gone"))
        elif able:
            live = state.node(able[0])
            change = Walk(rng, state, ev.Decision()).finish(live.id).change
            self._say(live.id, msg.Finish({"v": self._number(), "grown": []}, (), change))
        elif state.next_moment is not None:
            self.ring(0.0)
        else:
            live = next(live for live in state.asks if live.asking)
            self._happen(ev.Answer(live.id, state.wanted(live)[0].input, None, state.seq))


UNFORESEEN = (ev.Restarted, ev.Cancelled, ev.Skipped, ev.Waived)
"""What somebody did; drawings before it promise nothing any more."""


def _is_take(happening: ev.Happening) -> bool:
    return isinstance(happening, ev.Heard) and isinstance(happening.message, msg.Take)


def told(facts: list[ev.Fact]) -> list[ev.Fact]:
    """That somebody is held back is told once by each orchestrator."""
    return [fact for fact in facts if not isinstance(fact, ev.Held)]


def whole(state: State) -> dict[str, Any]:
    """All that a state knows that follows from its journal."""
    nodes = state.judge.graph.nodes
    return {
        **picture(state),
        "outputs": sorted(state.outputs),  # what is put into them is remembered where it was needed
        "timers": list(state.timers),
        "overdue": sorted(state.overdue),
        "asks": {live.id: since for live, since in state.asks.items()},
        "answers": {live.id: dict(given) for live, given in state.answers.items()},
        "sent": dict(state.sent),
        "trials": dict(state.trials),
        "earlier": dict(state.earlier),
        "retries": {node: n for node, n in state.retries_used.items() if node in nodes},
        "failures": {node: said for node, said in state.failures.items() if node in nodes},
        "lost": sorted(state.lost),
        "concluded": dict(state.streams.concluded),
        "chunks": {
            (node, port): state.streams.of(node, port)
            for node, live in nodes.items()
            for port in state.tasks[live.node.task].ports
        },
        "begun": {node: live.begun for node, live in nodes.items()},
        "resting": [node for node, live in nodes.items() if live.resting],
        "gates": [
            (gate.limit, gate.running, tuple(gate._starts), gate._rests)
            for gate in state.ready._gates
        ],
        "stopping": dict(state.stopping),
        "cancelled": sorted(state.cancelled & nodes.keys()),
        "paused": state.paused,
    }


TestTheMachine = Machine.TestCase
TestTheMachine.settings = settings(max_examples=60, stateful_step_count=30)


class LongMachine(Machine):
    """The same, for hours rather than seconds."""


TestTheMachineForLong = pytest.mark.long(LongMachine.TestCase)
TestTheMachineForLong.settings = settings(max_examples=3000, stateful_step_count=60)
