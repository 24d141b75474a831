"""A run that only waits for a moment: it is left, says until when, and is gone on with then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from foretell.document.model import Graph
from foretell.graph.model import Json, Node, Outside
from foretell.protocol.messages import Fail, Finish
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Answered
from foretell_runtime.orchestrator import Orchestrator, Stays, create, take_up
from foretell_runtime.questions import answer
from foretell_runtime.store.protocol import RunRecord
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.theatre import (
    TASKS,
    CountingStore,
    FakeClock,
    Play,
    Theatre,
    finishes,
    journal,
)

SOON = Outside("question", "/yes", "Sure?", {}, within_s=600, default=False)


def graph(*outside: Outside, **options: Json) -> Graph:
    return Graph("one", tasks=TASKS, nodes=(Node("a", "t", outside=outside, options=options),))


def perform(
    path: Path,
    one: Graph,
    clock: FakeClock,
    stays: Stays,
    play: Play = finishes,
    *,
    hands: bool = False,
) -> tuple[State, RunRecord]:
    """Begins it, or goes on with it; returns when it is left."""

    async def main() -> tuple[State, RunRecord]:
        async with CountingStore(path / "runs.db") as store:
            runs = await store.runs()
            if runs:
                orchestrator = await take_up(store, runs[0], 1, "fresh", clock)
            else:
                orchestrator = await create(store, one, {}, "/base", 1, "fresh", clock)
            orchestrator.hands_over = hands
            await orchestrator.run(Theatre(play), stays)
            return orchestrator.state, await store.run("last")

    return asyncio.run(main())


class Patient(FakeClock):
    """It is as late as the test says."""

    def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
        return super().wake(at, ring) if at <= self.time else lambda: None


def fails_once(start: object, log: object) -> list[Fail | Finish]:
    return [Fail("no") if start.trial == 1 else Finish()]  # type: ignore[attr-defined]


def test_a_run_that_waits_for_its_next_trial_is_left_until_then(tmp_path: Path) -> None:
    clock, one = Patient(), graph(retries=1, backoff={"first": 100, "jitter": 0})
    state, found = perform(tmp_path, one, clock, "never", fails_once)
    assert (found.status, found.due) == ("waiting", 1_100)
    assert found.ticket is None, "nobody else goes on with it"
    state, found = perform(tmp_path, one, clock, "never", fails_once)
    assert (found.status, found.due) == ("waiting", 1_100), "it was too early"
    clock.time = 1_100
    state, found = perform(tmp_path, one, clock, "never", fails_once)
    assert (state.status, found.due) == ("done", None)


def test_a_question_with_a_time_is_left_and_has_its_default_then(tmp_path: Path) -> None:
    clock = Patient()
    _, found = perform(tmp_path, graph(SOON), clock, "never", hands=True)
    assert (found.status, found.due) == ("waiting", 1_600)
    assert found.ticket is not None, "workers may go on with it"
    clock.time = 2_000
    state, _ = perform(tmp_path, graph(SOON), clock, "never")
    assert state.status == "done"
    assert Answered("a", "/yes", False, "the clock") in [e.fact for e in journal(tmp_path)]


def test_an_answer_in_time_counts_whenever_somebody_goes_on(tmp_path: Path) -> None:
    clock = Patient()
    perform(tmp_path, graph(SOON), clock, "never")

    async def say() -> None:
        async with SqliteStore(tmp_path / "runs.db") as store:
            assert not await answer(store, "last", "a", True, "ada")

    asyncio.run(say())
    clock.time = 1_500
    state, _ = perform(tmp_path, graph(SOON), clock, "never")
    assert state.status == "done"
    assert Answered("a", "/yes", True, "ada") in [e.fact for e in journal(tmp_path)]


@pytest.mark.parametrize("stays", ["for moments", "for answers"])
def test_who_stays_waits_for_moments(tmp_path: Path, stays: Stays) -> None:
    clock = FakeClock()
    state, found = perform(tmp_path, graph(SOON), clock, stays)
    assert (state.status, clock.woken, found.due) == ("done", [1_600], None)


def test_for_a_moment_that_is_near_every_run_stays(tmp_path: Path) -> None:
    clock, one = FakeClock(), graph(retries=1, backoff={"first": 0.5, "jitter": 0})
    state, _ = perform(tmp_path, one, clock, "never", fails_once)
    assert (state.status, clock.woken) == ("done", [1_000.5])


def test_a_run_that_is_drained_while_it_waits_for_a_moment_was_not_left(tmp_path: Path) -> None:
    async def main() -> tuple[bool, RunRecord]:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator: Orchestrator = await create(store, graph(SOON), {}, "/", 1, "fresh")
            orchestrator.drain()
            await orchestrator.run(Theatre(finishes))
            return orchestrator.is_left, await store.run("last")

    is_left, found = asyncio.run(main())
    assert (is_left, found.status, found.due) == (False, "interrupted", None)
