"""Running workflows from Python.

    run(sum_of_squares, seed=5)                                  the result
    Runtime(jobs=4, start="forked").run(sum_of_squares, seed=5)  the same, with settings
    run = await Runtime().start(sum_of_squares, seed=5)          while it runs: events, horizon
    fuzz(sum_of_squares).ok                                      whether its drawings are true

The asynchronous face is the real one; what is not `async` is thin around it, and lets Ctrl-C
drain the run.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import (
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from foretell.author.ports import Wires, to_json
from foretell.author.specialising import static_ports
from foretell.author.tasks import Workflow
from foretell.document.model import Graph
from foretell.errors import RunBusy, UserError
from foretell.graph.model import Json
from foretell.values.ground import shared
from foretell_runtime import orders, signals
from foretell_runtime.cache.protocol import Cache
from foretell_runtime.caching import WhichCache, cache_of
from foretell_runtime.calls import inputs_of, output_of, reader_of, require_workflow
from foretell_runtime.cancelling import cancel
from foretell_runtime.changed import changed_tasks, kept_words
from foretell_runtime.containers import Containers
from foretell_runtime.executors.discreet import Discreet, Vault
from foretell_runtime.executors.engines import Engine
from foretell_runtime.executors.pinning import Pinning
from foretell_runtime.executors.programs import Programs
from foretell_runtime.executors.protocol import Executor
from foretell_runtime.handle import Run
from foretell_runtime.inputs import checked_inputs
from foretell_runtime.leftovers import end_leftovers, mark_of
from foretell_runtime.machine import State, replay
from foretell_runtime.machine.events import CancelNode, TooLate
from foretell_runtime.orchestrator import Orchestrator, Stays, Watcher, create, go_on, take_up
from foretell_runtime.outcome import Ends, Outcome
from foretell_runtime.questions import Question, answer, read
from foretell_runtime.queueing import Submission, submit, too_late
from foretell_runtime.restarting import restart
from foretell_runtime.settings import DEFAULT_STORE, STORE_VARIABLE, WAYS, How
from foretell_runtime.store.protocol import (
    OPEN,
    Claim,
    RunRecord,
    Submitted,
)
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.values import ground_at, ground_of, kept_inputs, outlined

if TYPE_CHECKING:
    from foretell_runtime.fuzzing.report import Report

P = ParamSpec("P")
R = TypeVar("R")


def run(workflow: Workflow[P, R], /, *args: P.args, **inputs: P.kwargs) -> R:
    """The result of `workflow`, run on the default store."""
    return Runtime().run(workflow, *args, **inputs)


def fuzz(
    workflow: Workflow[..., Any],
    /,
    *,
    runs: int = 100,
    seed: int = 0,
    steps: int = 40,
    inputs: Mapping[str, Json] | None = None,
) -> Report:
    """Plays random legal futures of `workflow`, without running its tasks, and checks that each
    lies inside every drawing made on the way: `assert fuzz(flow).ok`.

    After `steps` steps a run grows no more than it must. `inputs` may be left out: no task reads
    them. The same seed plays the same runs.
    """
    from foretell_runtime.fuzzing.campaign import fuzz_graph

    given = dict(inputs or {})
    static = {name: given.pop(name) for name in static_ports(workflow) if name in given}
    graph = workflow.compile(**static)
    return fuzz_graph(graph, runs=runs, seed=seed, steps=steps, inputs=given)


class Runtime:
    """Where and how to run.

    `store` is a file, by default what FORETELL_STORE says, else `.foretell/foretell.db`. `jobs` is
    how many tasks may run at a time (1), `start` how their processes are made (`fresh`); a resumed
    run keeps its own unless they are given. Values of more than `inline` bytes as JSON are kept as files
    at `values`, a folder or an address that fsspec reaches; by default what FORETELL_INLINE and
    FORETELL_VALUES say, else 100,000 bytes and beside the store. `cache` is where results of tasks are
    that say so, by default what FORETELL_CACHE says, else beside the store; False: nowhere. `secrets` are values by name; what is
    not in it is taken from the environment. `engine` is how the container engine is called (`podman`,
    `docker`, also with options of its own), `engine_flags` are further ones for each container; see
    `docs/programs.md`. `wait`: a run that goes on only once somebody outside has answered stays
    until they have; otherwise it is left, and can be resumed. `leave`: one that waits only for a moment
    is left too, and workers go on with it. `on_begin` is told each run once it is registered or
    taken up, `on_drain` once Ctrl-C was pressed, and `watchers` see all that happens.
    """

    def __init__(
        self,
        store: str | Path | None = None,
        jobs: int | None = None,
        start: How | None = None,
        *,
        values: str | Path | None = None,
        inline: int | None = None,
        cache: WhichCache = None,
        secrets: Mapping[str, str] | None = None,
        engine: str | None = None,
        engine_flags: str | None = None,
        wait: bool = False,
        leave: bool = False,
        watchers: Iterable[Watcher] = (),
        on_begin: Callable[[Run], object] | None = None,
        on_drain: Callable[[Run], None] | None = None,
    ) -> None:
        if jobs is not None and jobs < 1:
            raise UserError(f"jobs={jobs}: at least one task must be allowed to run")
        if start is not None and start not in WAYS:
            raise UserError(f"start={start!r}: it must be one of {', '.join(WAYS)}")
        self.store = Path(store or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)
        self._jobs = jobs
        self._start = start
        self._values = values
        self._inline = inline
        self._cache = cache
        self._vault = Vault(secrets)
        self._containers = Containers(engine, engine_flags)
        if wait and leave:
            raise UserError(
                "to stay (wait) and to leave (leave) when nothing is left to do contradict each other"
            )
        self._stays: Stays = "for answers" if wait else "never" if leave else "for moments"
        self._watchers = tuple(watchers)
        self._on_begin = on_begin
        self._on_drain = on_drain

    # --- asynchronous ------------------------------------------------------------------------

    async def start(self, workflow: Workflow[P, R], /, *args: P.args, **inputs: P.kwargs) -> Run:
        """Register and begin; the run goes on while the caller does something else."""
        from foretell.author.entry import base_of

        require_workflow(workflow)
        static, given = inputs_of(workflow, args, inputs)
        begun = await self.start_graph(workflow.compile(**static), given, base_of(workflow))
        begun.reads = reader_of(workflow)
        return begun

    async def start_graph(self, graph: Graph, inputs: Mapping[str, Json], base: Path) -> Run:
        """`start` for a compiled graph; `base` is the folder its entry points are relative to."""
        complete = {**checked_inputs(graph, outlined(inputs)), **inputs}
        self._vault.open_all(graph.nodes)
        graph = await self._containers.prepared(graph)
        home, jobs, start = str(base.resolve()), self._jobs or 1, self._start or "fresh"
        ground = ground_of(self.store, self._values, self._inline)

        async def make(store: SqliteStore) -> Orchestrator:
            with shared(Path(ground.home)):  # until they are mentioned
                kept = kept_inputs(ground, complete)
                return await create(
                    store, graph, kept, home, jobs, start, ground=ground, cache=self._which_cache
                )

        return await self._begin(make, taken_up=False)

    async def take_up(self, name: str) -> Run:
        """Go on with an interrupted run. One that has ended stays as it is."""

        async def make(store: SqliteStore) -> Orchestrator:
            record = await store.run(name)
            jobs, start = self._jobs or record.jobs or 1, self._start or record.start
            ground = ground_of(self.store, "", self._inline)
            cache = self._which_cache
            return await take_up(store, record, jobs, start, ground=ground, cache=cache)

        ended = await self._ended(name)
        return ended or await self._begin(make, taken_up=True)

    @property
    def _which_cache(self) -> Cache | None:
        return cache_of(self.store, self._cache)

    async def submit(
        self,
        workflow: Workflow[P, R],
        submission: Submission | None = None,
        /,
        *args: P.args,
        **inputs: P.kwargs,
    ) -> Submitted:
        """Register a run that a worker will run: see `foretell_runtime.queueing`."""
        from foretell.author.entry import base_of

        require_workflow(workflow)
        static, given = inputs_of(workflow, args, inputs)
        graph, base = workflow.compile(**static), base_of(workflow)
        return await self.submit_graph(graph, given, base, submission)

    async def submit_graph(
        self,
        graph: Graph,
        inputs: Mapping[str, Json],
        base: Path,
        submission: Submission | None = None,
    ) -> Submitted:
        """`submit` for a compiled graph."""
        _refuse_while_importing()
        complete = {**checked_inputs(graph, outlined(inputs)), **inputs}
        home = str(base.resolve())
        how = submission or Submission()
        graph = await self._containers.prepared(graph)
        ground = ground_of(self.store, self._values, self._inline)
        async with SqliteStore(self.store) as store:
            jobs, start = self._jobs or 0, self._start or "fresh"
            with shared(Path(ground.home)):  # until they are mentioned
                kept = kept_inputs(ground, complete)
                return await submit(store, graph, kept, home, jobs, start, how, ground.where)

    async def go_on(self, claim: Claim) -> Run:
        """Run what a worker has claimed. What too late a worker was found for, fails."""

        async def make(store: SqliteStore) -> Orchestrator:
            why = too_late(claim.run, time.time())
            jobs = 0 if why else self._jobs or claim.run.jobs or 1
            ground = ground_of(self.store, "", self._inline)
            orchestrator = await go_on(store, claim, jobs, None, ground, self._which_cache)
            if why:
                orchestrator.post(TooLate(why))
            return orchestrator

        return await self._begin(make, taken_up=True, compares=False)

    async def questions(self, name: str) -> tuple[Question, ...]:
        """What a run wants to know from outside."""
        async with SqliteStore(self.store, reading=True) as store:
            return (await read(store, name))[2]

    async def answer(self, name: str, node: str | None, value: object, by: str = "") -> bool:
        """Gives a run what it wants to know: see `foretell_runtime.questions.answer`. A run that
        nobody runs uses it once it is taken up."""
        async with SqliteStore(self.store) as store:
            given = to_json(value, Wires(), "")
            ground = partial(ground_at, self.store, inline=self._inline)
            return await answer(store, name, node, given, by, ground)

    async def restart(self, name: str, *nodes: str, by: str = "") -> bool:
        """Has nodes of a run done again, and all that comes after them; none named: what failed or
        was stopped. A run that nobody runs goes on with that once it is taken up, also if it was
        over. Raises `CannotRestart`. See `foretell_runtime.restarting`."""
        async with SqliteStore(self.store) as store:
            return await restart(store, name, nodes, by)

    async def cancel(self, name: str, by: str = "", why: str = "") -> bool:
        """Ends a run before its end, whoever runs it, or nobody. Returns whether somebody does: they
        were told, and stop what is running."""
        return await self._order(
            name, lambda store, run: orders.give(store, run, orders.Cancel(by, why))
        )

    async def cancel_nodes(
        self, name: str, *nodes: str, by: str = "", why: str = "", force: bool = False
    ) -> bool:
        """Ends these nodes of a run without their being done, and with them what waits for one of them
        to be. Returns whether somebody runs it. Raises `CannotCancel`, also where a promise could
        not be kept then, unless by `force`. See `foretell_runtime.cancelling`."""
        return await self.order_nodes(name, [CancelNode(node, by, why, force) for node in nodes])

    async def skip(
        self,
        name: str,
        node: str,
        value: object,
        by: str = "",
        why: str = "",
        *,
        force: bool = False,
    ) -> bool:
        """Ends a node of a run well, with `value` as its output; as `cancel_nodes`."""
        order = CancelNode(node, by, why, force, skip=True, value=output_of(node, value))
        return await self.order_nodes(name, [order])

    async def order_nodes(self, name: str, wanted: Sequence[CancelNode]) -> bool:
        """`cancel_nodes` and `skip`, as orders."""
        return await self._order(name, lambda store, run: cancel(store, run.id, wanted))

    async def pause(self, name: str, by: str = "", why: str = "") -> bool:
        """Has a run start nothing more, until `unpause`; what runs may end. Returns whether somebody
        runs it."""
        return await self._order(
            name, lambda store, run: orders.give(store, run, orders.Pause(by, why))
        )

    async def unpause(self, name: str, by: str = "") -> bool:
        """Lets a paused run go on. Returns whether somebody runs it; else it is to be taken up."""
        return await self._order(
            name, lambda store, run: orders.give(store, run, orders.Unpause(by))
        )

    async def _order(
        self, name: str, give: Callable[[SqliteStore, RunRecord], Awaitable[bool]]
    ) -> bool:
        """Whether somebody runs the run, and was told; else it is in the journal already."""
        async with SqliteStore(self.store) as store:
            record = await store.run(name)
            if await give(store, record):
                return True

        async def make(store: SqliteStore) -> Orchestrator:
            return await take_up(store, record, record.jobs, record.start, idle=True)

        try:
            begun = await self._begin(make, taken_up=True, compares=False)
        except RunBusy:  # it has just been taken up by somebody, who looks into the inbox
            return True
        await begun.outcome()
        return False

    async def _begin(
        self,
        make: Callable[[SqliteStore], Awaitable[Orchestrator]],
        *,
        taken_up: bool,
        compares: bool = True,
    ) -> Run:
        _refuse_while_importing()
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(SqliteStore(self.store))
            orchestrator = await make(store)
            record = orchestrator.claim.run
            mark = mark_of(record)
            if taken_up:
                end_leftovers(mark)  # first, as some of these make containers, or end them
                await self._containers.end_leftovers(orchestrator.state.tasks, mark)
            begun = Run(record, self.store, orchestrator.state, orchestrator)
            if taken_up:
                begun.begun_after = orchestrator.state.seq
            if taken_up and compares:
                begun.changed = changed_tasks(orchestrator.state.tasks, record.base)
                begun.notes = [
                    *kept_words(orchestrator.state.tasks, begun.changed),
                    *await self._containers.moved(orchestrator.state.tasks),
                ]
            orchestrator.hands_over = self._stays == "never"
            for watcher in self._watchers:
                orchestrator.watch(watcher)
            executor = self._executor(record.start, mark, orchestrator.state)
            begun.go(executor, stack.pop_all(), self._stays)
        if self._on_begin:
            self._on_begin(begun)
        return begun

    def _executor(self, start: str, mark: str, state: State) -> Executor:
        def engine() -> Engine:
            return self._containers.engine

        python = _python(start, mark)
        programs = Programs(python, lambda: state.tasks, mark=mark, engine=engine)
        return Discreet(Pinning(programs, self._containers.pin_change), self._vault)

    async def _ended(self, name: str) -> Run | None:
        """The run of that name, if it is over."""
        async with SqliteStore(self.store, reading=True) as store:
            record = await store.run(name)
            if record.status in OPEN or await store.posts(record):
                return None
            facts = [event.fact for event in await store.events(record)]
        ended = Run(record, self.store, replay(facts))
        ended.ends = Ends(facts)
        return ended

    # --- synchronous -------------------------------------------------------------------------

    def run(self, workflow: Workflow[P, R], /, *args: P.args, **inputs: P.kwargs) -> R:
        """The result of `workflow`. Raises `InputError`, `TaskError`, `PromiseBroken`, `RunWaiting`,
        `RunInterrupted` or `StoreError`."""

        async def whole() -> Any:
            begun = await self.start(workflow, *args, **inputs)
            await self._outcome(begun)
            return await begun.result()

        return cast("R", _to_end(whole()))

    def run_graph(self, graph: Graph, inputs: Mapping[str, Json], base: Path) -> Outcome:
        """How a compiled graph comes out."""

        async def whole() -> Outcome:
            return await self._outcome(await self.start_graph(graph, inputs, base))

        return _to_end(whole())

    def resume(self, name: str) -> Outcome:
        """How an interrupted run comes out after all, or how an ended one did."""

        async def whole() -> Outcome:
            return await self._outcome(await self.take_up(name))

        return _to_end(whole())

    async def _outcome(self, begun: Run) -> Outcome:
        def drain() -> None:
            begun.drain()
            if self._on_drain:
                self._on_drain(begun)

        with signals.caught(drain, lambda: begun.stop("interrupted")):
            return await begun.outcome()


def _refuse_while_importing() -> None:
    """Every process of a run imports the user's file: if that began a run, so would each of its
    processes, and theirs, without end."""
    from foretell.author.loading import being_loaded

    home = being_loaded()
    if home is not None:
        raise UserError(
            f"{home} starts a run while it is imported. Every process of a run imports it, and "
            f"would start another one. Put the call under: if __name__ == '__main__':"
        )


def _python(start: str, mark: str) -> Executor:
    if start == "forked":
        from foretell_runtime.executors.forked import Forked

        return Forked(mark=mark)
    from foretell_runtime.executors.fresh import Fresh

    return Fresh(mark=mark)


def _to_end(whole: Coroutine[Any, Any, R]) -> R:
    if not _in_event_loop():
        return asyncio.run(whole)
    whole.close()
    raise UserError(
        "this was called where an event loop is running already; there, write "
        "`run = await Runtime().start(workflow, ...)` and `await run.result()`"
    )


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
