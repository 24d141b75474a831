"""Clearing away: files of values that no run mentions any more.

A file goes if nothing in the store or in its cache mentions it, and no living run has pinned it. Writers are shut out
meanwhile by the lock of the folder, so none appears that was looked for already; that is why pins are
read before what is mentioned: a run lets go of its pins only once all of it is mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from foretell.errors import ValueLost
from foretell.graph.model import Json
from foretell.graph.references import JSON, KEY, references_in
from foretell.values.ground import Ground, alone, pinned_by, unpin
from foretell.values.loading import Loader
from foretell.values.places import abandoned_drafts
from foretell_runtime.cache.sqlite import SqliteCache
from foretell_runtime.caching import beside
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.values import home_of


@dataclass(frozen=True, slots=True)
class Waste:
    """Files that nothing mentions: how many, and how many bytes; and where what is kept lies."""

    files: int
    size: int
    kept: int
    places: tuple[str, ...]


async def clear_away(store: Path, *, dry: bool = False) -> Waste:
    """Removes all that no run mentions; if `dry`, only says what would go. Safe while runs go on."""
    home = home_of(store)
    async with SqliteStore(store, reading=True) as opened:
        if not home.exists():
            return Waste(0, 0, 0, ())
        with alone(home):
            wanted = _pinned(opened, home, dry=dry)
            grounds = [Ground(str(home), where) for where in sorted({"", *await opened.places()})]
            for said in await opened.mentioned():
                wanted |= _mentioned(said, grounds)
            for entry in SqliteCache(beside(store)).entries():
                wanted |= _mentioned(entry.output, grounds)
            return _clear(home, grounds, wanted, dry=dry)


def _pinned(store: SqliteStore, home: Path, *, dry: bool) -> set[str]:
    """What living runs may be about to mention. Dead ones mention nothing more."""
    wanted: set[str] = set()
    for name, digests in pinned_by(home).items():
        if name.isdecimal() and store.is_owned(int(name)):
            wanted |= digests
        elif not dry:
            unpin(home, name)
    return wanted


def _mentioned(said: Json, grounds: Iterable[Ground]) -> set[str]:
    found: set[str] = set()
    for record in references_in(said):
        if "digest" in record:
            found.add(record["digest"])
            if record.get("deep"):
                found |= _within({**record, "at": ""}, grounds)
    return found


def _within(record: Json, grounds: Iterable[Ground]) -> set[str]:
    """What is mentioned in a file that is mentioned."""
    for ground in grounds:
        try:
            inner = Loader(ground).as_kept({KEY: {**record, "codec": JSON}})
        except ValueLost:
            continue
        return _mentioned(inner, grounds)
    return set()


def _clear(home: Path, grounds: Iterable[Ground], wanted: set[str], *, dry: bool) -> Waste:
    files = size = kept = 0
    places: list[str] = []
    for ground in grounds:
        place = ground.place
        places.append(place.where)
        for digest, bytes_ in list(place.files()):
            if digest in wanted:
                kept += 1
                continue
            files, size = files + 1, size + bytes_
            if not dry:
                place.remove(digest)
    for draft in _drafts(home, grounds):
        files, size = files + 1, size + draft.stat().st_size
        if not dry:
            draft.unlink(missing_ok=True)
    return Waste(files, size, kept, tuple(places))


def _drafts(home: Path, grounds: Iterable[Ground]) -> Iterator[Path]:
    for folder in sorted({home / "new", *(ground.place.scratch for ground in grounds)}):
        yield from abandoned_drafts(folder)
