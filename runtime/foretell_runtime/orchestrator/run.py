"""Runs one run: gathers what happens, lets the machine decide, commits, and then acts.

All happenings that are there are decided one by one and committed together, in one transaction;
only then the instructions are carried out. So whatever a process was started for, or was told, is
in the journal, and however this process ends, the run can be taken up from there. It is woken by
what happens, and by one alarm for the next moment that the machine waits for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, assert_never

from foretell.document.model import Graph
from foretell.errors import StoreError
from foretell.graph.collecting import collector_paused
from foretell.graph.model import Json, growth_scope
from foretell.protocol.messages import Start
from foretell.values.ground import Ground, unpin
from foretell_runtime.cache.protocol import Cache
from foretell_runtime.executors.protocol import Executor
from foretell_runtime.machine import State, decide, register, replay
from foretell_runtime.machine.events import (
    Again,
    CancelNode,
    Cut,
    Decision,
    Denied,
    Fact,
    Give,
    GiveBack,
    Granted,
    Happening,
    Instruction,
    Kill,
    Launch,
    Listen,
    Lost,
    Move,
    News,
    Rang,
    Recall,
    Remember,
    Reserve,
    Slots,
    TakenUp,
    Tell,
)
from foretell_runtime.machine.trying import objection, tried
from foretell_runtime.orchestrator.clock import Alarm, Clock, SteadyClock
from foretell_runtime.orchestrator.inbox import Inbox, Ticker
from foretell_runtime.orchestrator.journal import Journal
from foretell_runtime.orchestrator.logbook import Logbook
from foretell_runtime.orchestrator.mail import Mail
from foretell_runtime.orchestrator.remembering import Memory
from foretell_runtime.orchestrator.trials import Trial
from foretell_runtime.store.protocol import Claim, Event, LogLine, Post, Rest, RunRecord, Store


class Watcher(Protocol):
    """Somebody who looks on. What it raises ends its looking on, and nothing else."""

    def fact(self, fact: Fact, state: State) -> None:
        """`fact` was committed; `state` includes it, and what was committed together with it."""
        ...

    def log(self, line: LogLine) -> None:
        """A trial wrote this."""
        ...


async def create(
    store: Store,
    graph: Graph,
    inputs: Mapping[str, Json],
    base: str,
    jobs: int,
    start: str,
    clock: Clock | None = None,
    ground: Ground | None = None,
    cache: Cache | None = None,
) -> Orchestrator:
    """Register a run, whose large values are kept on `ground`. Raises `LawBroken` or `PromiseBroken`,
    and then nothing was kept."""
    clock = clock or SteadyClock()
    journal = Journal(0, clock.now)
    where = ground.where if ground else ""
    state, decision, events = _register(
        journal, graph, inputs, base, jobs, clock, where, cached=cache is not None
    )
    claim = await store.create(graph.name, base, jobs, start, events)
    return Orchestrator(state, store, claim, journal, clock, (events, decision), ground, cache)


def registered(
    graph: Graph,
    inputs: Mapping[str, Json],
    base: str,
    clock: Clock | None = None,
    values: str = "",
) -> list[Event]:
    """The events of a run that is registered, and not begun."""
    clock = clock or SteadyClock()
    return _register(Journal(0, clock.now), graph, inputs, base, 0, clock, values)[2]


def _register(
    journal: Journal,
    graph: Graph,
    inputs: Mapping[str, Json],
    base: str,
    jobs: int,
    clock: Clock,
    values: str,
    *,
    cached: bool = False,
) -> tuple[State, Decision, list[Event]]:
    with collector_paused():
        state, decision = register(graph, inputs, base, jobs, clock.now(), values, cached=cached)
        return state, decision, journal.write(decision.facts, None)


async def take_up(
    store: Store,
    run: RunRecord,
    jobs: int,
    start: str,
    clock: Clock | None = None,
    ground: Ground | None = None,
    cache: Cache | None = None,
    *,
    idle: bool = False,
) -> Orchestrator:
    """Go on with a run that nobody runs; `idle`: only with what waits in its inbox, starting
    nothing. Raises `RunBusy` if somebody runs it."""
    claim = await store.claim(run, jobs, start, begins=not idle)
    return await go_on(store, claim, jobs, clock, ground, cache, idle=idle)


async def go_on(
    store: Store,
    claim: Claim,
    jobs: int,
    clock: Clock | None = None,
    ground: Ground | None = None,
    cache: Cache | None = None,
    *,
    idle: bool = False,
) -> Orchestrator:
    """Go on with a run that was claimed. It is given up again if that goes wrong."""
    try:
        with collector_paused():
            events = await store.events(claim.run)
            state = replay(event.fact for event in events)
    except BaseException as error:
        await store.release(claim, fault=f"{type(error).__name__}: {error}")
        raise
    clock = clock or SteadyClock()
    journal = Journal(state.seq, clock.now)
    if cache is not None:
        state.use_cache()
    orchestrator = Orchestrator(state, store, claim, journal, clock, ground=ground, cache=cache)
    if state.status == "running":
        orchestrator.post(TakenUp())
    if idle:
        orchestrator.drain()
    else:
        orchestrator.post(Slots(jobs))
    return orchestrator


Stays: TypeAlias = Literal["never", "for moments", "for answers"]
"""For what a run stays that has nothing else to do: for moments that come by the clock, or also for
answers from outside."""

LOOK_AGAIN_S = 2.0
"""After so long a place in a pool is asked for again, whether there is news or not."""

NEAR_S = 1.0
"""For a moment that is so near every run stays: leaving it and taking it up again costs as much."""


class Orchestrator:
    """The owner of one run, from `create` or `take_up` until `run` returns. `hands_over`: if it is
    left, workers may go on with it."""

    def __init__(
        self,
        state: State,
        store: Store,
        claim: Claim,
        journal: Journal,
        clock: Clock,
        begun: tuple[Sequence[Event], Decision] = ((), Decision()),
        ground: Ground | None = None,
        cache: Cache | None = None,
    ) -> None:
        self.state = state
        self.claim = claim
        self._ground = ground and replace(
            ground, where=state.values, pins=str(claim.run.key), run=claim.run.id
        )
        self.committed = Ticker()
        self.hands_over = False
        self._store = store
        self._journal = journal
        self._begun = begun
        self._inbox = Inbox()
        self._clock = clock
        self._alarm = Alarm(clock, self._ring)
        self._logbook = Logbook(clock.now, self._inbox.wake)
        self._trials: dict[tuple[str, int], Trial] = {}
        self._entries: dict[str, str] = {}
        self._watchers: list[Watcher] = []
        self._mail = Mail(store, claim, self._inbox.wake)
        self._stays: Stays = "for moments"
        self._left = False
        self._stopping = ""
        self._draining = False
        self._memory: Memory | None = None
        if cache is not None and self._ground is not None:
            self._memory = Memory(cache, self._ground, clock, self._note)

    @property
    def trials(self) -> int:
        """How many processes there are."""
        return len(self._trials)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def post(self, happening: Happening) -> asyncio.Event:
        return self._inbox.post(happening)

    def drain(self) -> None:
        """Start nothing more; `run` returns when the running trials have ended."""
        self._draining = True
        self.post(Slots(0))

    def stop(self, why: str) -> None:
        """Drain, and end the running trials too. They will not have counted."""
        self._stopping = why
        self.drain()
        for trial in self._trials.values():
            trial.stop(why, Cut)

    async def run(self, executor: Executor, stays: Stays = "for moments") -> None:
        """Run until the run has ended, or is drained, or is left because it only waits for what it
        does not stay for. Raises `StoreError` if the journal cannot be written: then the processes
        are stopped, and the run can be resumed."""
        self._stays = stays
        fault = ""
        try:
            await self._run(executor)
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._mail.close()
            try:
                await executor.close()
            finally:
                if self._ground is not None:  # all that was pinned is mentioned by now, or never is
                    unpin(Path(self._ground.home), self._ground.pins)
                with suppress(StoreError):  # the claim ends with the process anyway
                    await self._store.release(self.claim, self._rest(), fault)

    async def _run(self, executor: Executor) -> None:
        fault: Exception | None = None
        try:
            async with asyncio.TaskGroup() as group:
                try:
                    await self._work(executor, group)
                except Exception as error:  # noqa: BLE001 - raised below, outside of the group
                    fault = error
                    for trial in self._trials.values():
                        trial.stop("its orchestrator has failed")
                finally:
                    self._alarm.set(None)
        except ExceptionGroup as several:
            raise _first(several) from None
        if fault is not None:
            raise fault
        if self.state.status == "running" and not (self._draining or self.is_left):
            raise RuntimeError("nothing runs and nothing waits, but the run has not ended")

    async def _work(self, executor: Executor, group: asyncio.TaskGroup) -> None:
        events, decision = self._begun
        self._tell_watchers(events, ())
        await self._act(decision.instructions, executor, group)
        self._mail.open()
        while await self._goes_on():
            happenings, kept = await self._inbox.take()
            posts = await self._mail.take()
            if self._mail.was_rung and self.state.ready.is_denied:
                happenings = [*happenings, News()]
            await self._turn(happenings, posts, executor, group)
            kept.set()
        await self._commit([], self._logbook.take())

    async def _goes_on(self) -> bool:
        """Whether there is anything to be waited for. Sets the alarm for what comes by the clock."""
        if not self._inbox.is_empty:  # what is in it may change what is due
            return True
        moment = self.state.next_moment
        self._alarm.set(moment)
        if self._trials or (self.state.lookups and self.state.lookups.pending):
            return True
        if self._draining:
            return False
        if self.state.waits_outside:
            return self._stays == "for answers" or await self._stays_on()
        if moment is None:
            return False
        # A place in a pool is asked for again by who is there, and not by whoever takes the run up.
        near_s = 2 * LOOK_AGAIN_S if moment == self.state.opens_at else NEAR_S
        is_near = moment - self._clock.now() < near_s
        return self._stays != "never" or is_near or await self._stays_on()

    async def _stays_on(self) -> bool:
        """Whether to stay after all. Who answers, or lets the run go on, while it is being left finds
        nobody, unless they are found here."""
        self._mail.close()
        if await self._mail.is_empty() and self._inbox.is_empty:
            self._left = True
            return False
        self._mail.open()
        return True

    @property
    def is_left(self) -> bool:
        """Whether it only waits, for somebody outside or for a moment, and nobody stays for that."""
        return self.state.waits_outside or (self._left and self.state.status == "running")

    def _rest(self) -> Rest | None:
        return Rest(self.state.next_moment, self.hands_over) if self.is_left else None

    def _ring(self) -> None:
        self.post(Rang())

    async def _turn(
        self,
        happenings: Iterable[Happening],
        posts: Sequence[Post],
        executor: Executor,
        group: asyncio.TaskGroup,
    ) -> None:
        events: list[Event] = []
        instructions: list[Instruction] = []
        moves: list[Move] = []
        for happening in (*happenings, *(post.what for post in posts)):
            if isinstance(happening, Rang):
                self._alarm.heard()
            elif isinstance(happening, CancelNode):
                happening = await self._tried(happening, events)
            decision = decide(self.state, happening, self._clock.now())
            events += self._journal.write(decision.facts, happening)
            instructions += decision.instructions
            moves += decision.moves
        await self._commit(events, self._logbook.take(), posts, moves)
        await self._act(instructions, executor, group)

    async def _tried(self, order: CancelNode, pending: Sequence[Event]) -> CancelNode:
        """`order`, with what there is to be said against it now."""
        events = [*await self._store.events(self.claim.run), *pending]
        with collector_paused():
            facts = tried(replay(event.fact for event in events), order)
        return replace(order, objection=objection(facts, order))

    async def _commit(
        self,
        events: Sequence[Event],
        logs: Sequence[LogLine],
        posts: Sequence[Post] = (),
        moves: Sequence[Move] = (),
    ) -> None:
        if events or logs or posts:
            await self._store.append(self.claim, events, logs, posts, moves)
            self._tell_watchers(events, logs)

    def _note(self, node: str, text: str) -> None:
        self._logbook.add(node, 0, "note", text)

    # --- instructions ------------------------------------------------------------------------

    async def _act(
        self, instructions: Iterable[Instruction], executor: Executor, group: asyncio.TaskGroup
    ) -> None:
        for instruction in instructions:
            match instruction:
                case Launch():
                    self._launch(instruction, executor, group)
                case Tell(node, number, reply) | Give(node, number, reply):
                    if trial := self._trials.get((node, number)):
                        await trial.tell(reply)
                case Listen(node, number, on):
                    if trial := self._trials.get((node, number)):
                        trial.listen(on=on)
                case Kill(node, number, why, tell):
                    if trial := self._trials.get((node, number)):
                        trial.stop(why, Lost if tell else None)
                    elif tell:  # it has just ended by itself
                        self.post(Lost(node, number, why))
                case Recall():
                    assert self._memory is not None
                    group.create_task(self._memory.recall(instruction, self.post))
                case Remember():
                    if self._memory is not None:
                        group.create_task(self._memory.remember(instruction))
                case Again(order):
                    self.post(order)
                case Reserve():
                    await self._reserve(instruction)
                case GiveBack(place):
                    await self._store.give_back(self.claim, place)
                case _:
                    assert_never(instruction)

    async def _reserve(self, wish: Reserve) -> None:
        place, wait_s = await self._store.reserve(self.claim, wish.limits, wish.priority)
        if place is not None:
            self.post(Granted(wish.node, place))
            return
        # Who dies rings no bell: where only ends help, one looks again now and then.
        wait_s = LOOK_AGAIN_S if wait_s is None else wait_s
        self.post(Denied(wish.node, self._clock.now() + wait_s))

    def _launch(self, launch: Launch, executor: Executor, group: asyncio.TaskGroup) -> None:
        page = self._logbook.page(launch.node, launch.trial)
        trial = Trial(self._start_of(launch), executor, page, self.post, self._over)
        self._trials[trial.key] = trial
        trial.run_in(group)
        if self._stopping:  # it was decided before, and only now committed
            trial.stop(self._stopping, Cut)

    def _over(self, trial: Trial) -> None:
        del self._trials[trial.key]
        self._inbox.wake()

    def _start_of(self, launch: Launch) -> Start:
        spec = self.state.tasks[launch.task]
        return Start(
            run=self.claim.run.id,
            node=launch.node,
            trial=launch.trial,
            task=launch.task,
            entry=spec.entry,
            base=self.state.base,
            inputs=launch.inputs,
            grows=spec.grows,
            tasks=self._known_tasks(),
            iteration=launch.iteration,
            back_to=launch.back_to,
            streams=launch.streams,
            retry_on=launch.retry_on,
            scope=growth_scope(launch.node),
            values=self._ground,
        )

    def _known_tasks(self) -> Mapping[str, str]:
        """The entry points of all tasks, by name: to grow nodes of them, or to promise about them.
        They only become more."""
        tasks = self.state.tasks
        if len(self._entries) != len(tasks):
            self._entries = {name: spec.entry for name, spec in tasks.items()}
        return self._entries

    # --- watchers ----------------------------------------------------------------------------

    def _tell_watchers(self, events: Iterable[Event], logs: Iterable[LogLine]) -> None:
        self.committed.tick()
        for watcher in tuple(self._watchers):
            try:
                for event in events:
                    watcher.fact(event.fact, self.state)
                for line in logs:
                    watcher.log(line)
            except Exception:
                logging.getLogger("foretell").exception("a watcher of the run has failed")
                self._watchers.remove(watcher)


def _first(error: Exception) -> Exception:
    """Of several that came at once, the first: what a person can be told of."""
    return _first(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error
