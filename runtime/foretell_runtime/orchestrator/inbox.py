"""What has happened and nobody has looked at yet."""

from __future__ import annotations

import asyncio

from foretell_runtime.machine.events import Happening


class Ticker:
    """Something that happens again and again, and can be awaited each time."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Set when it happens next."""
        return self._next

    def tick(self) -> None:
        self._next.set()
        self._next = asyncio.Event()


class Inbox:
    """Happenings in the order of their arrival. All that are there are taken at once, so that
    while one batch is being committed the next one gathers."""

    def __init__(self) -> None:
        self._posts: list[Happening] = []
        self._awake = asyncio.Event()
        self._kept = Ticker()

    def post(self, happening: Happening) -> asyncio.Event:
        """Set when what follows from `happening` is committed, and done as far as it is ours."""
        self._posts.append(happening)
        self._awake.set()
        return self._kept.next

    def wake(self) -> None:
        """Let the taker look round, though nothing was posted."""
        self._awake.set()

    @property
    def is_empty(self) -> bool:
        return not self._posts

    async def take(self) -> tuple[list[Happening], asyncio.Event]:
        """Wait until woken. The event is the one that the posters of these wait for."""
        await self._awake.wait()
        self._awake.clear()
        posts, self._posts = self._posts, []
        kept = self._kept.next
        self._kept = Ticker()
        return posts, kept
