"""Faults of the machine a run goes on, with real processes and the real command."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable

import pytest

from tests.support import Cli, Said

FLOW = """
import os
import signal

from foretell import Grow, many, task, workflow


@task(retries=50, timeout=0.7)
def stopped(trial_file: str) -> str:
    if not os.path.exists(trial_file):
        open(trial_file, "w").close()
        os.kill(os.getpid(), signal.SIGSTOP)
    return "went on"


@task
def leaf(n: int) -> str:
    return str(n) * 3000


class Leaves(Grow):
    leaf = many(leaf)


@task(grows=Leaves)
def plan(grow: Leaves) -> list[str]:
    return [grow.leaf(n) for n in range(9)]


@task
def size(leaves: list[str]) -> int:
    return sum(map(len, leaves))


@workflow
def stopping() -> str:
    return stopped("was_stopped")


@workflow
def wide() -> int:
    return size(plan())
"""

FORK_FAILS = """
import errno
import os
import sys

if "forkserver" in " ".join(sys.orig_argv) and not os.path.exists("fork_failed"):
    whole, left = os.fork, [3]

    def fork():
        left[0] -= 1
        if left[0] == 0:
            open("fork_failed", "w").close()
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return whole()

    os.fork = fork
"""


@pytest.fixture
def flow(cli: Cli) -> Cli:
    cli.write("flow.py", FLOW)
    return cli


@pytest.mark.parametrize("start", ["fresh", "forked"])
def test_a_stopped_process_is_ended_when_it_has_had_its_time(flow: Cli, start: str) -> None:
    said = flow("run", "flow.py:stopping", "--start", start)
    assert (said.code, said.out) == (0, "went on\n"), said.err
    assert "timed out after 0.7 s" in flow("log", "last").out


def within(cli: Cli, limit: Callable[[], None], *args: str) -> Said:
    done = subprocess.run(
        cli.command(*args), cwd=cli.folder, env=cli.env(None), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def test_where_files_may_not_grow_the_run_stops_and_goes_on_once_they_may(flow: Cli) -> None:
    def few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))

    said = within(flow, few_bytes, "run", "flow.py:wide", "--start", "forked")
    assert said.code not in (0, 1), said.err
    assert "the store" in said.err
    assert "Traceback" not in said.err
    kept = flow("log", "last", "--json").json["events"]
    assert kept
    assert "interrupted" in flow("runs").out
    again = flow("resume", "last")
    assert (again.code, again.out) == (0, "27000\n"), again.err
    assert flow("log", "last", "--json").json["events"][: len(kept)] == kept


def test_where_nothing_can_be_forked_the_trial_fails_and_can_be_done_again(flow: Cli) -> None:
    site = flow.write("site/sitecustomize.py", FORK_FAILS).parent
    said = flow("run", "flow.py:wide", "--start", "forked", env={"PYTHONPATH": str(site)})
    assert said.code == 1, said.err
    assert "Resource temporarily unavailable" in said.err
    assert flow("retry", "last").code == 0
    again = flow("resume", "last")
    assert (again.code, again.out) == (0, "27000\n"), again.err


def test_a_store_that_is_deleted_meanwhile_is_missed(flow: Cli) -> None:
    flow.write("deletes.py", DELETES)
    said = flow("run", "deletes.py", env={"FORETELL_STORE": str(flow.folder / "runs.db")})
    assert said.code not in (0, 1)
    assert "was deleted or moved while a run was writing to it" in said.err
    assert "Traceback" not in said.err


DELETES = """
import glob
import os

from foretell import task, workflow


@task
def delete() -> int:
    for path in filter(os.path.isfile, glob.glob("runs.db*")):
        os.unlink(path)
    return 1


@task
def go_on(n: int) -> int:
    return n


@workflow
def deletes() -> int:
    return go_on(delete())
"""


def test_lines_that_come_slowly_and_in_pieces_are_heard_whole(cli: Cli) -> None:
    cli.write("speaks.py", SPEAKS)
    cli.write("slowly.py", SLOWLY)
    said = cli("run", "slowly.py")
    assert (said.code, said.out) == (0, "ä line\nin pieces\n"), said.err


SPEAKS = r"""
import json
import os
import sys

sys.stdin.readline()
for said in (
    {"kind": "ready"},
    {"kind": "progress", "done": 1},
    {"kind": "finish", "output": "ä line\nin pieces"},
):
    for byte in json.dumps(said, ensure_ascii=False).encode() + b"\n":
        os.write(1, bytes([byte]))
"""

SLOWLY = """
import sys

from foretell import program, task, workflow


@task(runs=program(sys.executable, "speaks.py"))
def slowly() -> str:
    raise NotImplementedError


@workflow
def flow() -> str:
    return slowly()
"""
