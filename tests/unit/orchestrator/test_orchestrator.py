"""The orchestrator with real machine and store, and children that are played."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import RunBusy, StoreError
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import Leaf, Many
from foretell.protocol.messages import (
    Finish,
    FromTask,
    Progress,
    Propose,
    Ready,
    Start,
    ToTask,
)
from foretell_runtime.executors.protocol import CannotStart, Gone, OnLog
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Changed, Fact, Move, Started
from foretell_runtime.orchestrator import Orchestrator, create, take_up
from foretell_runtime.orchestrator import logbook as logbooks
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.theatre import (
    TASKS,
    Actor,
    Theatre,
    finishes,
    journal,
    logs,
    play,
)


def chain(length: int) -> Graph:
    names = [f"n{i:04}" for i in range(length)]
    edges = tuple(Edge(a, b) for a, b in pairwise(names))
    return Graph("chain", tasks=TASKS, nodes=tuple(Node(n, "t") for n in names), edges=edges)


def fan(width: int) -> Graph:
    names = [f"n{i:04}" for i in range(width)]
    edges = tuple(Edge("first", name) for name in names)
    nodes = tuple(Node(name, "t") for name in ["first", *names])
    return Graph("fan", tasks=TASKS, nodes=nodes, edges=edges)


def test_a_chain_costs_one_transaction_a_step(tmp_path: Path) -> None:
    state, store = play(tmp_path, chain(50), Theatre(finishes))
    assert state.status == "done"
    assert store.appends == 50  # each finish with the start of the next; the first is registered


def test_a_fan_out_costs_far_fewer_transactions_than_nodes(tmp_path: Path) -> None:
    state, store = play(tmp_path, fan(400), Theatre(finishes), jobs=100)
    assert state.status == "done"
    assert store.appends < 40


class DawdlingStore(SqliteStore):
    """Gives everybody else a turn before it keeps anything; `kept` is what it has kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.kept: list[Fact] = []

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        await super().append(claim, events, logs, taken, moves)
        self.kept += [event.fact for event in events]


def test_nothing_is_started_or_answered_before_it_is_committed(tmp_path: Path) -> None:
    tasks = {"t": TASKS["t"], "g": TaskSpec("x.py:g", grows=Many(Leaf("t", "t")))}
    graph = Graph("grow", tasks=tasks, nodes=(Node("n", "t"), Node("p", "g")),
                  edges=(Edge("n", "p"),))  # fmt: skip
    change = Change((Node("p.t", "t"),))

    def grows(start: Start, on_log: OnLog) -> Sequence[FromTask]:
        last = Finish(start.node)
        return [Propose(1, change), last] if start.node == "p" else [last]

    async def main() -> None:
        async with DawdlingStore(tmp_path / "runs.db") as store:
            seen: list[tuple[str, bool]] = []

            class Answered(Actor):
                async def send(self, message: ToTask) -> None:
                    seen.append(("reply", Changed("p", 1, change) in store.kept))

            class Looking(Theatre):
                async def start(self, start: Start, on_log: OnLog) -> Actor:
                    begun = start.node == "n"  # kept with the registration
                    seen.append((start.node, begun or Started(start.node, 1) in store.kept))
                    return Answered(self._play(start, on_log))

            orchestrator = await create(store, graph, {}, "/base", 1, "fresh")
            await orchestrator.run(Looking(grows))
            assert seen == [("n", True), ("p", True), ("reply", True), ("p.t", True)]

    asyncio.run(main())


def test_what_a_start_says_is_what_the_graph_says(tmp_path: Path) -> None:
    grows = Many(Leaf("t", "more"))
    tasks = {**TASKS, "p": TaskSpec("p.py:p", grows=grows), "u": TaskSpec("u.py:u")}
    nodes = (Node("a", "p", inputs={"x": 1}), Node("b", "u"), Node("c", "t"))
    theatre = Theatre(finishes)
    play(tmp_path, Graph("g", tasks=tasks, nodes=nodes), theatre)
    a, b, c = theatre.started
    assert (a.task, a.entry, a.base, a.inputs, a.trial) == ("p", "p.py:p", "/base", {"x": 1}, 1)
    assert a.grows == grows
    # All tasks, for it may promise about any, also one that it may not grow.
    assert a.tasks == b.tasks == c.tasks == {"t": "x.py:t", "p": "p.py:p", "u": "u.py:u"}


