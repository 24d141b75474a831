"""All caches give what was put or nothing, and never what was changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from foretell.errors import StoreError
from foretell.graph.references import references_in
from foretell.values.ground import Ground
from foretell.values.keeping import Keeper
from foretell.values.loading import Loader
from foretell_runtime.cache.folder import FolderCache
from foretell_runtime.cache.memory import MemoryCache
from foretell_runtime.cache.protocol import Cache, Damaged, Entry
from foretell_runtime.cache.sqlite import SqliteCache
from foretell_runtime.caching import cache_of, prune, size_of

KEYS = ["a" * 64, "b" * 64, "c" * 64]


def entry(n: int, output: Any = None) -> Entry:
    return Entry(
        KEYS[n], f"task{n}", "run-1", 1000.0 + n, output if output is not None else [n, "x"]
    )


@pytest.fixture(params=["memory", "sqlite", "folder", "fsspec"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Cache]:
    """Opens the cache, as a further process would."""
    memory = MemoryCache()
    ways: dict[str, Callable[[], Cache]] = {
        "memory": lambda: memory,
        "sqlite": lambda: SqliteCache(tmp_path / "deep" / "cache.db"),
        "folder": lambda: FolderCache(str(tmp_path / "cache"), tmp_path / "new"),
        "fsspec": lambda: FolderCache(f"memory://{tmp_path.name}/cache", tmp_path / "new"),
    }
    return ways[request.param]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(str(tmp_path / "home"), inline=20)


def test_what_was_put_is_found_by_its_key_alone(make: Callable[[], Cache], ground: Ground) -> None:
    assert make().get(KEYS[0], ground) is None
    assert make().entries() == []
    for n in (1, 0):
        make().put(entry(n), ground)
    assert make().get(KEYS[0], ground) == entry(0)
    assert make().get(KEYS[2], ground) is None
    assert make().entries() == [entry(0), entry(1)]
    make().put(entry(0, {"again": True}), ground)
    assert make().get(KEYS[0], ground) == entry(0, {"again": True})
    make().remove([KEYS[0], KEYS[2]])
    assert make().entries() == [entry(1)]


def test_large_values_are_where_the_run_looks_for_them(
    make: Callable[[], Cache], ground: Ground
) -> None:
    rows = list(range(500))
    kept = Keeper(ground).lightened(rows)
    make().put(entry(0, kept), ground)
    found = make().get(KEYS[0], ground)
    assert found is not None and Loader(ground).loaded(found.output) == rows


def test_a_shared_one_brings_them_along_and_takes_them_away(tmp_path: Path, ground: Ground) -> None:
    cache = FolderCache(str(tmp_path / "cache"), tmp_path / "new")
    kept = Keeper(ground).lightened(list(range(500)))
    cache.put(entry(0, kept), ground)
    cache.put(entry(1, kept), ground)
    elsewhere = Ground(str(tmp_path / "another home"), inline=20, pins="3")
    found = cache.get(KEYS[0], elsewhere)
    assert found is not None and Loader(elsewhere).loaded(found.output) == list(range(500))
    cache.remove([KEYS[0]])
    assert cache.get(KEYS[1], elsewhere) is not None, "another one mentions it"
    cache.remove([KEYS[1]])
    assert not list((tmp_path / "cache").glob("*/??/*"))


def test_one_store_beside_does_not_find_what_lies_at_another_place(
    tmp_path: Path, ground: Ground
) -> None:
    cache = SqliteCache(tmp_path / "cache.db")
    cache.put(Entry(KEYS[0], "t", "r", 1.0, 1, "s3://elsewhere"), ground)
    assert cache.get(KEYS[0], ground) is None


def test_a_changed_entry_is_damaged_and_not_a_value(tmp_path: Path, ground: Ground) -> None:
    sqlite, folder = (
        SqliteCache(tmp_path / "c.db"),
        FolderCache(str(tmp_path / "c"), tmp_path / "new"),
    )
    for cache in (sqlite, folder):
        cache.put(entry(0), ground)
        cache.put(entry(1), ground)
    with closing(sqlite3.connect(tmp_path / "c.db")) as db, db:
        db.execute("UPDATE entries SET output = '[0,\"y\"]' WHERE key = ?", (KEYS[0],))
    (file,) = (
        path for path in (tmp_path / "c" / "entries").glob("??/*") if path.parent.name == "aa"
    )
    said = json.loads(file.read_text())
    for spoilt in (json.dumps({**said, "output": "[1]"}), "{}", "half of", "[]"):
        file.write_text(spoilt)
        with pytest.raises(Damaged):
            folder.get(KEYS[0], ground)
        assert folder.entries() == [entry(1)]
    with pytest.raises(Damaged):
        sqlite.get(KEYS[0], ground)
    assert sqlite.entries() == [entry(1)]


def test_a_value_of_a_shared_one_that_was_changed_is_not_taken(
    tmp_path: Path, ground: Ground
) -> None:
    cache = FolderCache(str(tmp_path / "c"), tmp_path / "new")
    kept = Keeper(ground).lightened(list(range(500)))
    cache.put(entry(0, kept), ground)
    (file,) = (tmp_path / "c" / "values").glob("??/*")
    file.write_text("[]")
    for path in (tmp_path / "home").glob("??/*"):
        path.unlink()
    with pytest.raises(Damaged, match="large value"):
        cache.get(KEYS[0], ground)
    assert not list((tmp_path / "home").glob("??/*"))


def test_what_cannot_be_used_says_so(tmp_path: Path, ground: Ground) -> None:
    (tmp_path / "file").write_text("x" * 5000)
    for cache in (
        SqliteCache(tmp_path / "file"),
        FolderCache(str(tmp_path / "file"), tmp_path / "new"),
    ):
        with pytest.raises(StoreError, match="cannot be used"):
            cache.put(entry(0), ground)


def test_pruning_goes_by_age_then_by_size_or_as_one_says(ground: Ground) -> None:
    cache = MemoryCache()
    for n in range(3):
        cache.put(entry(n), ground)
    one = size_of(entry(0))

    def keys(gone: list[Entry]) -> list[str]:
        return [x.key for x in gone]

    assert keys(prune(cache, dry=True)) == []
    assert keys(prune(cache, older_than=timedelta(seconds=10), now=1011.5, dry=True)) == KEYS[:2]
    assert keys(prune(cache, larger_than=2 * one, dry=True)) == KEYS[:1]
    assert keys(prune(cache, larger_than=0, dry=True)) == KEYS
    assert keys(prune(cache, goes=lambda x: x.task == "task1", dry=True)) == KEYS[1:2]
    assert len(cache.entries()) == 3
    assert keys(prune(cache, larger_than=one)) == KEYS[:2]
    assert cache.entries() == [entry(2)]


def test_the_size_counts_files_too(ground: Ground) -> None:
    kept = Keeper(ground).lightened(list(range(500)))
    (record,) = references_in(kept)
    assert size_of(entry(0, kept)) > record["size"]


def test_which_cache_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "runs.db"
    beside = cache_of(store)
    assert beside is not None and beside.where == str(tmp_path / "runs.db-cache")
    assert cache_of(store, False) is None
    monkeypatch.setenv("FORETELL_CACHE", "off")
    assert cache_of(store) is None
    monkeypatch.setenv("FORETELL_CACHE", str(tmp_path / "there"))
    shared = cache_of(store)
    assert isinstance(shared, FolderCache) and shared.where == str(tmp_path / "there")
    assert isinstance(cache_of(store, True), SqliteCache)
