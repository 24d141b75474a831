"""The owner of one trial's process: starts it, listens to it, and sees to its end.

Whatever happens, also when it is cancelled itself, its process is gone when it is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from foretell.protocol.messages import Chunk, Chunks, Fail, Finish, FromTask, Ready, Reply, Start
from foretell_runtime.executors.protocol import CannotStart, Child, Executor, Gone
from foretell_runtime.machine.events import Cut, Happening, Heard, Lost
from foretell_runtime.orchestrator.logbook import Page

CHUNKS_AHEAD = 30
"""Chunks that are passed on before the first of them is committed, so that they share commits."""


class Trial:
    """One process. `over` is called once, when it is gone."""

    def __init__(
        self,
        start: Start,
        executor: Executor,
        page: Page,
        post: Callable[[Happening], asyncio.Event],
        over: Callable[[Trial], None],
    ) -> None:
        self.key = (start.node, start.trial)
        self._start = start
        self._executor = executor
        self._page = page
        self._post = post
        self._over = over
        self._child: Child | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = ""
        self._then: type[Cut | Lost] | None = None
        self._chunks: deque[asyncio.Event] = deque()
        self._may_talk = asyncio.Event()
        self._may_talk.set()

    def run_in(self, group: asyncio.TaskGroup) -> None:
        self._task = group.create_task(self._live())
        # Not in a `finally`: a task that is cancelled before its first step never enters one.
        self._task.add_done_callback(self._ended)

    async def tell(self, reply: Reply | Chunks) -> None:
        if self._child is not None:
            await self._child.send(reply)

    def listen(self, *, on: bool) -> None:
        """Hear what it says next only when it may talk again."""
        if on:
            self._may_talk.set()
        else:
            self._may_talk.clear()

    def stop(self, why: str, then: type[Cut | Lost] | None = None) -> None:
        """End the process, and tell the run `then`: that this trial did not count, or is lost."""
        if self._task is None or self._stopped:
            return
        self._stopped = why
        self._then = then
        self._task.cancel()

    async def _live(self) -> None:
        try:
            self._child = await self._executor.start(self._start, self._page.line)
        except CannotStart as error:
            self._post(Lost(*self.key, str(error)))
            return
        try:
            await self._listen(self._child)
        finally:
            await self._child.kill(self._stopped or "its orchestrator stops")

    async def _listen(self, child: Child) -> None:
        async for said in child.messages():
            if isinstance(said, Gone):
                if not said.over:
                    self._post(Lost(*self.key, said.why))
            else:
                await self._hear(said)

    async def _hear(self, message: FromTask) -> None:
        """Pass a message on, and listen for the next one when this one is committed: a task that
        talks faster than that has to wait, and nothing piles up here."""
        if isinstance(message, Ready):
            return
        kept = self._post(Heard(*self.key, message))
        if isinstance(message, (Finish, Fail)):
            return
        if not isinstance(message, Chunk):
            await kept.wait()
            return
        self._chunks.append(kept)
        if len(self._chunks) > CHUNKS_AHEAD:
            await self._chunks.popleft().wait()
        await self._may_talk.wait()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._page.end()
        if self._then is not None:
            self._post(self._then(*self.key, self._stopped))
        self._over(self)
