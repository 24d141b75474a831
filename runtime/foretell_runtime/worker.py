"""A worker: takes runs from the queue of a store and runs them, several at a time.

Nobody polls. Who submits a run, or leaves something for one that waits, rings the workers' bell; the
clock wakes a worker for the next moment that the queue waits for; and the kernel tells when another
worker has died, whose runs are then to be had. Only where there are no bells, or the other worker is
in a container of its own, a run is found by a look round once a minute.

Whatever becomes of a run, the worker goes on. Knows runs and the queue, nothing of nodes.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from foretell_runtime import signals
from foretell_runtime.api import Runtime
from foretell_runtime.handle import Run
from foretell_runtime.outcome import Outcome
from foretell_runtime.store.protocol import Claim, RunRecord, Store
from foretell_runtime.store.sqlite import SqliteStore

LONGEST_NAP_S = 60.0
"""A worker looks round at least so often, whatever it has heard."""

Until: TypeAlias = Literal["stopped", "drained", "once"]
"""When a worker has done enough: when it is stopped; when nothing in the queue can be run now; when it
has run one run, if there is one."""


class Onlooker(Protocol):
    """Is told what a worker does."""

    def taken(self, run: RunRecord) -> None: ...

    def over(self, run: RunRecord, outcome: Outcome) -> None:
        """It has ended, or was left, or given up so that somebody else may go on."""
        ...

    def failed(self, run: RunRecord, error: Exception) -> None:
        """It could not be run, by no fault of its tasks."""
        ...

    def dead(self, run: RunRecord) -> None:
        """Too many workers have died of it: it is taken by none any more."""
        ...

    def draining(self, runs: int) -> None: ...


class Worker:
    """Runs at most `runs` runs at a time, each by `runtime`."""

    def __init__(self, store: Path, runtime: Runtime, onlooker: Onlooker, runs: int = 1) -> None:
        self._path = store
        self._runtime = runtime
        self._onlooker = onlooker
        self._most = runs
        self._awake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Task[None]] = set()
        self._runs: set[Run] = set()
        self._begun = 0
        self._draining = False
        self._stopping = False

    def drain(self) -> None:
        """Take nothing more, let running tasks end, and leave the rest of their runs to others."""
        self._draining = True
        self._onlooker.draining(len(self._runs))
        for run in self._runs:
            run.drain()
        self._awake.set()

    def stop(self) -> None:
        """Drain, and stop running tasks too. They will not have counted."""
        self._stopping = True
        for run in self._runs:
            run.stop("its worker was stopped")

    async def work(self, until: Until = "stopped") -> None:
        """Work until there is enough done. Raises `StoreError` if the queue cannot be read."""
        async with SqliteStore(self._path) as store:
            bell = store.await_work(self._awake.set)
            others = Others(self._awake.set)
            try:
                with signals.caught(self.drain, self.stop):
                    await self._until_enough(store, others, until)
            finally:
                bell.close()
                others.close()
                await self._leave_all()

    async def _until_enough(self, store: Store, others: Others, until: Until) -> None:
        while True:
            self._awake.clear()
            idle = await self._take(store, until)
            if not self._tasks and (self._draining or (idle and until != "stopped")):
                return
            others.watch(await store.owners())
            await self._nap(store)

    async def _take(self, store: Store, until: Until) -> bool:
        """Begin what may be begun. Returns whether there is nothing more to begin."""
        while not self._draining and await self._take_one(store, late=True):
            pass
        while not self._draining and not (until == "once" and self._begun):
            if len(self._tasks) >= self._most:
                return False
            if not await self._take_one(store, late=False):
                break
        return True

    async def _take_one(self, store: Store, *, late: bool) -> bool:
        taken = await store.take_next(time.time(), late=late)
        for run in taken.dead:
            self._onlooker.dead(run)
        if taken.claim is None:
            return False
        self._begun += not late
        tasks = self._late if late else self._tasks
        task = asyncio.create_task(self._carry(store, taken.claim))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(lambda _: self._awake.set())
        return True

    async def _carry(self, store: Store, claim: Claim) -> None:
        """One run, from its claim until it is given up."""
        try:
            self._onlooker.taken(claim.run)
            run = await self._runtime.go_on(claim)
            self._runs.add(run)
            try:
                if self._draining:
                    run.drain()
                if self._stopping:
                    run.stop("its worker was stopped")
                self._onlooker.over(claim.run, await run.outcome())
            finally:
                self._runs.discard(run)
        except Exception as error:  # noqa: BLE001 - the worker goes on, whatever a run has done
            with suppress(Exception):  # it may be given up already, or the store be gone
                await store.release(claim, fault=f"{type(error).__name__}: {error}")
            self._onlooker.failed(claim.run, error)

    async def _nap(self, store: Store) -> None:
        moment = await store.next_moment(time.time())
        nap = LONGEST_NAP_S if moment is None else min(moment - time.time(), LONGEST_NAP_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), max(0.0, nap))

    async def _leave_all(self) -> None:
        """However it ends: what still runs is stopped, and given up."""
        self.stop()
        await asyncio.gather(*self._tasks, *self._late, return_exceptions=True)


class Others:
    """Other processes that have runs of the queue. `gone` is called when one of them has ended."""

    def __init__(self, gone: Callable[[], None]) -> None:
        self._gone = gone
        self._watched: dict[int, int] = {}
        self._unseen: set[int] = set()

    def watch(self, pids: set[int]) -> None:
        """Watch these from now on, and no others. What has changed before that is looked for once
        more."""
        pids = pids - {os.getpid()}
        for pid in self._watched.keys() - pids:
            self._forget(pid)
        self._unseen &= pids
        for pid in pids - self._watched.keys() - self._unseen:
            try:
                fd = os.pidfd_open(pid)
            except OSError:  # it has just ended; or it is not to be seen from here
                self._unseen.add(pid)
            else:
                self._watched[pid] = fd
                asyncio.get_running_loop().add_reader(fd, self._ended, pid)
            self._gone()

    def close(self) -> None:
        for pid in list(self._watched):
            self._forget(pid)

    def _ended(self, pid: int) -> None:
        self._forget(pid)
        self._gone()

    def _forget(self, pid: int) -> None:
        fd = self._watched.pop(pid)
        asyncio.get_running_loop().remove_reader(fd)
        os.close(fd)
