"""Deleting runs that are long over, wholly: what the store keeps of them, and the files beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from foretell.errors import StoreMissing
from foretell_runtime.settings import pictures_of
from foretell_runtime.store.protocol import RunRecord
from foretell_runtime.store.sqlite import SqliteStore

Prunable: TypeAlias = Literal["done", "failed", "broken", "cancelled", "dead"]

OVER: tuple[Prunable, ...] = ("done", "failed", "broken", "cancelled")


async def prune(
    store: Path, older_than: timedelta, statuses: Sequence[Prunable] = OVER, *, dry: bool = False
) -> list[RunRecord]:
    """Delete runs of these statuses in which nothing has happened for so long; says which these were.
    `dry`: which they would be."""
    if not store.exists():
        raise StoreMissing(f"there is no store at {store}: nothing was run here yet")
    before = time.time() - older_than.total_seconds()
    async with SqliteStore(store) as opened:
        gone = await opened.prune(before, statuses, dry=dry)
    for run in gone if not dry else ():
        for file in pictures_of(store).glob(f"{run.id}.*"):
            file.unlink(missing_ok=True)
    return gone
