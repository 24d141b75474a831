"""Where the files of values are: a folder, or whatever fsspec reaches, by the SHA-256 of what is in them.

A file is written whole and then put at its place, so what is there is complete; and since its name
says what must be in it, whoever reads it can tell. Knows bytes and digests only.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 20
NEW = "new"
"""The folder, among those of the values, of what is being written."""


class Place(Protocol):
    """Methods raise `OSError` where the place cannot be read or written; `FileNotFoundError` for a
    file that is not there."""

    @property
    def where(self) -> str:
        """Its path or address."""
        ...

    def address(self, digest: str) -> str:
        """Where the file of that digest is, for people."""
        ...

    def put(self, file: Path, digest: str) -> None:
        """Takes over a finished file of ours, in place of what is there."""
        ...

    def fetched(self, digest: str) -> AbstractContextManager[Path]:
        """The file as one of this machine, for as long as it is looked at."""
        ...

    def size(self, digest: str) -> int | None:
        """How many bytes it has; None where there is none."""
        ...

    def files(self) -> Iterator[tuple[str, int]]:
        """The digests and sizes of all that is there."""
        ...

    def remove(self, digest: str) -> None: ...

    @property
    def scratch(self) -> Path:
        """A folder of this machine for files that are being written."""
        ...


def is_remote(where: str) -> bool:
    return "://" in where and not where.startswith("file://")


def place_at(where: str, scratch: Path) -> Place:
    """The place of that path or address; what goes far away is written into `scratch` first. Raises
    `UserError` if nothing here can reach it."""
    if is_remote(where):
        from foretell.values.remote import Remote

        return Remote(where, scratch)
    return Folder(Path(where.removeprefix("file://")))


class Folder:
    """A `Place` on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        return str(self._root)

    def address(self, digest: str) -> str:
        return str(self._file(digest))

    def put(self, file: Path, digest: str) -> None:
        target = self._file(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(file)
        file.replace(target)
        for folder in (target.parent, target.parent.parent):
            _sync_folder(folder)

    @contextmanager
    def fetched(self, digest: str) -> Iterator[Path]:
        yield self._file(digest)

    def size(self, digest: str) -> int | None:
        try:
            return self._file(digest).stat().st_size
        except FileNotFoundError:
            return None

    def files(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self._root.glob("??/*")):
            if _DIGEST.fullmatch(digest := path.parent.name + path.name):
                with suppress(FileNotFoundError):
                    yield digest, path.stat().st_size

    def remove(self, digest: str) -> None:
        path = self._file(digest)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # it holds others, or is gone already
            path.parent.rmdir()

    @property
    def scratch(self) -> Path:
        return self._root / NEW

    def _file(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """An empty file to write to, gone afterwards unless it was put somewhere. It is locked meanwhile,
    so that whoever cleans up can tell that somebody is at it. Who may read it, the umask says."""
    folder.mkdir(parents=True, exist_ok=True)
    path, fd = _locked_draft(folder)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(fd)


def _locked_draft(folder: Path) -> tuple[Path, int]:
    while True:
        path = folder / os.urandom(8).hex()
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:
            return path, fd
        os.close(fd)  # cleared away before it was locked


def abandoned_drafts(folder: Path) -> Iterator[Path]:
    """Files in a scratch folder at which nobody is any more."""
    for path in sorted(folder.glob("*")):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            yield path
        finally:
            os.close(fd)


def digest_of(file: Path) -> str:
    """The SHA-256 of what is in a file, read piece by piece."""
    found = sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _sync(file: Path) -> None:
    """Have the disk hold what is in a file or a folder."""
    fd = os.open(file, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems do not know how
        _sync(folder)
