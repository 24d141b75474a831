"""How a task learns that it is to stop, whatever it is doing at that moment.

It is told by a signal, and may clean up for a moment before it is killed. Where a plain task stands
an exception is raised, a kind of Ctrl-C, so that `finally` blocks and context managers run. An async
task is cancelled as asyncio cancels: `CancelledError` comes out of what it awaits. If it never
awaits, because something holds up its event loop, it gets the exception after all.

Being told again changes nothing: nothing interrupts the cleaning up.
"""

from __future__ import annotations

import _thread
import os
import signal
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from foretell.author.running import tell_to_stop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

PATIENCE_S = 0.5
"""How long an event loop may be held up before the exception comes."""


class Cancelled(KeyboardInterrupt):
    """Raised in a task that is told to stop. A kind of Ctrl-C, because that is what event loops,
    and `except Exception`, know to let through."""


class _Stop:
    """What this process knows of its being stopped. `loop` cancels what its event loop runs, and
    calls what it is given as soon as the loop goes on."""

    told = False
    insists = False
    loop: Callable[[Callable[[], None]], None] | None = None


_stop = _Stop()


def told() -> bool:
    """Whether this process was told to stop."""
    return _stop.told


def obey() -> None:
    """From now on SIGTERM tells this process to stop."""
    signal.signal(signal.SIGTERM, _on_signal)


def run_async(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """`asyncio.run`, for a task that may be told to stop."""
    import asyncio

    async def main() -> Any:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None

        def stop(noticed: Callable[[], None]) -> None:
            task.cancel("told to stop")
            loop.call_soon_threadsafe(noticed)  # which also wakes it

        _stop.loop = stop
        try:
            return await coroutine
        finally:
            _stop.loop = None

    return asyncio.run(main())


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _stop.insists:
        _stop.insists = False
        raise Cancelled
    if _stop.told:
        return
    _stop.told = True
    tell_to_stop()
    if _stop.loop is None:
        raise Cancelled
    _stop.loop(_insist())


def _insist() -> Callable[[], None]:
    """Tells this process again, in a moment, unless what is returned is called before."""
    noticed = _thread.allocate_lock()

    def insist() -> None:
        time.sleep(PATIENCE_S)
        if noticed.acquire(blocking=False):
            _stop.insists = True
            os.kill(os.getpid(), signal.SIGTERM)

    _thread.start_new_thread(insist, ())
    return lambda: _take(noticed)


def _take(lock: _thread.LockType) -> None:
    lock.acquire(blocking=False)
