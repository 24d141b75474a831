"""Somebody who follows the journal of a run, at their own pace.

Each listener reads the journal for itself, from the store, behind what was committed. So one that is
slow falls behind and holds nobody up, nothing is kept in memory for it, and it misses nothing. One
that raises loses its own place, which is said in the log of `foretell` and by `Subscription.error`. A
listener that is no coroutine function is called in a thread of its own.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeAlias

from foretell_runtime.machine.events import Fact
from foretell_runtime.store.protocol import Event

Listener: TypeAlias = Callable[[Event], object]
"""A function, or a coroutine function, which is awaited."""

PATIENCE_S = 5.0
"""How long a run that is over waits for a listener that has not dealt with another event meanwhile."""

_log = logging.getLogger("foretell")


class Subscription:
    """A listener's place in the journal: `seen` is the number of the last event that it has dealt
    with. `error` is what it raised, or a `TimeoutError` if it was too slow at the end of the run."""

    def __init__(
        self,
        listener: Listener,
        kinds: tuple[type[Fact], ...],
        seen: int,
        events: Callable[[int], AsyncIterator[Event]],
    ) -> None:
        self.seen = seen
        self.error: Exception | None = None
        self._name = getattr(listener, "__qualname__", type(listener).__qualname__)
        self._kinds = kinds
        self._moved = asyncio.Event()
        self._task = asyncio.create_task(self._follow(listener, events))

    async def done(self) -> None:
        """Until it has dealt with all events of the run, or has lost its place."""
        await asyncio.wait([self._task])

    def then(self, call: Callable[[], None]) -> None:
        """Calls that once it listens no more, for whatever reason."""
        self._task.add_done_callback(lambda _: call())

    def close(self) -> None:
        """Listen no more."""
        self._task.cancel()

    async def come_to_an_end(self, patience_s: float = PATIENCE_S) -> None:
        """`done`, as long as it gets on."""
        while not self._task.done():
            self._moved.clear()
            before = self.seen
            moved = asyncio.create_task(self._moved.wait())
            try:
                await asyncio.wait(
                    {moved, self._task}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                moved.cancel()
            if self.seen == before and not self._task.done():
                self.close()
                self._lose(TimeoutError(f"it has dealt with no event for {patience_s:g} s"))
                return

    async def _follow(
        self, listener: Listener, events: Callable[[int], AsyncIterator[Event]]
    ) -> None:
        told, end = _told(listener)
        try:
            async for event in events(self.seen):
                if not self._kinds or isinstance(event.fact, self._kinds):
                    await told(event)
                self.seen = event.seq
                self._moved.set()
        except Exception as error:  # noqa: BLE001 - whatever it raises is its own loss
            self._lose(error)
        finally:
            end()

    def _lose(self, error: Exception) -> None:
        self.error = error
        _log.error(
            "the listener %s listens no more; it has dealt with events up to %d: %s: %s",
            self._name, self.seen, type(error).__name__, error,
        )  # fmt: skip


def _told(listener: Listener) -> tuple[Callable[[Event], Awaitable[object]], Callable[[], None]]:
    """How to tell it of an event, and how to say that there is none any more."""
    call = listener if inspect.isroutine(listener) else getattr(listener, "__call__", listener)  # noqa: B004
    if inspect.iscoroutinefunction(call):
        return listener, lambda: None  # type: ignore[return-value]
    aside = _Aside(listener)
    return aside.tell, aside.end


class _Aside:
    """Calls a function in a thread of its own, which ends with the program however long a call takes."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[tuple[Event, asyncio.Future[object]] | None] = SimpleQueue()
        threading.Thread(target=self._work, name="foretell listener", daemon=True).start()

    async def tell(self, event: Event) -> object:
        answered: asyncio.Future[object] = self._loop.create_future()
        self._calls.put((event, answered))
        return await answered

    def end(self) -> None:
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            event, answered = call
            try:
                result = self._listener(event)
            except BaseException as error:  # noqa: BLE001 - it is told to whoever waits for it
                self._answer(answered, None, error)
            else:
                self._answer(answered, result, None)

    def _answer(
        self, answered: asyncio.Future[object], result: object, error: BaseException | None
    ) -> None:
        def settle() -> None:
            if answered.done():  # nobody waits any more
                return
            if error is None:
                answered.set_result(result)
            else:
                known = isinstance(error, Exception)
                answered.set_exception(error if known else RuntimeError(repr(error)))

        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(settle)
