"""What all tests share: options, Hypothesis profiles, and the command line as a fixture."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "usual",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", parent=settings.get_profile("usual"), max_examples=15)
settings.register_profile("long", parent=settings.get_profile("usual"), max_examples=2000)
settings.load_profile("usual")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the slow versions of tests")
    parser.addoption("--quick", action="store_true", help="fewer examples in property tests")
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    for profile in ("quick", "long"):
        if config.getoption(f"--{profile}"):
            settings.load_profile(profile)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="needs --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite-golden"))


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


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.fixture
def started(cli: Cli) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes appended here are killed, with their group, when the test is over."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
