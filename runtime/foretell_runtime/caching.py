"""Which cache runs use, and clearing it.

Runtime(cache="s3://team/cache").run(report)           shared with others
Runtime(cache=False).run(report)                       everything runs
prune(cache, older_than=timedelta(days=30))            by age; by size; by whatever you say
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from foretell.graph.references import references_in
from foretell_runtime.cache.folder import FolderCache
from foretell_runtime.cache.memory import MemoryCache
from foretell_runtime.cache.protocol import Cache, Entry
from foretell_runtime.cache.sqlite import SqliteCache
from foretell_runtime.settings import CACHE_VARIABLE
from foretell_runtime.values import home_of

WhichCache: TypeAlias = Cache | str | Path | bool | None
"""A cache, the place of one, True (the one beside the store), False (none), or None: what the
environment says."""

OFF = "off"


def cache_of(store: Path, said: WhichCache = None) -> Cache | None:
    """The cache that is meant; None: there is none."""
    if said is None:
        said = os.environ.get(CACHE_VARIABLE) or True
    if said is False or said == OFF:
        return None
    if said is True:
        return SqliteCache(beside(store))
    if isinstance(said, (str, Path)):
        return FolderCache(str(said), home_of(store) / "new")
    return said


def beside(store: Path) -> Path:
    """The cache of a store, if nobody says otherwise."""
    store = store.absolute()
    return store.with_name(f"{store.name}-cache")


def size_of(entry: Entry) -> int:
    """How many bytes it takes, with its files."""
    files: int = sum(record.get("size", 0) for record in references_in(entry.output))
    return entry.size + files


def prune(
    cache: Cache,
    *,
    older_than: timedelta | None = None,
    larger_than: int | None = None,
    goes: Callable[[Entry], bool] = lambda entry: False,
    now: float | None = None,
    dry: bool = False,
) -> list[Entry]:
    """Removes entries, and returns them: those older than that; of the rest, the oldest until no more
    than `larger_than` bytes are left; and whatever `goes`. `dry`: only says which."""
    left = cache.entries()
    age = timedelta.max if older_than is None else older_than
    since = (time.time() if now is None else now) - age.total_seconds()
    gone = [entry for entry in left if entry.created <= since or goes(entry)]
    keys = {entry.key for entry in gone}
    left = [entry for entry in left if entry.key not in keys]
    if larger_than is not None:
        sizes = [size_of(entry) for entry in left]
        total = sum(sizes)
        for entry, size in zip(left, sizes, strict=True):
            if total <= larger_than:
                break
            gone.append(entry)
            total -= size
    if not dry:
        cache.remove([entry.key for entry in gone])
    return gone


__all__ = [
    "Cache", "Entry", "FolderCache", "MemoryCache", "SqliteCache", "WhichCache", "beside", "cache_of",
    "prune", "size_of",
]  # fmt: skip