def test_each_event_names_what_led_to_it(tmp_path: Path) -> None:
    play(tmp_path, chain(2), Theatre(finishes))
    assert [(e.seq, e.fact.kind, e.cause) for e in journal(tmp_path)] == [
        (1, "registered", None),
        (2, "started", 1),
        (3, "finished", 2),
        (4, "started", 3),
        (5, "finished", 4),
        (6, "ended", 5),
    ]


def test_a_trial_that_cannot_be_started_fails_and_the_run_says_so(tmp_path: Path) -> None:
    class Poor(Theatre):
        async def start(self, start: Start, on_log: OnLog) -> Actor:
            raise CannotStart("no more processes")

    state, _ = play(tmp_path, chain(2), Poor(finishes))
    assert state.status == "failed"
    assert "no more processes" in state.error


def test_a_watcher_that_fails_does_not_hurt_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Good:
        seen = 0

        def fact(self, fact: Fact, state: State) -> None:
            self.seen += 1

        def log(self, line: LogLine) -> None: ...

    class Bad(Good):
        def fact(self, fact: Fact, state: State) -> None:
            super().fact(fact, state)
            raise ValueError("no more ink")

    bad, good = Bad(), Good()

    def both(orchestrator: Orchestrator) -> None:
        orchestrator.watch(bad)
        orchestrator.watch(good)

    with caplog.at_level(logging.ERROR, "foretell"):
        state, _ = play(tmp_path, chain(3), Theatre(finishes), during=both)
    assert state.status == "done"
    assert (bad.seen, good.seen) == (1, state.seq)
    assert "no more ink" in caplog.text


def test_draining_lets_running_trials_finish_and_starts_nothing_more(tmp_path: Path) -> None:
    theatre = Theatre(finishes)
    state, _ = play(tmp_path, chain(5), theatre, during=lambda orchestrator: orchestrator.drain())
    assert state.status == "running"
    assert len(theatre.started) == 1
    assert journal(tmp_path)[-1].fact.kind == "finished"
    assert theatre.closed


def test_stopping_ends_trials_which_then_have_not_counted(tmp_path: Path) -> None:
    theatre = Theatre(lambda start, on_log: [Progress(1)])

    async def stop_when_heard(orchestrator: Orchestrator) -> None:
        while orchestrator.state.seq < 4:  # registered, two starts, a progress
            await orchestrator.committed.next.wait()
        orchestrator.stop("enough")
        orchestrator.stop("enough, I said")

    pair = Graph("pair", tasks=TASKS, nodes=(Node("a", "t"), Node("b", "t")))
    state, _ = play(tmp_path, pair, theatre, jobs=2, during=stop_when_heard)
    assert state.status == "running"
    last = [(e.fact.kind, getattr(e.fact, "why", "")) for e in journal(tmp_path)[-2:]]
    assert last == [("interrupted", "enough")] * 2
    assert theatre.closed


def test_a_run_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    play(tmp_path, chain(5), Theatre(finishes), during=lambda orchestrator: orchestrator.drain())

    async def again() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await take_up(store, await store.run("last"), 1, "fresh")
            with pytest.raises(RunBusy):
                await take_up(store, await store.run("last"), 1, "fresh")
            await orchestrator.run(theatre)
            return orchestrator.state

    theatre = Theatre(finishes)
    assert asyncio.run(again()).status == "done"
    assert [start.node for start in theatre.started] == ["n0001", "n0002", "n0003", "n0004"]
    facts = [event.fact.kind for event in journal(tmp_path)]
    assert facts.count("resumed") == 1
    assert facts.count("started") == 5


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_journal_that_cannot_be_written_stops_the_run_and_keeps_it_resumable(
    tmp_path: Path, number: int
) -> None:
    theatre = Theatre(finishes)
    with pytest.raises(StoreError, match="disk is full"):
        play(tmp_path, chain(5), theatre, fails_at=number)
    assert theatre.closed
    assert len(theatre.started) == number  # nothing was started that is not in the journal

    async def again() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await take_up(store, await store.run("last"), 1, "fresh")
            await orchestrator.run(Theatre(finishes))
            return orchestrator.state

    assert asyncio.run(again()).status == "done"


