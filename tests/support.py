"""The real command line as tests drive it: a child process in a folder and with a store of its own."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def last_json(self) -> Any:
        """The last line of stdout, which is where `run --json` puts its result."""
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True, slots=True)
class Cli:
    """The real command, in a folder of its own, with a store of its own."""

    folder: Path

    def __call__(self, *args: str | Path, env: Mapping[str, str] | None = None) -> Said:
        done = subprocess.run(
            self.command(*args),
            cwd=self.folder,
            env=self.env(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str | Path) -> subprocess.Popen[str]:
        """The command as a process that is still running, in a process group of its own."""
        return subprocess.Popen(
            self.command(*args),
            cwd=self.folder,
            env=self.env(None),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    @staticmethod
    def command(*args: str | Path) -> list[str]:
        return [sys.executable, "-m", "foretell_runtime.cli", *map(str, args)]

    @staticmethod
    def env(more: Mapping[str, str] | None) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FORETELL_")}
        return {**kept, "NO_COLOR": "1", **(more or {})}


class Gate:
    """A place where a task waits for the test, and the test for the task; nobody polls.

    In the task, which runs in the same folder: `GATE_IN_TASK`, then `pass_the_gate()`.
    """

    def __init__(self, folder: Path) -> None:
        for name in ("gate.ready", "gate.go"):
            os.mkfifo(folder / name)
        self._ready = os.open(folder / "gate.ready", os.O_RDWR)
        self._go = os.open(folder / "gate.go", os.O_RDWR)
        self._come: list[int] = []

    def arrived(self, timeout_s: float = 60) -> int:
        """The process id of the task that has come to the gate."""
        while not self._come:  # several may have come at once
            readable, _, _ = select.select([self._ready], [], [], timeout_s)
            assert readable, "no task came to the gate"
            self._come = [int(line) for line in os.read(self._ready, 1000).split()]
        return self._come.pop(0)

    def open(self) -> None:
        """Let one task pass."""
        os.write(self._go, b"x")

    def close(self) -> None:
        os.close(self._ready)
        os.close(self._go)


GATE_IN_TASK = """
import os
import select

def note(line: str) -> None:
    with open("trace.txt", "a") as file:
        file.write(line + "\\n")

def pass_the_gate() -> None:
    with open("gate.ready", "w") as ready:
        ready.write(f"{os.getpid()}\\n")
    with open("gate.go", "rb", buffering=0) as go:
        go.read(1)
"""


def wait_gone(pid: int, timeout_s: float = 30) -> None:
    """Returns when the process has ended (it need not be ours)."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([handle], [], [], timeout_s)
        assert ended, f"process {pid} is still alive"
    finally:
        os.close(handle)
