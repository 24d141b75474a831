"""What the orchestrator needs of whoever starts trials, and nothing about how it is done.

    child = await executor.start(start, on_log)
    async for said in child.messages():      # messages of the task, and `Gone` as the last
        ...
    await executor.close()

Whatever a task does, at worst its own trial is lost: `messages` never raises for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from foretell.errors import ForetellError
from foretell.protocol.messages import FromTask, Start, ToTask

HELPER = "FORETELL_CONTAINERS_OF"
"""The same of those who make and end the containers of a run: they are not killed but waited for."""
MARK = "FORETELL_RUN"
"""The environment variable by which processes of a run are known, whoever their parent is now."""

OnLog: TypeAlias = Callable[[str, str], None]
"""Called with (stream, line). Streams: `output` is what the task and everything it started
printed, `log` is what it logged, `note` is what the executor has to say about it."""


class CannotStart(ForetellError):
    """No process could be started for a trial. `why` says what was in the way."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"cannot start a process: {why}")


@dataclass(frozen=True, slots=True)
class Gone:
    """A child process has ended; always the last thing heard of it.

    `over`: it had said `finish` or `fail` before, so its word stands whatever the exit code is.
    Otherwise the trial is lost and `why` tells a person what happened, ending with the last lines
    that it printed. `stopped`: we killed it because `kill` was called.
    """

    why: str
    over: bool
    stopped: bool = False
    exit_code: int | None = None
    signal: int | None = None


class Child(Protocol):
    """A running trial."""

    @property
    def pid(self) -> int:
        """Of the process, which leads a process group of its own."""
        ...

    async def send(self, message: ToTask) -> None:
        """Tell the task something. Never waits for it to listen; a dead task hears nothing."""
        ...

    def messages(self) -> AsyncIterator[FromTask | Gone]:
        """All that the task says, in order, then one `Gone`. To be iterated once.

        Nothing is read ahead: a task that talks faster than it is listened to has to wait. `log`
        messages go to `on_log` instead.
        """
        ...

    async def kill(self, why: str) -> None:
        """End the process and what it started: first politely, then for certain.

        Returns when it is gone. Nothing it said and nobody has heard yet counts any more.
        """
        ...


class Around:
    """A `Child` around another one: all but `messages` is that one's."""

    def __init__(self, inner: Child) -> None:
        self._inner = inner

    @property
    def pid(self) -> int:
        return self._inner.pid

    async def send(self, message: ToTask) -> None:
        await self._inner.send(message)

    async def kill(self, why: str) -> None:
        await self._inner.kill(why)


class Executor(Protocol):
    """A way to start trials."""

    async def start(self, start: Start, on_log: OnLog) -> Child:
        """Start a trial. Raises `CannotStart`."""
        ...

    async def close(self) -> None:
        """Kill whatever still runs, and let go of everything held."""
        ...
