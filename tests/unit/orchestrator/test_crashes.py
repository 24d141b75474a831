"""A run with retries, waits and timeouts, cut off before and after each of its commits.

The orchestrator is gone in the middle of its work, as after `kill -9`: what it had in memory is
lost, and its journal ends where it ends. Whoever takes the run up comes to the same. (That no
process is left behind is held with real ones, in `tests/integration/crash`.)
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from foretell.document.model import Graph
from foretell.errors import StoreError
from foretell.graph.model import Edge, Json, Node
from foretell.protocol.messages import Fail, Finish, FromTask, Start
from foretell_runtime.executors.protocol import OnLog
from foretell_runtime.machine import State, replay
from foretell_runtime.machine.events import Due, Failed, Move, Started
from foretell_runtime.orchestrator import create, take_up
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.theatre import TASKS, FakeClock, Theatre, journal

MOST = 200
"""More commits than the run has."""

OPTIONS: dict[str, dict[str, Json]] = {
    "flaky": {"retries": 2, "backoff": {"first": 10, "jitter": 0.5}},
    "slow": {"retries": 1, "timeout": 60},
    "busy": {"retries": 3, "backoff": 5},
    "hopeless": {"retries": 9},
    "late": {"retries": 1, "timeout": 30, "backoff": {"first": 500, "jitter": 0}},
}
FAILURES = {"flaky": 3, "slow": 2, "busy": 4, "hopeless": 1, "late": 2}
"""How many trials of each fail, however often the run is cut off."""

NODES = (
    *(Node(name, "t", options=options) for name, options in OPTIONS.items()),
    *(Node(f"after_{name}", "t") for name in OPTIONS),
    Node("end", "t"),
)
EDGES = (
    *(Edge(name, f"after_{name}", on="fail") for name in OPTIONS),
    *(Edge(f"after_{name}", "end") for name in OPTIONS),
)
GRAPH = Graph("flow", tasks=TASKS, nodes=NODES, edges=EDGES)


def acts(start: Start, on_log: OnLog) -> Sequence[FromTask]:
    match start.node:
        case "flaky":
            return [Fail("no")]
        case "busy":
            return [Fail("come back", after=77.0)]
        case "hopeless":
            return [Fail("never", permanent=True)]
        case "slow" | "late":
            return []  # until it is stopped
        case _:
            return [Finish(start.node)]


class MortalStore(SqliteStore):
    """Fails at a commit: before anything of it is kept, or after all of it is."""

    def __init__(self, path: Path, number: int, *, after: bool) -> None:
        super().__init__(path)
        self._left = number
        self._after = after

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise StoreError("cut off")
        await super().append(claim, events, logs, taken, moves)
        if self._left == 0:
            raise StoreError("cut off")


async def begin(path: Path, clock: FakeClock, number: int, *, after: bool) -> bool:
    """Whether it was cut off."""
    async with MortalStore(path / "runs.db", number, after=after) as store:
        orchestrator = await create(store, GRAPH, {}, "/base", 3, "fresh", clock)
        try:
            await orchestrator.run(Theatre(acts))
        except StoreError:
            return True
        return False


async def go_on(path: Path, clock: FakeClock) -> State:
    async with SqliteStore(path / "runs.db") as store:
        orchestrator = await take_up(store, await store.run("last"), 3, "fresh", clock)
        await orchestrator.run(Theatre(acts))
        return orchestrator.state


def check(path: Path) -> None:
    """It came to what it comes to undisturbed, and the journal tells nothing else."""
    events = journal(path)
    state = replay(event.fact for event in events)
    assert state.status == "done", state.error
    assert {name: live.status.value for name, live in state.judge.graph.nodes.items()} == {
        **dict.fromkeys(OPTIONS, "failed"),
        **{f"after_{name}": "done" for name in OPTIONS},
        "end": "done",
    }
    failed = [event.fact for event in events if isinstance(event.fact, Failed)]
    assert Counter(fact.node for fact in failed) == FAILURES
    assert all(fact.final is (i == FAILURES[fact.node]) for fact, i in numbered(failed))
    check_waits(events)
    for event in events:
        assert event.cause is None or event.cause < event.seq
    assert {e.fact.kind for e in events if e.cause is None} <= {"registered", "resumed"}


def numbered(failed: list[Failed]) -> list[tuple[Failed, int]]:
    seen: Counter[str] = Counter()
    found: list[tuple[Failed, int]] = []
    for fact in failed:
        seen[fact.node] += 1
        found.append((fact, seen[fact.node]))
    return found


def check_waits(events: list[Event]) -> None:
    """No trial began before its time, each moment came once, and was told before it was used."""
    waiting: dict[str, float] = {}
    for event in events:
        match event.fact:
            case Failed(node=node, again_at=at) if at is not None:
                waiting[node] = at
            case Due(node=node, what="retry"):
                assert event.time >= waiting.pop(node)
            case Started(node=node):
                assert node not in waiting
            case _:
                pass
    assert waiting == {}


def test_undisturbed_it_waits_as_it_should(tmp_path: Path) -> None:
    clock = FakeClock()
    assert asyncio.run(begin(tmp_path, clock, MOST, after=False)) is False
    check(tmp_path)
    waits = {
        fact.node: fact.wait
        for event in journal(tmp_path)
        if isinstance(fact := event.fact, Failed) and not fact.final
    }
    assert waits["busy"] == 77
    assert 10 <= waits["flaky"] <= 20, "half of the second one is left to chance"
    assert (waits["slow"], waits["late"]) == (0, 500)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_at_any_commit_it_comes_to_the_same(tmp_path: Path, after: bool) -> None:
    number = 0
    for number in range(1, MOST):
        folder = tmp_path / str(number)
        folder.mkdir()
        clock = FakeClock()
        if not asyncio.run(begin(folder, clock, number, after=after)):
            break
        clock.time += 3.0  # somebody notices
        asyncio.run(go_on(folder, clock))
        check(folder)
    assert 10 < number < MOST - 1


def test_cut_off_again_and_again_it_comes_to_the_same(tmp_path: Path) -> None:
    """Each life comes one commit further than the last one."""

    async def life(number: int) -> bool:
        async with MortalStore(tmp_path / "runs.db", number, after=True) as store:
            orchestrator = await take_up(store, await store.run("last"), 3, "fresh", clock)
            try:
                await orchestrator.run(Theatre(acts))
            except StoreError:
                return True
            return False

    clock = FakeClock()
    assert asyncio.run(begin(tmp_path, clock, 1, after=True))
    lives = 2
    while asyncio.run(life(lives)):
        lives += 1
    assert 5 < lives < MOST
    check(tmp_path)


def test_a_clock_that_was_set_back_meanwhile_holds_nobody_up(tmp_path: Path) -> None:
    clock = FakeClock()
    assert asyncio.run(begin(tmp_path, clock, 8, after=True))
    clock.time -= 1e6
    state = asyncio.run(go_on(tmp_path, clock))
    assert state.status == "done"
    assert clock.time < 1_000 - 1e6 + 2_000, "no wait was longer than it was meant to be"
