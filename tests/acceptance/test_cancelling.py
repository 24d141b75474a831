"""Cancelling and skipping nodes from the command line: in a run that goes on, and in one that nobody runs."""

from __future__ import annotations

import json

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate, wait_gone

FLOW = f"""
import subprocess
from foretell import Count, Grow, ask, each, many, promise, task, workflow
{GATE_IN_TASK}

@task
def slow(n: int) -> int:
    child = subprocess.Popen(["sleep", "600"])
    note(str(child.pid))
    pass_the_gate()
    return n

@task
def after(n: int) -> int:
    note("after")
    return n * 10

@task
def beside() -> str:
    return "beside"

@workflow
def flow() -> str:
    first = slow(1)
    after(first)
    return beside()

@workflow
def chained() -> int:
    first = slow(1)
    return after(first)

@task
def leaf(n: int) -> int:
    return n

class Leaves(Grow):
    leaves = many(leaf)

@task(grows=Leaves)
def plan(grow: Leaves, go: bool) -> list[int]:
    return grow.leaves.map(n=each([1, 2]))

@workflow
def promised() -> list[int]:
    promise(Count(leaf, at_least=1))
    go = ask(bool, "Go?")
    return plan(go)
"""


@pytest.fixture
def gate(cli: Cli) -> Gate:
    cli.write("flow.py", FLOW)
    return Gate(cli.folder)


def nodes(cli: Cli) -> dict[str, str]:
    return {
        node["id"]: node.get("status", "waiting")
        for node in cli("show", "last", "--json").json["horizon"]["nodes"]
    }


def test_a_running_task_is_stopped_with_all_that_it_started_and_the_rest_goes_on(
    cli: Cli, gate: Gate
) -> None:
    running = cli.start("run", "flow.py:flow", "--jobs", "1")
    pid = gate.arrived()
    asked = cli("cancel", "last", "first")
    assert asked.code == 2 and "say --yes" in asked.err
    assert "cancelled  first" in asked.err and "ruled out  after" in asked.err
    told = cli("cancel", "last", "first", "--yes", "--json", "--by", "ada", "--why", "too slow")
    assert told.json["ruled_out"] == ["after"] and told.json["running"] is True
    out, _ = running.communicate(timeout=60)
    assert (running.returncode, out.strip()) == (0, "beside")
    child = int((cli.folder / "trace.txt").read_text().split()[0])
    wait_gone(pid)
    wait_gone(child)
    assert nodes(cli) == {"first": "cancelled", "after": "ruled_out", "beside": "done"}
    assert "cancelled first, by ada: too slow" in cli("log", "last").out


def test_a_running_task_is_skipped_with_a_value_of_its_type(cli: Cli, gate: Gate) -> None:
    running = cli.start("run", "flow.py:chained")
    gate.arrived()
    bad = cli("cancel", "last", "first", "--skip", "--value", "many", "--yes")
    assert (bad.code, bad.err) == (
        2,
        "Error: the output of 'first': expected integer, got the text 'many'\n",
    )
    assert cli("cancel", "last", "first", "--skip", "--yes").code == 2, "null is no integer"
    assert cli("cancel", "last", "first", "--skip", "--value", "7", "--yes").code == 0
    out, _ = running.communicate(timeout=60)
    assert (running.returncode, out.strip()) == (0, "70")
    assert "skipped first -> 7" in cli("log", "last").out


def test_a_promise_is_given_up_only_by_force_and_asked_for_again_by_a_restart(
    cli: Cli, gate: Gate
) -> None:
    assert cli("run", "flow.py:promised").code == 4
    refused = cli("cancel", "last", "plan", "--yes")
    assert refused.code == 2
    assert "promise    Count(leaf, at_least=1)" in refused.err
    assert "no result  it needs what 'plan' gives" in refused.err
    assert "Use force" in refused.err
    assert nodes(cli)["plan"] == "waiting"

    assert cli("cancel", "last", "plan", "--yes", "--force").code == 0
    assert nodes(cli)["plan"] == "cancelled"
    assert cli("cancel", "last", "go", "--skip", "--value", "true", "--yes").code == 0
    failed = cli("resume", "last")
    assert failed.code == 1 and "against the promise Count(leaf, at_least=1)" in failed.err

    assert cli("retry", "last").code == 0
    again = cli("resume", "last")
    assert again.code == 0, again
    assert json.loads(again.out) == [1, 2]
    assert "the run is over: it is done" in cli("cancel", "last", "plan", "--yes").err
