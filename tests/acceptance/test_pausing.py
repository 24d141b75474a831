"""Pausing a run from another process, and letting it go on."""

from __future__ import annotations

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = f"""
from foretell import task, workflow
{GATE_IN_TASK}

@task
def first(n: int) -> int:
    pass_the_gate()
    return n

@task
def second(n: int) -> int:
    note("second")
    return n + 1

@workflow
def flow(n: int = 3) -> int:
    return second(first(n))
"""


@pytest.fixture
def gate(cli: Cli) -> Gate:
    cli.write("flow.py", FLOW)
    return Gate(cli.folder)


def test_a_running_run_is_paused_left_and_goes_on_only_when_it_is_let(cli: Cli, gate: Gate) -> None:
    running = cli.start("run", "flow.py")
    gate.arrived()
    assert cli("pause", "last", "--why", "lunch", "--by", "ada").code == 0
    assert cli("runs").out.splitlines()[1].split()[1] == "paused"
    gate.open()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 4
    assert "paused by ada (lunch)" in said and "foretell unpause flow-" in said
    assert not (cli.folder / "trace.txt").exists()

    again = cli("resume", "last")
    assert again.code == 4 and "is paused by ada (lunch)" in again.err
    shown = cli("show", "last").out
    assert "paused by ada (lunch)" in shown and "let it go on with: foretell unpause" in shown
    assert "paused" in cli("draw", "last", "--format", "dot").out
    assert "paused already" in cli("pause", "last").err

    assert "foretell resume" in cli("unpause", "last").err
    on = cli("resume", "last")
    assert (on.code, on.out.strip()) == (0, "4")
    assert "paused by ada (lunch): nothing more is started" in cli("log", "last").out
    assert "is over already" in cli("pause", "last").err
    assert "is over already" in cli("unpause", "last").err


def test_a_run_that_stays_goes_on_at_once(cli: Cli, gate: Gate) -> None:
    running = cli.start("run", "flow.py", "--wait")
    gate.arrived()
    assert cli("pause", "last").code == 0
    gate.open()
    assert cli("unpause", "last").err.endswith(" goes on.\n")
    out, _ = running.communicate(timeout=60)
    assert (running.returncode, out.strip()) == (0, "4")


def test_a_pause_outlives_a_kill(cli: Cli, gate: Gate) -> None:
    running = cli.start("run", "flow.py")
    gate.arrived()
    assert cli("pause", "last").code == 0
    running.kill()
    running.communicate()
    assert cli("runs").out.splitlines()[1].split()[1] == "paused"
    assert cli("resume", "last").code == 4
    assert cli("cancel", "last").code == 0
    assert cli("runs").out.splitlines()[1].split()[1] == "cancelled"
