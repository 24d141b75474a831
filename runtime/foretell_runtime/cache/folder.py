"""A cache in a folder, or wherever fsspec reaches, which stores and people may share.

An entry is one file of JSON, named by its key, with a seal; its large values are kept beside it, so it
needs nothing of the store whose run it is from.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from foretell.errors import StoreError
from foretell.graph.references import references_in
from foretell.values.ground import Ground
from foretell.values.places import digest_of, draft_in, place_at
from foretell_runtime.cache.protocol import Damaged, Entry, dumped, seal


class FolderCache:
    """A `Cache`. `scratch` is a folder of this machine for what is on its way."""

    def __init__(self, where: str, scratch: Path) -> None:
        self.where = where.rstrip("/")
        self._entries = place_at(f"{self.where}/entries", scratch)
        self._values = place_at(f"{self.where}/values", scratch)

    def get(self, key: str, ground: Ground) -> Entry | None:
        try:
            with self._entries.fetched(key) as file:
                entry = _read(key, file.read_text())
            for digest in _digests(entry.output):
                self._move(digest, ground)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(f"it cannot be read: {error}") from None
        except OSError as error:
            raise _unusable(self.where, error) from error
        return entry

    def put(self, entry: Entry, ground: Ground) -> None:
        if any(record.get("deep") for record in references_in(entry.output)):
            return  # it would take files along that nobody sees
        output = dumped(entry.output)
        said = {"task": entry.task, "run": entry.run, "created": entry.created, "output": output}
        try:
            for digest in _digests(entry.output):
                with ground.place.fetched(digest) as file, draft_in(self._values.scratch) as draft:
                    draft.write_bytes(file.read_bytes())
                    self._values.put(draft, digest)
            with draft_in(self._entries.scratch) as draft:
                draft.write_text(json.dumps({**said, "seal": seal(f"{entry.key} {output}")}))
                self._entries.put(draft, entry.key)
        except OSError as error:
            raise _unusable(self.where, error) from error

    def entries(self) -> list[Entry]:
        return sorted(self._all(), key=lambda entry: (entry.created, entry.key))

    def remove(self, keys: Collection[str]) -> None:
        """Their values go with them, but those that others mention too."""
        try:
            for key in keys:
                if self._entries.size(key) is not None:
                    self._entries.remove(key)
            wanted = {digest for entry in self._all() for digest in _digests(entry.output)}
            for digest, _ in list(self._values.files()):
                if digest not in wanted:
                    self._values.remove(digest)
        except OSError as error:
            raise _unusable(self.where, error) from error

    def _all(self) -> Iterator[Entry]:
        for key, _ in self._entries.files():
            try:
                with self._entries.fetched(key) as file:
                    yield _read(key, file.read_text())
            except (Damaged, ValueError, KeyError, TypeError, FileNotFoundError):
                continue

    def _move(self, digest: str, ground: Ground) -> None:
        """Puts a value where the run will look for it."""
        scratch = ground.place.scratch
        with self._values.fetched(digest) as file, draft_in(scratch) as draft:
            draft.write_bytes(file.read_bytes())
            if digest_of(draft) != digest:
                raise Damaged("a large value of it is not what was put there")
            with ground.pinned(digest):
                ground.place.put(draft, digest)


def _read(key: str, text: str) -> Entry:
    said: dict[str, Any] = json.loads(text)
    if seal(f"{key} {said['output']}") != said["seal"]:
        raise Damaged("it is not what was put there")
    created = float(said["created"])
    return Entry(key, str(said["task"]), str(said["run"]), created, json.loads(said["output"]))


def _digests(output: Any) -> set[str]:
    return {record["digest"] for record in references_in(output) if "digest" in record}


def _unusable(where: str, error: OSError) -> StoreError:
    return StoreError(f"the cache {where} cannot be used: {error.strerror or error}")
