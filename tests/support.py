"""The real command line as tests drive it: a child process in a folder and with a store of its own."""

from __future__ import annotations

import json
import os
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
