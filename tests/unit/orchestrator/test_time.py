"""What the orchestrator does by the clock: later trials, and trials that take too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from foretell.document.model import Graph
from foretell.graph.model import Json, Node
from foretell.protocol.messages import (
    Fail,
    Finish,
    FromTask,
    Ready,
    Start,
)
from foretell_runtime.executors.protocol import Gone, OnLog
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Move, Started
from foretell_runtime.orchestrator import Orchestrator, create, take_up
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.theatre import (
    TASKS,
    Actor,
    CountingStore,
    FakeClock,
    Play,
    Theatre,
    finishes,
    journal,
    play,
)


def one(**options: Json) -> Graph:
    return Graph("one", tasks=TASKS, nodes=(Node("a", "t", options=options),))


def fails_until(last: int) -> Play:
    return lambda start, on_log: [Finish(7) if start.trial == last else Fail("not yet")]


BACKOFF: Json = {"first": 100, "jitter": 0}


def test_a_node_is_tried_again_when_its_time_has_come(tmp_path: Path) -> None:
    clock = FakeClock()
    theatre = Theatre(fails_until(4))
    state, _ = play(tmp_path, one(retries=9, backoff=BACKOFF), theatre, clock=clock)
    assert state.status == "done"
    assert clock.woken == [1_100, 1_300, 1_700]
    events = journal(tmp_path)
    assert [event.time for event in events if isinstance(event.fact, Started)] == [
        1_000, 1_100, 1_300, 1_700,
    ]  # fmt: skip


def test_being_woken_too_early_changes_nothing(tmp_path: Path) -> None:
    clock = FakeClock(early=3)
    state, _ = play(tmp_path, one(retries=1, backoff=BACKOFF), Theatre(fails_until(2)), clock=clock)
    assert state.status == "done"
    assert clock.woken == [1_100] * 4
    assert [event.fact.kind for event in journal(tmp_path)].count("due") == 1


def test_what_comes_by_the_clock_is_caused_by_what_named_the_moment(tmp_path: Path) -> None:
    play(tmp_path, one(retries=1, backoff=BACKOFF), Theatre(fails_until(2)), clock=FakeClock())
    assert [(e.seq, e.fact.kind, e.cause) for e in journal(tmp_path)] == [
        (1, "registered", None),
        (2, "started", 1),
        (3, "failed", 2),
        (4, "due", 3),
        (5, "started", 4),
        (6, "finished", 5),
        (7, "ended", 6),
    ]


def test_a_trial_that_takes_too_long_is_stopped_and_another_one_follows(tmp_path: Path) -> None:
    killed: list[tuple[int, str]] = []

    class Dawdler(Actor):
        trial = 0

        async def kill(self, why: str) -> None:
            killed.append((self.trial, why))
            await super().kill(why)

    class Stage(Theatre):
        async def start(self, start: Start, on_log: OnLog) -> Actor:
            self.started.append(start)
            actor = Dawdler([Finish(7)] if start.trial == 3 else [])
            actor.trial = start.trial
            return actor

    class Patient(FakeClock):
        """Waits for ever for the third trial, which will end by itself."""

        def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
            return super().wake(at, ring) if len({*self.woken}) < 2 else lambda: None

    stage = Stage(finishes)
    state, _ = play(tmp_path, one(timeout=5, retries=2), stage, clock=Patient())
    assert (state.status, state.output) == ("done", None)
    assert [start.trial for start in stage.started] == [1, 2, 3]
    assert killed[:2] == [(1, "timed out after 5 s"), (2, "timed out after 5 s")]
    assert [(e.fact.kind, e.cause) for e in journal(tmp_path)][1:6] == [
        ("started", 1), ("due", 2), ("failed", 2), ("started", 4), ("due", 5),
    ]  # fmt: skip


def test_a_word_that_crosses_the_order_to_stop_is_too_late_and_nothing_hangs(
    tmp_path: Path,
) -> None:
    """The trial ends by itself between the moment and the order that follows from it."""

    class Slow(CountingStore):
        async def append(
            self,
            claim: Claim,
            events: Sequence[Event],
            logs: Sequence[LogLine] = (),
            taken: Sequence[Post] = (),
            moves: Sequence[Move] = (),
        ) -> None:
            if any(event.fact.kind == "due" for event in events):
                over.set()
                for _ in range(20):  # by now the trial has said its last word and is gone
                    await asyncio.sleep(0)
            await super().append(claim, events, logs, taken, moves)

    class Crossing(Actor):
        async def messages(self) -> AsyncIterator[FromTask | Gone]:
            yield Ready()
            await over.wait()
            yield Finish(7)
            yield Gone("", over=True)

    class Stage(Theatre):
        async def start(self, start: Start, on_log: OnLog) -> Actor:
            return Crossing([])

    async def main() -> State:
        async with Slow(tmp_path / "runs.db") as store:
            orchestrator = await create(store, one(timeout=5), {}, "/base", 1, "fresh", FakeClock())
            await orchestrator.run(Stage(finishes))
            return orchestrator.state

    over = asyncio.Event()
    assert asyncio.run(main()).status == "failed"


def test_ctrl_c_does_not_wait_for_what_waits_and_a_resume_does(tmp_path: Path) -> None:
    class Stopped(FakeClock):
        def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
            return lambda: None

    async def drain_when_failed(orchestrator: Orchestrator) -> None:
        while not orchestrator.state.timers:
            await orchestrator.committed.next.wait()
        orchestrator.drain()

    state, _ = play(
        tmp_path, one(retries=1, backoff=BACKOFF), Theatre(fails_until(2)),
        during=drain_when_failed, clock=Stopped(),
    )  # fmt: skip
    assert state.status == "running"

    async def again() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await take_up(store, await store.run("last"), 1, "fresh", clock)
            await orchestrator.run(Theatre(fails_until(2)))
            return orchestrator.state

    clock = FakeClock(1_030.0)
    assert asyncio.run(again()).status == "done"
    assert clock.woken == [1_100]
    assert [event.fact.kind for event in journal(tmp_path)].count("due") == 1


def test_a_drained_run_still_ends_trials_that_take_too_long(tmp_path: Path) -> None:
    state, _ = play(
        tmp_path, one(timeout=5), Theatre(lambda start, on_log: []),
        during=lambda orchestrator: orchestrator.drain(), clock=FakeClock(),
    )  # fmt: skip
    assert state.status == "failed"


def test_the_clock_of_a_run_is_the_time_of_day_and_never_goes_back() -> None:
    import time

    from foretell_runtime.orchestrator.clock import SteadyClock

    clock = SteadyClock()
    seen = [clock.now() for _ in range(1000)]
    assert seen == sorted(seen)
    assert abs(seen[0] - time.time()) < 3600
