"""Asks the cache, and lets it have what nodes came to, beside whatever else goes on.

Nothing that is wrong with a cache is worth a run: what it cannot say it has not, and the log tells why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from foretell.graph.references import references_in
from foretell.values.ground import Ground
from foretell.values.loading import Loader
from foretell_runtime.cache.protocol import Cache, Entry
from foretell_runtime.machine.events import Happening, Looked, Recall, Remember
from foretell_runtime.orchestrator.clock import Clock


class Memory:
    """The cache of a run. `note` tells of a node what went wrong."""

    def __init__(
        self, cache: Cache, ground: Ground, clock: Clock, note: Callable[[str, str], None]
    ) -> None:
        self._cache = cache
        self._ground = ground
        self._clock = clock
        self._note = note

    async def recall(self, order: Recall, post: Callable[[Happening], object]) -> None:
        """Looks for it, and posts what was found."""
        try:
            found = await asyncio.to_thread(self._found, order)
        except Exception as error:  # noqa: BLE001 - no cache is worth a run
            what = "what the cache has for it cannot be used, so it runs"
            self._note(order.node, f"{what}: {error}")
            found = None
        output = None if found is None else found.output
        post(Looked(order.node, order.key, found is not None, output))

    async def remember(self, order: Remember) -> None:
        """Lets it have what a node came to."""
        now, where = self._clock.now(), self._ground.where
        entry = Entry(order.key, order.task, self._ground.run, now, order.output, where)
        try:
            await asyncio.to_thread(self._cache.put, entry, self._ground)
        except Exception as error:  # noqa: BLE001 - no cache is worth a run
            self._note(order.node, f"what it came to is not in the cache: {error}")

    def _found(self, order: Recall) -> Entry | None:
        entry = self._cache.get(order.key, self._ground)
        if entry is None or self._is_too_old(entry, order):
            return None
        self._check(entry)
        return entry

    def _is_too_old(self, entry: Entry, order: Recall) -> bool:
        return order.within is not None and entry.created + order.within < self._clock.now()

    def _check(self, entry: Entry) -> None:
        """Raises `ValueLost` where a large value of it is not what it was."""
        loader = Loader(self._ground)
        for record in references_in(entry.output):
            with self._ground.pinned(record["digest"]):
                pass  # so that nobody clears away what is about to count
            loader.check({"$value": record})
            if record.get("deep"):
                inner = loader.as_kept({"$value": record})
                self._check(replace(entry, output=inner))
