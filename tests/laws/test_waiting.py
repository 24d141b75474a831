"""Histories with later trials and too long ones: they change when things happen, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from foretell.errors import PromiseBroken
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Json
from foretell.protocol import messages as msg
from foretell_runtime.machine import decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from tests.laws.test_graph_laws import picture
from tests.laws.universe import Walk, random_graph

STEPS = 40
OPTIONS: tuple[dict[str, Json], ...] = (
    {"retries": 2, "backoff": 10},
    {"retries": 3, "backoff": {"first": 5, "factor": 1, "jitter": 1}, "timeout": 8},
    {"retries": 1, "timeout": 20},
    {},
)


class Waiting(Walk):
    """A walk with a clock: time passes at every happening, sometimes until something is due, and
    once in a while the orchestrator dies."""

    now = 1_000.0

    def happen(self, happening: ev.Happening) -> ev.Decision:
        self.now += self.rng.choice([0.0, 0.1, 3.0])
        decision = decide(self.state, happening, self.now)
        self.facts += decision.facts
        return decision

    def step(self) -> ev.Decision:
        timer = self.state.timers.next
        if timer is not None and (not self.state.running or self.rng.random() < 0.25):
            self.now = max(self.now, timer.at - self.rng.choice([0.0, 0.0, 1.0]))
            return self.happen(ev.Rang())
        if self.state.overdue and self.rng.random() < 0.5:
            node = min(self.state.overdue)
            return self.happen(ev.Lost(node, self.state.running[node], "stopped"))
        if self.state.running and self.rng.random() < 0.2:
            node = self.rng.choice(sorted(self.state.running))
            failed = msg.Fail("bad", after=self.rng.choice([None, None, 4.0]))
            return self.happen(ev.Heard(node, self.state.running[node], failed))
        return self.happen(self.random_happening(mischief=0.1))


def walks(start: int) -> Iterator[Waiting]:
    for seed in range(start, start + 40):
        rng = Random(seed)
        graph = random_graph(rng)
        tasks = {name: replace(spec, options=rng.choice(OPTIONS))
                 for name, spec in graph.tasks.items()}  # fmt: skip
        try:
            state, decision = register(
                replace(graph, tasks=tasks), {}, "", rng.choice([1, 2, 3]), Waiting.now
            )
        except PromiseBroken:
            continue
        yield Waiting(rng, state, decision)


@pytest.mark.parametrize("start", range(0, 120, 40))
def test_waiting_is_a_fold_of_the_journal_and_nothing_foreseen_depends_on_it(start: int) -> None:
    seen: Counter[str] = Counter()
    for walk in walks(start):
        for _ in range(STEPS):
            decision = walk.step()
            seen.update(fact.kind for fact in decision.facts)
            state = walk.state
            replayed = replay(walk.facts)
            assert list(replayed.timers) == list(state.timers)
            assert replayed.overdue == state.overdue
            assert picture(replayed) == picture(state)
            check_waits(walk)
            seen["rests"] += bool(resting := [x for x in nodes(walk) if x.resting])
            if resting and state.status == "running":
                drawn = horizon_of(state)
                for live in resting:
                    live.resting = False
                assert horizon_of(state) == drawn
                for live in resting:
                    live.resting = True
            if state.status != "running":
                break
    assert seen["due"] > 20
    assert seen["rests"] > 40
    assert seen["retired"] > 5


def nodes(walk: Walk) -> list[LiveNode]:
    return list(walk.state.judge.graph.nodes.values())


def check_waits(walk: Walk) -> None:
    """Whoever rests waits, holds no place, and has a moment to wait for; whoever is overdue runs.
    A run with a moment ahead has not ended, and one that has ended waits for none."""
    state = walk.state
    for live in nodes(walk):
        assert live.resting is (state.timers.of(live.id, "retry") is not None)
        if live.resting:
            assert live.status is Status.WAITING
            assert live.id not in state.running
    for timer in state.timers:
        assert timer.node in state.judge.graph.nodes
        assert timer.what != "timeout" or timer.node in state.running
    assert state.overdue <= state.running.keys()
    assert state.status == "running" or not state.timers


@pytest.mark.parametrize("start", range(0, 80, 40))
def test_every_history_comes_to_an_end(start: int) -> None:
    """Nothing waits for ever: if all that runs ends and all moments come, the run is over."""
    ends: Counter[str] = Counter()
    for walk in walks(start):
        for _ in range(STEPS // 2):
            walk.step()
        walk.happen(ev.Slots(2))
        for _ in range(400):
            if walk.state.status != "running":
                break
            timer = walk.state.timers.next
            if walk.state.overdue:
                node = min(walk.state.overdue)
                walk.happen(ev.Lost(node, walk.state.running[node], "stopped"))
            elif walk.state.running:
                walk.happen(walk.next_end())
            else:
                assert timer is not None, "it has not ended, and waits for nothing"
                walk.now = timer.at
                walk.happen(ev.Rang())
        ends[walk.state.status] += 1
    assert ends["running"] == 0
    assert ends["done"] > 3
