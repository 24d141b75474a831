"""What the executor tests share: tasks that behave, programs that do not, and someone to talk to
them."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.protocol.messages import FromTask, Propose, Ready, Reply, Start, Would
from foretell_runtime.executors.forked import Forked
from foretell_runtime.executors.fresh import Fresh
from foretell_runtime.executors.protocol import Child, Executor, Gone

GENEROUS_S = 60.0
"""How long a test waits for what must happen, before it calls it failed."""

EXECUTORS: dict[str, Callable[[], Executor]] = {"fresh": Fresh, "forked": Forked}


@dataclass
class Heard:
    """Everything that came of a trial."""

    messages: list[FromTask] = field(default_factory=list)
    logs: list[tuple[str, str]] = field(default_factory=list)
    gone: Gone | None = None

    @property
    def end(self) -> Gone:
        assert self.gone is not None
        return self.gone

    @property
    def last_word(self) -> Any:
        assert isinstance(self.messages[0], Ready)
        return self.messages[-1]

    def said(self, stream: str) -> list[str]:
        return [text for name, text in self.logs if name == stream]


def start_of(folder: Path, task: str, /, **inputs: Any) -> Start:
    return Start(
        "run", "node", 1, task, f"tasks.py:{task}", str(folder), inputs, tasks={"leaf": "tasks.py:leaf"}
    )  # fmt: skip


async def hear(
    executor: Executor,
    start: Start,
    answer: Callable[[Propose | Would], Reply] = lambda request: Reply(request.request, ok=True),
) -> Heard:
    """Start a trial and listen to it until it is gone."""
    heard = Heard()
    child = await executor.start(start, lambda stream, text: heard.logs.append((stream, text)))
    async for message in child.messages():
        await note(heard, child, message, answer)
    return heard


async def note(
    heard: Heard,
    child: Child,
    message: FromTask | Gone,
    answer: Callable[[Propose | Would], Reply],
) -> None:
    assert heard.gone is None
    if isinstance(message, Gone):
        heard.gone = message
        return
    heard.messages.append(message)
    if isinstance(message, (Propose, Would)):
        await child.send(answer(message))


@asynccontextmanager
async def opened(kind: str) -> AsyncIterator[Executor]:
    executor = EXECUTORS[kind]()
    try:
        yield executor
    finally:
        await executor.close()


def trial(kind: str, start: Start, **more: Any) -> Heard:
    """One trial from beginning to end, bounded by a generous time."""

    async def whole() -> Heard:
        async with opened(kind) as executor:
            return await asyncio.wait_for(hear(executor, start, **more), GENEROUS_S)

    return asyncio.run(whole())


def program(code: str) -> Heard:
    """A trial whose process is a program that knows nothing of us, only (maybe) the protocol."""

    async def whole() -> Heard:
        executor = Fresh([sys.executable, "-c", PROLOGUE + code])
        try:
            start = Start("run", "node", 1, "t", "x.py:t", "/")
            return await asyncio.wait_for(hear(executor, start), GENEROUS_S)
        finally:
            await executor.close()

    return asyncio.run(whole())


PROLOGUE = """
import json, os, signal, sys, threading
def say(**message):
    print(json.dumps(message), flush=True)
def ready():
    say(kind="ready")
forever = threading.Event().wait
"""


def open_fds() -> list[str]:
    """What this process has open."""
    links: list[str] = []
    for fd in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))  # noqa: PTH115
        except FileNotFoundError:  # the one with which the folder was read
            continue
    return sorted(links)


def wait_gone(pid: int) -> bool:
    """Whether the process `pid` ends in time."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], GENEROUS_S)[0])
    finally:
        os.close(fd)


def pids_in(lines: list[str]) -> Iterator[int]:
    """The numbers that a task printed as `pid N`."""
    for line in lines:
        if line.startswith("pid "):
            yield int(line.removeprefix("pid "))
