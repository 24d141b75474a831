"""What time it is, and being woken when it is later.

The clock of a run is steady: it begins at the time of day and goes on with the machine's own
counting, so nothing that is done to the time of day while a run goes on makes it jump or stand
still; what a resumed run makes of a clock that was set back is the machine's business. It goes on
while the computer sleeps.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

LONGEST_NAP_S = 60.0
"""A timer of the event loop stands still while the computer sleeps, so no nap is longer."""


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
        """Call `ring` once: at that time, or before it, to be asked again. What is returned calls
        it off."""
        ...


class SteadyClock:
    """The `Clock` of real runs."""

    def __init__(self) -> None:
        self._ahead = time.time() - _count()

    def now(self) -> float:
        return self._ahead + _count()

    def wake(self, at: float, ring: Callable[[], None]) -> Callable[[], None]:
        nap_s = min(max(0.0, at - self.now()), LONGEST_NAP_S)
        return asyncio.get_running_loop().call_later(nap_s, ring).cancel


def _count() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Alarm:
    """At most one call of `ring` ahead: for the moment it was last set to."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._at: float | None = None
        self._rung = False
        self._call_off: Callable[[], None] = lambda: None

    def set(self, at: float | None) -> None:
        """Ring then, and not when it was set to before; None: not at all. If it has rung for that
        moment, and nobody has `heard` it yet, it does not ring again."""
        if at == self._at:
            return
        self._call_off()
        self._at, self._rung = at, False
        if at is not None:
            self._call_off = self._clock.wake(at, self._rings)

    def heard(self) -> None:
        """Somebody does now what is due. If it rang too early, it may be set to the same moment."""
        if self._rung:
            self._at = None

    def _rings(self) -> None:
        self._rung = True
        self._ring()
