"""What a running task may say about itself, wherever in its code it stands.

The process that runs a trial puts a `Running` here; outside a trial there is none, and saying
something is free and does nothing. It belongs to the process rather than to a context, because a
process runs one trial, and because threads that a task starts begin with an empty context.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol


class Running(Protocol):
    """The trial that this process runs."""

    def progress(self, done: float, total: float | None, message: str) -> None: ...

    def emit(self, port: str, chunk: Any) -> None: ...


_OUTSIDE: Mapping[str, Any] = MappingProxyType({})
_current: Running | None = None
_to_stop = False
_start: Mapping[str, Any] = _OUTSIDE


def set_running(running: Running | None, start: Mapping[str, Any] = _OUTSIDE) -> None:
    """Say which trial this process runs, and by which message it was started; or that it runs none
    any more."""
    global _current, _start
    _current, _start = running, start


def started() -> Mapping[str, Any]:
    """The message by which the trial was started that this process runs; empty outside of one."""
    return _start


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


def is_running() -> bool:
    """Whether this process runs a trial."""
    return _current is not None


def progress(done: float, total: float | None = None, message: str = "") -> None:
    """Tell how far the task is: `done` of `total` (None: unknown), in units of your own.

    Cheap enough for every turn of a loop: what comes faster than anybody could read is
    thinned out, and the last word before the end is always sent. Outside a trial it does nothing.
    """
    if _current is not None:
        _current.progress(done, total, message)
