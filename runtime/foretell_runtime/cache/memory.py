"""A cache that is gone with its process: for tests, and for many runs of one program."""

from __future__ import annotations

from collections.abc import Collection

from foretell.values.ground import Ground
from foretell_runtime.cache.protocol import Entry


class MemoryCache:
    """A `Cache`. What large values it mentions lie where the runs kept them."""

    where = "memory"

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def get(self, key: str, ground: Ground) -> Entry | None:
        found = self._entries.get(key)
        return found if found is None or found.values == ground.where else None

    def put(self, entry: Entry, ground: Ground) -> None:
        self._entries[entry.key] = entry

    def entries(self) -> list[Entry]:
        return sorted(self._entries.values(), key=lambda entry: entry.created)

    def remove(self, keys: Collection[str]) -> None:
        for key in keys:
            self._entries.pop(key, None)
