"""A limit at work: whether it lets one more node start, and if not, when it will.

A gate is told of starts and ends by the facts of the journal, which name their times where a limit asks
for them. So a window is never begun anew because somebody else goes on with a run.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from foretell.promises.limits import Limit

NEVER = float("inf")
"""Not by the clock: only once something has ended."""


@dataclass(slots=True, eq=False)
class Gate:
    """A limit at work, since the birth number `since`. `running` of its nodes run. `told`: it was said
    that it holds nodes back."""

    limit: Limit
    since: int
    running: int = 0
    told: bool = False
    _starts: deque[float] = field(default_factory=deque)
    """The last of them, as many as are allowed in a window."""
    _rests: float | None = None
    """Since when nothing ends any more."""

    def opens(self, now: float) -> float | None:
        """From when on it lets a node start; None: it does now. Who counts together with other runs is
        counted where all of these can be seen."""
        limit = self.limit
        if limit.pool:
            return None
        if limit.running is not None and self.running >= limit.running:
            return NEVER
        at = now
        if limit.window is not None and len(self._starts) == limit.window[0]:
            at = max(at, self._starts[0] + limit.window[1])
        if limit.rest_s is not None and self._rests is not None:
            at = max(at, self._rests + limit.rest_s)
        return at if at > now else None

    def why(self, now: float) -> str:
        """What it waits for, in words."""
        at = self.opens(now)
        if self.limit.pool:
            return f"a place in the pool {self.limit.pool!r} is waited for"
        if at is None:
            return ""
        if at == NEVER:
            return f"{self.running} of {self.limit.running} running"
        return f"next start in {at - now:.3g} s"

    def starts(self, at: float | None) -> None:
        """One more has started; when, is not known of those that ran before there was the limit."""
        self.running += 1
        if at is not None and self.limit.window is not None:
            self._starts.append(at)
            if len(self._starts) > self.limit.window[0]:
                self._starts.popleft()

    def ends(self, at: float | None) -> None:
        self.running -= 1
        self._rests = self._rests if at is None else at

    def resumed(self, now: float) -> None:
        """The clock says `now`. If it was set back, what is still to come is not waited for: nobody
        waits longer than a window, or a rest, is long."""
        self._starts = deque(min(at, now) for at in self._starts)
        self._rests = None if self._rests is None else min(self._rests, now)
