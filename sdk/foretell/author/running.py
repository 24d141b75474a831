"""What a running task may say about itself, wherever in its code it stands.

The process that runs a trial puts a `Running` here; outside a trial there is none, and saying
something is free and does nothing. It belongs to the process rather than to a context, because a
process runs one trial, and because threads that a task starts begin with an empty context.
"""

from __future__ import annotations

from typing import Protocol


class Running(Protocol):
    """The trial that this process runs."""

    def progress(self, done: float, total: float | None, message: str) -> None: ...


_current: Running | None = None
_to_stop = False


def set_running(running: Running | None) -> None:
    """Say which trial this process runs, or that it runs none any more."""
    global _current
    _current = running


def tell_to_stop() -> None:
    """Say that what this process runs is to stop."""
    global _to_stop
    _to_stop = True


def cancelled() -> bool:
    """Whether this task has been told to stop.

    A task need not ask: it is interrupted where it stands. This is for its threads, which are
    not, and for cleaning up that has to know why.
    """
    return _to_stop


def progress(done: float, total: float | None = None, message: str = "") -> None:
    """Tell how far the task is: `done` of `total` (None: unknown), in units of your own.

    Cheap enough for every turn of a loop: what comes faster than anybody could read is
    thinned out, and the last word before the end is always sent. Outside a trial it does nothing.
    """
    if _current is not None:
        _current.progress(done, total, message)
