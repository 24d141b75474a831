"""`limit(train, running=2)`, with real processes: proven by who is there, not by how long it takes."""

from __future__ import annotations

import subprocess

from tests.support import GATE_IN_TASK, Cli, Gate, wait_gone

FLOW = (
    "from foretell import Grow, limit, many, task, workflow\n"
    + GATE_IN_TASK
    + """
@task
def train(n: int) -> int:
    note(f"begins train {n}")
    pass_the_gate()
    note(f"ends train {n}")
    return n

@task
def look(n: int) -> int:
    note(f"begins look {n}")
    pass_the_gate()
    return n

class Trains(Grow):
    train = many(train)

@task(grows=Trains)
def plan(grow: Trains) -> list[int]:
    return [grow.train(n) for n in (4, 5, 6)]

@task
def total(numbers: list[int]) -> int:
    return sum(numbers)

@workflow
def limited() -> int:
    limit(train, running=2)
    more = plan()
    return total([train(1), train(2), train(3), look(100), total(more)])
"""
)

Processes = list[subprocess.Popen[str]]


def most_at_once(cli: Cli) -> int:
    """How many trainings ran at the same time at most. Each notes its beginning and its end
    itself, so what the lines say was so."""
    now = most = 0
    for line in (cli.folder / "trace.txt").read_text().splitlines():
        if "train" in line:
            now += 1 if line.startswith("begins") else -1
            most = max(most, now)
    return most


def nodes_started(cli: Cli) -> list[str]:
    events = cli("log", "last", "--json").json["events"]
    return [event["node"] for event in events if event["kind"] == "started"]


def test_a_limit_holds_back_what_it_names_and_nothing_else(
    cli: Cli, gate: Gate, started: Processes
) -> None:
    cli.write("limited.py", FLOW)
    started.append(cli.start("run", "limited.py", "--jobs", "4", "--start", "forked"))
    for _ in range(3):
        gate.arrived()
    # Three have come, of four there is room for, and the third is younger than the train it passed.
    assert sorted(nodes_started(cli)) == ["look", "more", "train", "train_2"]
    told = cli("show", "last").out
    assert "waiting  train_3, held by limit(train, running=2)" in told
    assert "running  train_2\n" in told
    held = cli("show", "last", "--json").json["held"]
    assert held["train_3"] == "held by limit(train, running=2): 2 of 2 running"
    for _ in range(7):
        gate.open()
    out, err = started[0].communicate(timeout=120)
    assert (started[0].returncode, out) == (0, "121\n"), err
    assert most_at_once(cli) == 2
    assert "held train_3 back: limit(train, running=2) is reached" in cli("log", "last").out


def test_a_limit_holds_across_kill_9(cli: Cli, gate: Gate, started: Processes) -> None:
    cli.write("limited.py", FLOW)
    started.append(cli.start("run", "limited.py", "--jobs", "4", "--start", "forked"))
    pids = [gate.arrived() for _ in range(3)]
    started[0].kill()
    started[0].communicate(timeout=60)
    for pid in pids:
        wait_gone(pid)
    (cli.folder / "trace.txt").unlink()
    started.append(cli.start("resume", "last"))
    for _ in range(3):
        gate.arrived()
    again = [node for node in nodes_started(cli) if node != "more"]  # which may have been done
    assert sorted(again) == sorted(["look", "train", "train_2"] * 2)
    for _ in range(7):
        gate.open()
    out, err = started[1].communicate(timeout=120)
    assert (started[1].returncode, out) == (0, "121\n"), err
    assert most_at_once(cli) == 2


def test_a_limit_that_lets_nothing_run_is_refused_before_anything_runs(cli: Cli) -> None:
    cli.write("flow.py", FLOW.replace("running=2", "running=0"))
    said = cli("check", "flow.py")
    assert said.code == 2
    assert "limit: running must be a whole number from 1, not 0" in said.err


def test_check_tells_the_limits(cli: Cli) -> None:
    cli.write("limited.py", FLOW)
    assert "  limits   limit(train, running=2) (limited.py:" in cli("check", "limited.py").out
