"""An orchestrator with real machine and store on a stage: played children, and a clock that is
always as late as somebody wants to be woken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from foretell.document.model import Graph, TaskSpec
from foretell.errors import StoreError
from foretell.promises.shapes import NOTHING
from foretell.protocol.messages import Fail, Finish, FromTask, Ready, Start, ToTask
from foretell_runtime.executors.protocol import Gone, OnLog
from foretell_runtime.machine import State
from foretell_runtime.machine.events import Move
from foretell_runtime.orchestrator import Orchestrator, create
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post
from foretell_runtime.store.sqlite import SqliteStore

Play = Callable[[Start, OnLog], Sequence[FromTask]]
"""What a task says, all at once."""


class Actor:
    """A child that says its lines and is gone; without a last word it waits to be killed."""

    pid = 0

    def __init__(self, lines: Sequence[FromTask]) -> None:
        self._lines = lines
        self._killed = asyncio.Event()
        self.heard: list[ToTask] = []

    async def send(self, message: ToTask) -> None:
        self.heard.append(message)

    async def messages(self) -> AsyncIterator[FromTask | Gone]:
        yield Ready()
        for line in self._lines:
            yield line
        over = bool(self._lines) and isinstance(self._lines[-1], (Finish, Fail))
        if not over:
            await self._killed.wait()
        yield Gone("was stopped", over=over, stopped=not over)

    async def kill(self, why: str) -> None:
        self._killed.set()


class Theatre:
    """An executor whose children are played."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self.started: list[Start] = []
        self.actors: dict[str, Actor] = {}
        self.closed = False

    async def start(self, start: Start, on_log: OnLog) -> Actor:
        self.started.append(start)
        actor = self.actors[start.node] = Actor(self._play(start, on_log))
        return actor

    async def close(self) -> None:
        self.closed = True


class CountingStore(SqliteStore):
    """Counts transactions, and may be told to fail at one."""

    appends = 0
    fails_at: int | None = None

    async def append(
        self,
        claim: Claim,
        events: Sequence[Event],
        logs: Sequence[LogLine] = (),
        taken: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        self.appends += 1
        if self.appends == self.fails_at:
            raise StoreError("the disk is full")
        await super().append(claim, events, logs, taken, moves)


def finishes(start: Start, on_log: OnLog) -> Sequence[FromTask]:
    return [Finish(start.node)]


TASKS = {"t": TaskSpec("x.py:t", grows=NOTHING)}


class FakeClock:
    """It is always at once as late as somebody wants to be woken. `early`: the first of such calls
    come too early, and change nothing about the time."""

    def __init__(self, time: float = 1_000.0, early: int = 0) -> None:
        self.time = time
        self.woken: list[float] = []
        self._early = early

    def now(self) -> float:
        return self.time

    def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
        def wakes() -> None:
            self.woken.append(at)
            if self._early:
                self._early -= 1
            else:
                self.time = max(self.time, at)
            ring()

        return asyncio.get_running_loop().call_soon(wakes).cancel


def play(
    path: Path,
    graph: Graph,
    theatre: Theatre,
    jobs: int = 1,
    during: Callable[[Orchestrator], Awaitable[None] | None] = lambda _: None,
    fails_at: int | None = None,
    clock: FakeClock | None = None,
) -> tuple[State, CountingStore]:
    """Runs `graph`; `during` is called once it has begun."""

    async def main() -> tuple[State, CountingStore]:
        async with CountingStore(path / "runs.db") as store:
            store.fails_at = fails_at
            orchestrator = await create(store, graph, {}, "/base", jobs, "fresh", clock)
            running = asyncio.create_task(orchestrator.run(theatre))
            if waiting := during(orchestrator):
                await waiting
            await running
            return orchestrator.state, store

    return asyncio.run(main())


def journal(path: Path) -> list[Event]:
    async def main() -> list[Event]:
        async with SqliteStore(path / "runs.db", reading=True) as store:
            return await store.events(await store.run("last"))

    return asyncio.run(main())


def logs(path: Path) -> list[LogLine]:
    async def main() -> list[LogLine]:
        async with SqliteStore(path / "runs.db", reading=True) as store:
            return await store.logs(await store.run("last"))

    return asyncio.run(main())
