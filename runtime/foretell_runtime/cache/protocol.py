"""What a cache is, whatever keeps it: entries by their keys, whole or not there.

An entry is what one node came to. Who looks for one gets what was put, or nothing: a cache that finds
one damaged says that it has none. Knows values and references to them; not how keys are made.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from foretell.graph.model import Json
from foretell.values.ground import Ground


@dataclass(frozen=True, slots=True)
class Entry:
    """What a node of `task` came to in `run`, at the time `created`. `values` is where the files are that
    `output` refers to (empty: beside the store)."""

    key: str
    task: str
    run: str
    created: float
    output: Json = None
    values: str = ""

    @property
    def size(self) -> int:
        """Bytes, without those of files."""
        return len(dumped(self.output))


class Damaged(Exception):
    """There is an entry, and it is not what was put. The message says why."""


class Cache(Protocol):
    """Methods may be called from any thread, and raise `StoreError` where it cannot be read or written."""

    @property
    def where(self) -> str:
        """Where it is, for people."""
        ...

    def get(self, key: str, ground: Ground) -> Entry | None:
        """The entry, with its files on `ground`. Raises `Damaged`."""
        ...

    def put(self, entry: Entry, ground: Ground) -> None:
        """Keep this in place of what is there; its files are on `ground`."""
        ...

    def entries(self) -> list[Entry]:
        """All that is there and is whole, oldest first."""
        ...

    def remove(self, keys: Collection[str]) -> None: ...


def dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def seal(text: str) -> str:
    """By which a changed text is told."""
    return sha256(text.encode()).hexdigest()