def test_a_broken_promise_stops_the_siblings(tmp_path: Path) -> None:
    from foretell.document.model import Change
    from foretell.protocol.messages import Propose

    def breaks(start: Start, on_log: OnLog) -> Sequence[FromTask]:
        if start.node != "bad":
            return []
        return [Propose(1, Change(nodes=(Node("bad.x", "t", scope="bad"),)))]

    nodes = (Node("idle", "t"), Node("bad", "t"))
    theatre = Theatre(breaks)
    state, _ = play(tmp_path, Graph("g", tasks=TASKS, nodes=nodes), theatre, jobs=2)
    assert state.status == "broken"
    assert theatre.closed
    assert [e.fact.kind for e in journal(tmp_path)][-3:] == ["broken", "cancelled", "ended"]


def test_a_trial_is_heard_no_faster_than_its_words_are_kept(tmp_path: Path) -> None:
    """A task that talks without end costs one message of memory, not all of them."""
    said = 0

    class Chatty(Actor):
        def __init__(self, kept: Callable[[], Awaitable[int]]) -> None:
            super().__init__([])
            self._kept = kept

        async def messages(self) -> AsyncIterator[FromTask | Gone]:
            nonlocal said
            yield Ready()
            for said in range(1, 200):
                assert await self._kept() == said - 1
                yield Progress(said)
            yield Finish()
            yield Gone("", over=True)

    class Stage(Theatre):
        def __init__(self, kept: Callable[[], Awaitable[int]]) -> None:
            super().__init__(finishes)
            self._kept = kept

        async def start(self, start: Start, on_log: OnLog) -> Actor:
            return Chatty(self._kept)

    async def main() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await create(store, chain(1), {}, "", 1, "fresh")
            record = orchestrator.claim.run

            async def kept() -> int:
                events = await store.events(record)
                return sum(event.fact.kind == "progress" for event in events)

            await orchestrator.run(Stage(kept))
            return orchestrator.state

    assert asyncio.run(main()).status == "done"
    assert said == 199


def test_logs_are_bounded_and_say_what_was_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logbooks, "MOST_LINES", 10)

    def prints(start: Start, on_log: OnLog) -> Sequence[FromTask]:
        for number in range(25):
            on_log("output", f"line {number}")
        return [Finish()]

    play(tmp_path, chain(2), Theatre(prints))
    lines = [line for line in logs(tmp_path) if line.node == "n0000"]
    assert [line.text for line in lines[:10]] == [f"line {n}" for n in range(10)]
    assert lines[10].stream == "note"
    assert lines[10].text.startswith("15 more lines were dropped")
    assert len(lines) == 11


def test_lines_of_a_trial_that_goes_on_are_kept_meanwhile(tmp_path: Path) -> None:
    async def seen_then_stop(orchestrator: Orchestrator) -> None:
        while not any(line.text == "hello" for line in seen.lines):
            await orchestrator.committed.next.wait()
        orchestrator.stop("seen")

    class Seen:
        def __init__(self) -> None:
            self.lines: list[LogLine] = []

        def fact(self, fact: Fact, state: State) -> None: ...

        def log(self, line: LogLine) -> None:
            self.lines.append(line)

    def prints(start: Start, on_log: OnLog) -> Sequence[FromTask]:
        on_log("output", "hello")
        return []

    seen = Seen()

    def during(orchestrator: Orchestrator) -> Awaitable[None]:
        orchestrator.watch(seen)
        return seen_then_stop(orchestrator)

    play(tmp_path, chain(1), Theatre(prints), during=during)
    assert [line.text for line in logs(tmp_path)] == ["hello"]
