"""Ctrl-C and `kill -9`: nothing that was done is lost, nothing is done twice, nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import IO

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate, wait_gone

FLOW = (
    "from foretell import Grow, many, task, workflow\n"
    + GATE_IN_TASK
    + """
@task
def leaf(n: int) -> int:
    note(f"leaf {n}")
    return n

class Leaves(Grow):
    leaf = many(leaf, at_most=3)

@task(grows=Leaves)
def plan(grow: Leaves) -> list[int]:
    note("plan")
    return [grow.leaf(n) for n in (1, 2, 3)]

@task
def wait(numbers: list[int]) -> int:
    note("wait")
    pass_the_gate()
    return sum(numbers)

@task
def last(n: int) -> int:
    note("last")
    return n * 10

@workflow
def gated() -> int:
    return last(wait(plan()))
"""
)

BEFORE = ["plan", "leaf 1", "leaf 2", "leaf 3", "wait"]

Processes = list[subprocess.Popen[str]]


@pytest.fixture
def running(cli: Cli, started: Processes, start: str) -> subprocess.Popen[str]:
    """The workflow, on its way to the gate."""
    cli.write("gated.py", FLOW)
    started.append(cli.start("run", "gated.py", "--start", start))
    return started[0]


start = pytest.mark.parametrize("start", ["fresh", "forked"])


def trace(cli: Cli) -> list[str]:
    return (cli.folder / "trace.txt").read_text().split("\n")[:-1]


def read_until(stream: IO[str] | None, word: str) -> str:
    """Lines of a process that is alive, to the one that has `word` in it."""
    assert stream is not None
    heard = ""
    for line in stream:
        heard += line
        if word in line:
            return heard
    raise AssertionError(f"never said {word!r}: {heard}")


@start
def test_ctrl_c_lets_running_tasks_end_and_starts_no_more(
    cli: Cli, gate: Gate, running: subprocess.Popen[str]
) -> None:
    gate.arrived()
    running.send_signal(signal.SIGINT)
    read_until(running.stderr, "Ctrl-C")
    gate.open()
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    (run,) = cli("runs", "--json").json
    assert run["status"] == "interrupted"
    assert f"foretell resume {run['run']}" in err
    assert trace(cli) == BEFORE

    said = cli("resume", run["run"])
    assert (said.code, said.out) == (0, "60\n"), said
    assert trace(cli) == [*BEFORE, "last"]


@start
def test_a_second_ctrl_c_stops_running_tasks_too(
    cli: Cli, gate: Gate, running: subprocess.Popen[str]
) -> None:
    task = gate.arrived()
    running.send_signal(signal.SIGINT)
    read_until(running.stderr, "Ctrl-C")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130
    wait_gone(task)

    gate.open()
    said = cli("resume", "last")
    assert (said.code, said.out) == (0, "60\n"), said
    assert trace(cli) == [*BEFORE, "wait", "last"]


@start
def test_after_kill_9_no_finished_node_runs_again_and_no_child_is_left(
    cli: Cli, gate: Gate, running: subprocess.Popen[str]
) -> None:
    task = gate.arrived()
    running.kill()
    running.communicate(timeout=60)
    wait_gone(task)
    assert cli("runs", "--json").json[0]["status"] == "interrupted"

    gate.open()
    said = cli("resume", "last", "--json")
    assert said.code == 0, said
    assert said.last_json["output"] == 60
    assert trace(cli) == [*BEFORE, "wait", "last"]


@pytest.mark.parametrize("start", ["fresh"])
def test_a_run_that_is_still_alive_cannot_be_resumed_but_can_be_read(
    cli: Cli, gate: Gate, running: subprocess.Popen[str]
) -> None:
    gate.arrived()
    assert cli("runs", "--json").json[0]["status"] == "running"
    said = cli("resume", "last")
    assert said.code == 2
    assert str(running.pid) in said.err
    shown = cli("show", "last")
    assert shown.code == 0
    assert "wait" in shown.out
    assert "1 running" in shown.out
    gate.open()
    out, _ = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, "60\n")


def test_an_ended_run_is_not_resumed_but_its_output_told_again(cli: Cli) -> None:
    cli.write("gated.py", FLOW.replace("    pass_the_gate()\n", ""))
    assert cli("run", "gated.py").code == 0
    said = cli("resume", "last")
    assert (said.code, said.out) == (0, "60\n")
    assert "done" in said.err
    assert trace(cli) == [*BEFORE, "last"]


def test_the_process_that_waits_at_the_gate_is_not_the_orchestrator(
    cli: Cli, gate: Gate, started: Processes
) -> None:
    cli.write("gated.py", FLOW)
    started.append(cli.start("run", "gated.py"))
    task = gate.arrived()
    assert task not in (started[0].pid, os.getpid())
    assert Path(f"/proc/{task}").exists()
    gate.open()
    assert started[0].wait(60) == 0


def test_ctrl_c_while_a_file_is_being_imported_ends_at_once_and_leaves_no_run(
    cli: Cli, gate: Gate, started: Processes
) -> None:
    cli.write("slow.py", GATE_IN_TASK + "\npass_the_gate()\n")
    started.append(cli.start("run", "slow.py"))
    gate.arrived()
    started[0].send_signal(signal.SIGINT)
    _, err = started[0].communicate(timeout=60)
    assert started[0].returncode == 130
    assert "Traceback" not in err
    assert cli("runs", "--json").json == []
