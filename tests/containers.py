"""A real container engine for tests, and a small image made of nothing but a static busybox.

Where there is none, or it cannot run a container, tests are skipped and say why.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FLAGS = ("", "--ulimit nofile=1024:1024 --ulimit nproc=1024:1024", "--cgroups disabled")
"""What engines want to be told on one machine or another; the first that works is used. (Some may not
raise the limits of what they run.)"""

TOOLS = ("sh", "cat", "echo", "env", "id", "ls", "read", "sleep", "sort", "printf", "touch", "true")


@dataclass(frozen=True, slots=True)
class Podman:
    """A container engine that works, and the name of an image that it has."""

    flags: str
    image: str

    def __call__(self, *words: str) -> str:
        return _said("podman", *words)

    def containers(self) -> list[str]:
        """The ids of those that are there, in whatever state, and were made from this image."""
        return self("ps", "-aq", "--filter", f"ancestor={self.image}").split()

    def remove_image(self) -> None:
        subprocess.run(["podman", "rmi", "-f", self.image], capture_output=True, check=False)

    def tag(self, name: str, comment: str) -> None:
        """Let `name` mean another image than before, unlike any other by its comment."""
        _imported(name, comment)


@cache
def find_podman() -> Podman | str:
    """A container engine, or why there is none."""
    if shutil.which("podman") is None:
        return "podman is not installed"
    if _busybox() is None:
        return "there is no static busybox (Debian: busybox-static) to make an image of"
    image = f"localhost/foretell-test-{os.getpid()}:1"
    try:
        _imported(image, "foretell")
    except subprocess.SubprocessError as error:
        return f"podman cannot import an image: {_why(error)}"
    why = ""
    for flags in FLAGS:
        try:
            words = ("run", "--rm", "--network", "none", *shlex.split(flags), image, "true")
            _said("podman", *words)
            return Podman(flags, image)
        except subprocess.SubprocessError as error:
            why = why or _why(error)
    return f"podman cannot run a container here: {why}"


def _imported(name: str, comment: str) -> None:
    busybox = _busybox()
    assert busybox is not None
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for tool in TOOLS:
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        mark = tarfile.TarInfo(f"etc/made-by-{os.getpid()}")
        tar.addfile(mark)
    subprocess.run(
        ["podman", "import", "-q", "--message", comment, "-", name], input=data.getvalue(),
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip


def _busybox() -> str | None:
    """A busybox that needs no libraries."""
    found = shutil.which("busybox")
    if found is None or b"ld-linux" in Path(found).read_bytes()[:4096]:
        return None
    return found


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def _why(error: subprocess.SubprocessError) -> str:
    said = getattr(error, "stderr", None) or str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return text.strip().splitlines()[-1][:300] if text.strip() else str(error)
