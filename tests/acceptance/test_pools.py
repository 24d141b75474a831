"""`limit(..., pool="gpu")` with two commands at once on one store: proven by who is there."""

from __future__ import annotations

import subprocess

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = f"""
from foretell import limit, task, workflow
{GATE_IN_TASK}

@task
def train(n: int) -> int:
    note(f"begins {{n}}")
    pass_the_gate()
    note(f"ends {{n}}")
    return n

@workflow
def one(n: int) -> int:
    limit(train, running=1, pool="gpu")
    return train(n)
"""


def wait_for_held(cli: Cli) -> None:
    """Until the second run has asked for a place and was refused one."""
    for _ in range(100):
        if "held train back: limit(train, running=1, pool='gpu')" in cli("log", "last").out:
            return
    raise AssertionError("the second run does not wait")


def test_what_one_run_holds_the_other_waits_for_until_it_ends_or_dies(
    cli: Cli, gate: Gate, started: list[subprocess.Popen[str]]
) -> None:
    cli.write("flow.py", FLOW)
    started.append(cli.start("run", "flow.py", "-i", "n=1"))
    gate.arrived()
    started.append(cli.start("run", "flow.py", "-i", "n=2"))
    wait_for_held(cli)
    assert "pool     gpu: train of one-" in cli("show", "last").out
    started[0].kill()
    started[0].communicate(timeout=60)
    gate.arrived()
    gate.open()
    out, err = started[1].communicate(timeout=60)
    assert (started[1].returncode, out) == (0, "2\n"), err
    lines = (cli.folder / "trace.txt").read_text().split("\n")
    assert lines[:3] == ["begins 1", "begins 2", "ends 2"]
