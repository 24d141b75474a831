"""A place that fsspec reaches: a bucket, a server, another process's memory.

Imports fsspec, and what that needs for the address, only when somebody names such a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foretell.errors import UserError
from foretell.values.places import draft_in

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Remote:
    """A `Place`. Files are put there in one piece; where a store shows them before they are whole, the
    digest tells whoever reads."""

    def __init__(self, where: str, scratch: Path) -> None:
        self.where = where.rstrip("/")
        self.scratch = scratch
        scheme = where.partition("://")[0]
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise UserError(
                f"values are kept at {where}, which needs fsspec: pip install 'foretell[remote]'"
            ) from None
        try:
            self._fs: Any
            self._fs, self._root = url_to_fs(self.where)
        except (ImportError, ValueError) as error:
            raise UserError(
                f"values are kept at {where}, and fsspec does not reach {scheme}:// from here: {error}"
            ) from None

    def address(self, digest: str) -> str:
        return f"{self.where}/{digest[:2]}/{digest[2:]}"

    def put(self, file: Path, digest: str) -> None:
        target = self._file(digest)
        with _as_os_error():
            self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._fs.put_file(str(file), target)

    @contextmanager
    def fetched(self, digest: str) -> Iterator[Path]:
        with draft_in(self.scratch) as path:
            with _as_os_error():
                self._fs.get_file(self._file(digest), str(path))
            yield path

    def size(self, digest: str) -> int | None:
        try:
            with _as_os_error():
                return int(self._fs.info(self._file(digest))["size"])
        except FileNotFoundError:
            return None

    def files(self) -> Iterator[tuple[str, int]]:
        with _as_os_error():
            if not self._fs.exists(self._root):
                return
            found = self._fs.find(self._root, detail=True)
        for path, info in sorted(found.items()):
            folder, name = path.split("/")[-2:]
            if _DIGEST.fullmatch(folder + name):
                yield folder + name, int(info["size"])

    def remove(self, digest: str) -> None:
        with _as_os_error():
            self._fs.rm_file(self._file(digest))

    def _file(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest[2:]}"


@contextmanager
def _as_os_error() -> Iterator[None]:
    """File systems raise what they like."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
