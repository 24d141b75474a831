"""Having nodes done again with the command line: in runs that failed, ended, or were broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import Cli

FLOW = """
from pathlib import Path

from foretell import task, workflow


@task
def fetch(n: int) -> int:
    with open("calls", "a") as calls:
        calls.write("fetch\\n")
    return n


@task
def check(n: int) -> int:
    if not Path("ready").exists():
        raise ValueError("not ready")
    return n * 2


@task
def total(a: int, b: int) -> int:
    return a + b


@workflow
def flow(n: int = 3) -> int:
    got = fetch(n)
    return total(check(got), got)
"""


@pytest.fixture
def failed(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "flow.py").write_text(FLOW)
    run = cli("run", "flow.py")
    assert run.code == 1
    assert "foretell retry flow-" in run.err
    return cli


def test_a_failed_run_is_mended_and_goes_on(failed: Cli, tmp_path: Path) -> None:
    (tmp_path / "ready").touch()
    told = failed("retry", "last", "--json")
    assert json.loads(told.out)["again"] == ["check", "total"]
    on = failed("resume", "last")
    assert (on.code, on.out.strip()) == (0, "9")
    assert (tmp_path / "calls").read_text() == "fetch\n"
    shown = failed("show", "last").out
    assert ": done" in shown
    assert "ValueError" not in shown
    assert "nothing to retry" in failed("retry", "last").err


def test_a_run_that_is_over_is_done_again_from_a_node_on(failed: Cli, tmp_path: Path) -> None:
    (tmp_path / "ready").touch()
    failed("retry", "last")
    failed("resume", "last")
    asked = failed("restart", "last", "got")
    assert asked.code == 2
    assert "done again got" in asked.err
    assert "and after  check, total" in asked.err
    assert "say --yes" in asked.err
    assert failed("restart", "last", "got", "--yes").code == 0
    assert failed("resume", "last").out.strip() == "9"
    assert (tmp_path / "calls").read_text() == "fetch\nfetch\n"
    log = failed("log", "last").out
    assert "restarted got" in log


def test_what_two_people_want_done_again_is_done_again_once(failed: Cli) -> None:
    assert failed("retry", "last").code == failed("retry", "last").code == 0
    assert failed("restart", "last", "check", "--yes").code == 0
    assert failed("resume", "last").code == 1
    assert failed("log", "last").out.count(" started check") == 2


def test_who_retries_in_vain_fails_again(failed: Cli) -> None:
    failed("retry", "last", "--by", "ada")
    again = failed("resume", "last")
    assert again.code == 1
    assert "not ready" in again.err


def test_a_node_that_is_not_there_is_told_with_those_that_are(failed: Cli) -> None:
    told = failed("restart", "last", "fetch", "--yes")
    assert told.code == 2
    assert "nodes of that task: got" in told.err
