"""Trials whose changes may bring tasks of their own: the images of these are pinned on the way.

So what the journal keeps of a change says which images it means, as the graph that was registered does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from foretell.document.model import Change
from foretell.errors import UserError
from foretell.protocol import messages as msg
from foretell_runtime.executors.protocol import Around, Child, Executor, Gone, OnLog

Pin: TypeAlias = Callable[[Change], Awaitable[Change]]
"""The change with its images pinned. Raises `UserError` where one is not to be had."""


class Pinning:
    """An `Executor`, around another one."""

    def __init__(self, inner: Executor, pin: Pin) -> None:
        self._inner = inner
        self._pin = pin

    async def start(self, start: msg.Start, on_log: OnLog) -> Child:
        return _Pinning(await self._inner.start(start, on_log), self._pin)

    async def close(self) -> None:
        await self._inner.close()


class _Pinning(Around):
    """A `Child`."""

    def __init__(self, inner: Child, pin: Pin) -> None:
        super().__init__(inner)
        self._pin = pin

    async def messages(self) -> AsyncIterator[msg.FromTask | Gone]:
        async for said in self._inner.messages():
            change = getattr(said, "change", None)
            brings = isinstance(change, Change) and bool(change.tasks)
            if not isinstance(said, (msg.Propose, msg.Would, msg.Finish)) or not brings:
                yield said
                continue
            assert said.change is not None
            try:
                yield replace(said, change=await self._pin(said.change))
            except UserError as error:
                if isinstance(said, msg.Finish):
                    yield msg.Fail(f"its last change was refused: {error}")
                else:
                    await self._inner.send(msg.Reply(said.request, ok=False, why=str(error)))
