"""Where the values of one run go and from what size on, and that nobody clears away what they write.

Beside the database of a store lies a folder, its *home*: the files of values, unless these are kept
elsewhere; `pins`, where each run says what it is about to mention; and a lock, which writers share and
whoever clears away has alone. Between the lock and the pins, nothing goes that somebody is about to
mention, without any waiting for time to pass.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretell.graph.references import INLINE
from foretell.values.places import NEW, Place, place_at


@dataclass(frozen=True, slots=True)
class Ground:
    """`where` is the place of the files, and empty for `home` itself; `pins` is the name under which
    what is written is held."""

    home: str
    where: str = ""
    inline: int = INLINE
    pins: str = ""
    run: str = ""

    @property
    def place(self) -> Place:
        """Raises `UserError` if it cannot be reached."""
        return place_at(self.where or self.home, Path(self.home, NEW))

    @contextmanager
    def pinned(self, digest: str) -> Iterator[None]:
        """Within this, a file may be put at its place: it is not cleared away before the run that
        wrote it had time to mention it."""
        with shared(Path(self.home)):
            if self.pins:
                path = Path(self.home, "pins", self.pins)
                path.parent.mkdir(parents=True, exist_ok=True)
                fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    os.write(fd, f"{digest}\n".encode())
                finally:
                    os.close(fd)
            yield


def ground_from(said: Mapping[str, Any]) -> Ground:
    """What the orchestrator said of it."""
    return Ground(**said)


def pinned_by(home: Path) -> dict[str, set[str]]:
    """What each run has pinned, by the name it does so under."""
    found: dict[str, set[str]] = {}
    for path in (home / "pins").glob("*"):
        found[path.name] = set(path.read_text().split())
    return found


def unpin(home: Path, pins: str) -> None:
    """All that was pinned under that name is mentioned by now, or never will be."""
    (home / "pins" / pins).unlink(missing_ok=True)


@contextmanager
def shared(home: Path) -> Iterator[None]:
    """Within this nothing is cleared away."""
    with _locked(home, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Within this nobody else writes values."""
    with _locked(home, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(home: Path, how: int) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    fd = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, how)
        yield
    finally:
        os.close(fd)
