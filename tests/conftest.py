"""What all tests share: options, Hypothesis profiles, and the command line as fixtures."""

from __future__ import annotations

import compileall
import gc
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import ROOT, Cli, Gate

settings.register_profile(
    "usual",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", parent=settings.get_profile("usual"), max_examples=15)
settings.register_profile(
    "long", parent=settings.get_profile("usual"), max_examples=2000, derandomize=False
)
settings.load_profile("usual")


LONG = ("tests/acceptance/test_docs.py", "tests/integration/crash", "tests/laws", "tests/typing")
"""Where, besides proofs, there are tests of which one takes many seconds."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the slow versions of tests")
    parser.addoption(
        "--quick", action="store_true", help="fewer examples, and no proofs by enumeration"
    )
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    for profile in ("quick", "long"):
        if config.getoption(f"--{profile}"):
            settings.load_profile(profile)
    _hear_ctrl_c()
    if not hasattr(config, "workerinput"):
        _compile_once()


def _hear_ctrl_c() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and so would all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _compile_once() -> None:
    """Processes that tests start find bytecode, as where all is installed, though the environment may
    keep Python from writing any: to compile all sources anew costs each more than what it does."""
    for room in ("sdk", "runtime", "codegen"):
        compileall.compile_dir(ROOT / room, quiet=1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, whoever is done takes work from others: some tests take a minute, most none."""
    from xdist.scheduler.worksteal import WorkStealingScheduling  # type: ignore[import-untyped]

    return WorkStealingScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {
        "long": not config.getoption("--long") and "needs --long",
        "proof": config.getoption("--quick") and "left out with --quick",
    }
    for item in items:
        for marker, why in left_out.items():
            if why and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=why))
    if hasattr(config, "workerinput"):  # with `-n`, lest one waits at the end for another
        items.sort(key=_comes_late)


def _comes_late(item: pytest.Item) -> bool:
    """Whether a test is none of those that take long."""
    name = item.nodeid
    return not (item.get_closest_marker("proof") or name.startswith(LONG))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests have counted (`record_property("counted", ...)`), wherever they ran."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    called = [one for one in reports if getattr(one, "when", "") == "call"]
    for name, value in (pair for one in called for pair in one.user_properties):
        if name == "counted":
            terminalreporter.write_line(value)


def pytest_collection_finish() -> None:
    """What is there by now stays; to look through all of it for garbage again and again is in vain."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite-golden"))


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


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    opened = Gate(tmp_path)
    yield opened
    opened.close()
