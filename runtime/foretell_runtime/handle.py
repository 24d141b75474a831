"""A run in the hand of whoever began it, or took it up: its events, its horizon, its end, and orders to it."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from foretell.author.ports import Wires, to_json
from foretell.author.tasks import Task
from foretell.graph.model import Json
from foretell.values.ground import Ground
from foretell_runtime import orders
from foretell_runtime.calls import output_of
from foretell_runtime.cancelling import cancel
from foretell_runtime.executors.protocol import Executor
from foretell_runtime.foresight import Answer, Foresight
from foretell_runtime.listening import Listener, Subscription
from foretell_runtime.machine import Horizon, State
from foretell_runtime.machine.events import CancelNode, Fact
from foretell_runtime.orchestrator import Orchestrator, Stays
from foretell_runtime.outcome import Ends, Outcome, status_of
from foretell_runtime.questions import Question, answer, questions
from foretell_runtime.restarting import restart
from foretell_runtime.store.protocol import (
    Event,
    LogLine,
    RunRecord,
    RunStatus,
)
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.values import ground_at, loaded

MOST_AT_ONCE = 1000
"""Events that are read for somebody before the first of them was dealt with."""


class Run:
    """A run, going on or ended. `begun_after`: it was taken up here after event so and so. `changed` are tasks whose source is not what was registered, `notes`
    what else there is to tell of a run that was taken up."""

    def __init__(
        self,
        record: RunRecord,
        store: Path,
        state: State,
        orchestrator: Orchestrator | None = None,
    ) -> None:
        self.record = record
        self.changed: tuple[str, ...] = ()
        self.notes: Sequence[str] = ()
        self.reads: Callable[[Json], Any] = lambda output: output
        self.ends = Ends()
        self.begun_after = 0
        self._subscriptions: list[Subscription] = []
        self._store = store
        self._state = state
        self._orchestrator = orchestrator
        self._task: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def status(self) -> RunStatus:
        if not (self._is_over or self._state.paused):
            return self._state.status
        return status_of(self._state, is_left=self._is_left)

    @property
    def processes(self) -> int:
        """How many task processes there are right now."""
        return self._orchestrator.trials if self._orchestrator else 0

    @property
    def ground(self) -> Ground:
        """Where its large values are."""
        return ground_at(self._store, self._state.values, self.id)

    @property
    def tasks(self) -> Mapping[str, str]:
        """Which task each of its nodes is a use of."""
        return {live.id: live.node.task for live in self._state.judge.graph.nodes.values()}

    @property
    def foresight(self) -> Foresight:
        """What may still happen, to be asked about."""
        return Foresight(self._state)

    def horizon(self) -> Horizon:
        """Everything that may still happen."""
        return self.foresight.horizon

    def can(self, task: Task[..., Any] | str) -> Answer:
        """Whether nodes of `task` must, may or can never come from now on, and why."""
        return self.foresight.can(task)

    async def outcome(self) -> Outcome:
        """How it came out, once it has. Raises `StoreError` if it could not be kept."""
        if self._task is not None:
            # Shielded: who waits may be cancelled, the run is not theirs to end.
            await asyncio.shield(self._task)
        for subscription in self._subscriptions:
            await subscription.come_to_an_end()
        return self.ends.outcome(self.id, self._state, is_left=self._is_left)

    async def result(self) -> Any:
        """The typed result. Raises `TaskError`, `PromiseBroken`, `RunWaiting`, `RunInterrupted`."""
        output = (await self.outcome()).value()
        return self.reads(await loaded(self.ground, output))

    async def events(self, after: int = 0) -> AsyncIterator[Event]:
        """All events from behind event `after`, from the first unless said; ends with the run."""
        seen = after
        async with SqliteStore(self._store, reading=True) as store:
            while True:
                over = self._is_over
                more = self._orchestrator.committed.next if self._orchestrator else None
                found = await store.events(self.record, seen + MOST_AT_ONCE, seen)
                for event in found:
                    seen = event.seq
                    yield event
                if len(found) == MOST_AT_ONCE:
                    continue
                if over or more is None:
                    return
                await more.wait()

    def subscribe(self, listener: Listener, *kinds: type[Fact], after: int = 0) -> Subscription:
        """Tells `listener` of all events from behind event `after`, or of those whose facts are of these
        `kinds`, as they come. It may be slow, or raise: see `foretell_runtime.listening`."""
        subscription = Subscription(listener, kinds, after, self.events)
        self._subscriptions.append(subscription)
        return subscription

    def drain(self) -> None:
        """Start nothing more, and stop when the running tasks have ended. It can be resumed."""
        if self._orchestrator:
            self._orchestrator.drain()

    def stop(self, why: str = "stopped") -> None:
        """Stop now, running tasks too. It can be resumed."""
        if self._orchestrator:
            self._orchestrator.stop(why)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What it wants to know from outside."""
        return questions(self._state)

    async def answer(self, node: str | None, value: object, by: str = "") -> bool:
        """Gives it what it wants to know. Returns whether it is running, so that it goes on."""
        async with SqliteStore(self._store) as store:
            given, ground = to_json(value, Wires(), ""), partial(ground_at, self._store)
            return await answer(store, self.id, node, given, by, ground)

    async def pause(self, by: str = "", why: str = "") -> bool:
        """Start nothing more, until `unpause`. Once nothing runs, it is left: it can be resumed."""
        async with SqliteStore(self._store) as store:
            return await orders.give(store, self.record, orders.Pause(by, why))

    async def unpause(self, by: str = "") -> bool:
        """Go on after a pause. Returns whether it is running; if not, it is to be taken up."""
        async with SqliteStore(self._store) as store:
            return await orders.give(store, self.record, orders.Unpause(by))

    async def cancel(self, *nodes: str, by: str = "", why: str = "", force: bool = False) -> bool:
        """End these nodes of it without their being done; see `Runtime.cancel_nodes`. None named:
        end the run."""
        wanted = [CancelNode(node, by, why, force) for node in nodes]
        async with SqliteStore(self._store) as store:
            if not wanted:
                return await orders.give(store, self.record, orders.Cancel(by, why))
            return await cancel(store, self.id, wanted)

    async def skip(
        self, node: str, value: object, by: str = "", why: str = "", *, force: bool = False
    ) -> bool:
        """End a node of it well, with `value` as its output; see `Runtime.cancel_nodes`."""
        order = CancelNode(node, by, why, force, skip=True, value=output_of(node, value))
        async with SqliteStore(self._store) as store:
            return await cancel(store, self.id, [order])

    async def restart(self, *nodes: str, by: str = "") -> bool:
        """Has nodes of it done again, and all that comes after them; none named: what failed or was
        stopped. Returns whether it is running, so that it goes on; a run that is over is to be taken
        up."""
        async with SqliteStore(self._store) as store:
            return await restart(store, self.id, nodes, by)

    def go(self, executor: Executor, stack: AsyncExitStack, stays: Stays) -> None:
        """Begin to run, as a task of this event loop; `stack` is closed at the end."""
        orchestrator = self._orchestrator
        assert orchestrator is not None
        orchestrator.watch(self)
        self._task = asyncio.create_task(self._whole(orchestrator, executor, stack, stays))
        self._task.add_done_callback(lambda _: orchestrator.committed.tick())

    async def _whole(
        self, orchestrator: Orchestrator, executor: Executor, stack: AsyncExitStack, stays: Stays
    ) -> None:
        async with stack:
            await orchestrator.run(executor, stays)

    def fact(self, fact: Fact, state: State) -> None:
        self.ends.note(fact)

    def log(self, line: LogLine) -> None:
        """Logs are read from the store."""

    @property
    def _is_left(self) -> bool:
        return self._orchestrator is not None and self._orchestrator.is_left

    @property
    def _is_over(self) -> bool:
        return self._task is None or self._task.done()
