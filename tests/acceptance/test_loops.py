"""Loops, as a person or a gate meets them on the command line; also where a run is cut off while a
round that was asked for waits for what still runs.
"""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import GATE_IN_TASK, ROOT, Cli, Gate, wait_gone

ESSAY = """
import asyncio
from foretell import again, back, iteration, task, workflow

@task
def write(topic: str, remark: str = "") -> str:
    return topic + remark

@task
async def review(text: str) -> str:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look(text))
    return text

async def look(text: str) -> None:
    await asyncio.sleep(0)
    try:
        if iteration() < 3:
            again("!" * iteration())
    except Exception:
        raise SystemExit("no `except Exception` gets it")

@task
def publish(text: str) -> str:
    return text.upper()

@workflow
def essay(topic: str = "tea") -> str:
    draft = write(topic)
    good = review(draft)
    {loop}
    return publish(good)
"""
LOOP = 'back(good, to=draft, into="remark", at_most={})'


def written(folder: Path, name: str, loop: str = LOOP.format(4)) -> str:
    (folder / name).write_text(ESSAY.replace("{loop}", loop))
    return name


@pytest.mark.parametrize("start", ["fresh", "forked"])
def test_an_async_task_goes_round(cli: Cli, tmp_path: Path, start: str) -> None:
    done = cli("run", written(tmp_path, "essay.py"), "--start", start)
    assert (done.code, done.out) == (0, "TEA!!\n"), done.err
    assert "came round from good to draft: draft, good wait again" in cli("log", "last").out
    shown = cli("show", "last").out
    assert "nodes    3 done\n" in shown
    assert "kept     Rounds(draft, at_most=4)" in shown


def test_check_and_can_tell_what_may_be_done_again(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "essay.py")
    told = cli("check", file).out
    assert "rounds   from draft ×0..4, when good asks" in told
    assert "3 nodes will have run, some of them perhaps again" in told
    assert "draft may be done again: good may go back to draft" in cli("can", file, "write").out
    assert "again" not in cli("can", file, "publish").out


def test_a_loop_and_each_round_more_count_for_a_gate(cli: Cli, tmp_path: Path) -> None:
    none, four = written(tmp_path, "none.py", "pass"), written(tmp_path, "four.py")
    more, any_ = (
        written(tmp_path, "more.py", LOOP.format(9)),
        written(tmp_path, "any.py", LOOP.format("None")),
    )
    gained = cli("diff", none, four)
    assert gained.code == 1
    assert "+ good may go back to draft 4 times at most (before: never)" in gained.out
    assert "runs after" not in gained.out
    widened = cli("diff", four, more)
    assert widened.code == 1
    assert "+ good may go back to draft 9 times at most (before: 4 times at most)" in widened.out
    assert cli("diff", more, any_).code == 1
    lost = cli("diff", four, none)
    assert (lost.code, cli("diff", four, none, "--strict").code) == (0, 1)
    assert "- good can no longer go back to draft" in lost.out
    assert cli("diff", any_, four).code == 0


def test_a_round_too_many_ends_the_run(cli: Cli, tmp_path: Path) -> None:
    done = cli("run", written(tmp_path, "essay.py", LOOP.format(1)))
    assert done.code == 3
    assert "promise    Rounds(draft, at_most=1)" in done.err
    assert "broken by  the end of 'good'" in done.err
    assert "because    a loop may come round to 'draft' once at most" in done.err


DRAINING = (
    GATE_IN_TASK
    + """
from foretell import again, back, iteration, limit, task, workflow

@task
def same(n: int) -> int:
    note(f"same {iteration()}")
    return n

@task(tags=["one"])
def begin(n: int) -> int:
    note(f"begin {n}")
    return n

@task(tags=["one"])
def quick(n: int) -> int:
    if iteration() == 1:
        again(n + 1)
    return n

@task
def slow(n: int) -> int:
    pass_the_gate()
    note(f"slow {iteration()}")
    return n

@task(tags=["one"])
def other(n: int) -> int:
    pass_the_gate()
    return n

@task
def add(numbers: list[int]) -> int:
    return sum(numbers)

@workflow
def draining(n: int = 1) -> int:
    limit("one", running=1)  # so `other` starts as soon as `quick` has asked for its round
    first = same(n)
    begun = begin(first)
    asks = quick(begun)
    runs = slow(begun)
    besides = other(first)
    back(asks, to=begun, into="n", at_most=2)
    return add([asks, runs, besides])
"""
)


def test_a_round_that_waits_for_what_runs_survives_kill_9(
    cli: Cli, tmp_path: Path, gate: Gate, started: list[subprocess.Popen[str]]
) -> None:
    (tmp_path / "flow.py").write_text(DRAINING)
    started.append(cli.start("run", "flow.py", "--jobs", "3"))
    tasks = [gate.arrived(), gate.arrived()]  # `slow`, and `other`, which shows that `quick` asked
    shown = cli("show", "last").out
    assert "2 done" in shown or "3 done" in shown
    assert "rounds   from begun ×0..2, when asks asks" in shown
    started[0].send_signal(signal.SIGKILL)
    started[0].wait(timeout=60)
    for pid in tasks:
        wait_gone(pid)
    resumed = cli.start("resume", "last", "--jobs", "3")
    started.append(resumed)
    for _ in range(2):
        gate.arrived()
        gate.open()
    out, err = resumed.communicate(timeout=60)
    assert (resumed.returncode, out) == (0, "5\n"), err
    kinds = [
        (e["kind"], e.get("node")) for e in json.loads(cli("log", "last", "--json").out)["events"]
    ]
    assert kinds.count(("re-armed", "begun")) == 1
    assert kinds.index(("resumed", None)) < kinds.index(("re-armed", "begun"))
    trace = (tmp_path / "trace.txt").read_text().split("\n")
    assert trace == ["same 1", "begin 1", "begin 2", "slow 2", ""]  # what is done stays done


def test_the_log_of_another_round_tells_no_trials_that_were_not_needed(
    cli: Cli, tmp_path: Path
) -> None:
    file = ROOT / "examples" / "research.py"
    assert cli("run", str(file), "-i", "question=why is tea green", "--start", "forked").code == 0
    log = cli("log", "last").out
    assert "started found, iteration 2\n" in log
    assert log.count("started found.look_up\n") == 2  # two nodes, one after the other
    assert "trial" not in log
