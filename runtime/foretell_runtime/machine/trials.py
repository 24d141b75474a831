"""When a node that failed is tried again, and how long its trials may take: its options, read.

What a failure is like is said by whoever saw it: the task's process, which knows its classes. What
only we see has a name of its own here, so that `retry_on` can speak of it.
"""

from __future__ import annotations

from binascii import crc32
from dataclasses import dataclass
from typing import TypeAlias

from foretell.graph.live import LiveNode
from foretell.graph.model import Json
from foretell.graph.trials import backoff_of, covers
from foretell.protocol.messages import Fail
from foretell_runtime.machine.state import State

Names: TypeAlias = tuple[str, ...]

LOST: Names = ("ChildProcessError", "OSError", "Exception", "BaseException")
"""The process ended without a word: by the name of an exception and of those above it."""
TIMED_OUT: Names = ("TimeoutError", "OSError", "Exception", "BaseException")


@dataclass(frozen=True, slots=True)
class Fault:
    """How a trial failed. `permanent`: another one would fail in the same way. `after` is how many
    seconds the next one should wait, where that was said."""

    error: str
    trace: str = ""
    permanent: bool = False
    after: float | None = None


def option(state: State, live: LiveNode, name: str) -> Json:
    """A run option of a node, or of its task; None where neither has it."""
    own = live.node.options
    return own[name] if name in own else state.tasks[live.node.task].options.get(name)


def retry_on(state: State, live: LiveNode) -> Names | None:
    """The names of the exceptions that are no permanent failure; None: of all."""
    found = option(state, live, "retry_on")
    return None if found is None else tuple(found)


def heard(fail: Fail) -> Fault:
    return Fault(fail.error, fail.trace, fail.permanent, fail.after)


def last_word(fault: Fault) -> Fail:
    """`fault` as a task would say it."""
    return Fail(fault.error, fault.trace, fault.permanent, fault.after)


def seen(state: State, live: LiveNode, error: str, names: Names) -> Fault:
    """A failure that the task itself did not tell of."""
    return Fault(error, permanent=not covers(retry_on(state, live), names))


def timed_out(state: State, live: LiveNode) -> Fault:
    return seen(state, live, f"timed out after {option(state, live, 'timeout'):g} s", TIMED_OUT)


def is_final(state: State, live: LiveNode, failure: Fault) -> bool:
    """Whether no trial follows this failure."""
    retries = option(state, live, "retries") or 0
    return failure.permanent or state.retries_used.get(live.id, 0) >= retries


def wait_of(state: State, live: LiveNode, failure: Fault, now: float) -> float:
    """Seconds until the next trial. What is left to chance follows from the moment and the node,
    so that deciding the same again gives the same."""
    if failure.after is not None:
        return failure.after
    failures = state.retries_used.get(live.id, 0) + 1
    chance = crc32(f"{now!r} {live.id} {failures}".encode("utf-8", "replace")) / 2**32
    return backoff_of(option(state, live, "backoff")).seconds(failures, chance)


def end_of_time(state: State, live: LiveNode, now: float) -> float | None:
    """When a trial that starts now has had its time."""
    timeout = option(state, live, "timeout")
    return None if timeout is None else now + timeout
