"""Real workers on one store: they race, are killed, are told to stop, and leave what only waits."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretell_runtime import Runtime
from foretell_runtime.cli.targets import load_target
from foretell_runtime.cli.worker import Teller
from foretell_runtime.queueing import Submission
from foretell_runtime.store.protocol import RunRecord
from foretell_runtime.store.sqlite import SqliteStore
from foretell_runtime.worker import Worker
from tests.support import GATE_IN_TASK, Cli, Gate, wait_gone

STORE = Path(".foretell", "foretell.db")

FLOW = (
    GATE_IN_TASK
    + """
from datetime import datetime, timedelta

from foretell import ask, sleep_until, task, workflow


@task
def count(n: int) -> int:
    note(f"count {n}")
    return n


@workflow
def counting(n: int) -> int:
    return count(n)


@task
def wait(n: int) -> int:
    note(f"wait {n}")
    pass_the_gate()
    note(f"passed {n}")
    return n


@workflow
def waiting(n: int) -> int:
    return count(wait(n))


@workflow
def asking(n: int = 1) -> int:
    return count.after(ask(bool, "Sure?"))(n)


@task
def soon() -> datetime:
    return datetime.now().astimezone() + timedelta(seconds=4)


@workflow
def later(n: int = 1) -> int:
    return count.after(sleep_until(soon()))(n)
"""
)


class Hired:
    """A worker process, and what it says."""

    def __init__(self, cli: Cli, *args: str) -> None:
        self.process = cli.start("worker", *args)
        self.said = ""

    def says(self, pattern: str, timeout_s: float = 60) -> None:
        """Returns when it has said so."""
        assert self.process.stderr is not None
        fd = self.process.stderr.fileno()
        while not re.search(pattern, self.said):
            readable, _, _ = select.select([fd], [], [], timeout_s)
            assert readable, f"the worker did not say {pattern!r}, but:\n{self.said}"
            more = os.read(fd, 10_000).decode()
            assert more, f"the worker ended without saying {pattern!r}, but:\n{self.said}"
            self.said += more

    def ends(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def hire(cli: Cli) -> Iterator[type[Hired] | object]:
    hired: list[Hired] = []

    def one(*args: str) -> Hired:
        hired.append(Hired(cli, *args))
        return hired[-1]

    yield one
    for worker in hired:
        worker.process.kill()
        worker.process.communicate()


@pytest.fixture
def flows(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(cli.folder)
    cli.write("flow.py", FLOW)
    return cli


def submit(workflow: str, n: int = 1, patience: int = 3) -> str:
    found = load_target(f"flow.py:{workflow}")
    how = Submission(patience=patience)
    runtime = Runtime(STORE, start="forked")
    done = asyncio.run(runtime.submit_graph(found.graph, {"n": n}, found.base, how))
    return done.run.id


def runs() -> dict[str, RunRecord]:
    async def found() -> list[RunRecord]:
        async with SqliteStore(STORE, reading=True) as store:
            return await store.runs()

    return {run.id: run for run in asyncio.run(found())}


def statuses() -> dict[str, str]:
    return {run.id: run.status for run in runs().values()}


def drain() -> None:
    """Work here, without a process of its own."""
    asyncio.run(Worker(STORE, Runtime(STORE, leave=True), Teller()).work("drained"))


def trace(folder: Path) -> list[str]:
    return (folder / "trace.txt").read_text().splitlines()


def test_two_workers_that_race_run_each_run_once(flows: Cli, tmp_path: Path) -> None:
    for n in range(6):
        submit("counting", n)
    workers = [flows.start("worker", "--drain", "--runs", "2") for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    said = "".join(worker.communicate()[1] for worker in workers)
    assert Counter(trace(tmp_path)) == {f"count {n}": 1 for n in range(6)}
    assert set(statuses().values()) == {"done"}
    assert said.count("taken") == 6, said


def test_another_worker_goes_on_with_what_a_killed_one_had(
    flows: Cli, gate: Gate, hire: type[Hired], tmp_path: Path
) -> None:
    run = submit("waiting")
    first = hire()  # type: ignore[call-arg]
    gate.arrived()
    second = hire()  # type: ignore[call-arg]
    second.says("working on")
    shown = runs()[run]
    assert (shown.status, shown.owner) == ("running", first.process.pid)
    first.process.kill()
    first.process.wait(30)
    second.says("taken, attempt 2")  # nobody rang: the kernel told it
    gate.arrived()
    gate.open()
    second.says("done")
    assert second.ends() == 0
    assert trace(tmp_path) == ["wait 1", "wait 1", "passed 1", "count 1"]
    assert runs()[run].deaths == 0


@pytest.mark.parametrize("signals", [1, 2])
def test_a_worker_that_is_told_to_stop_leaves_its_run_to_the_next(
    flows: Cli, gate: Gate, hire: type[Hired], tmp_path: Path, signals: int
) -> None:
    run = submit("waiting")
    first = hire()  # type: ignore[call-arg]
    task = gate.arrived()
    first.process.terminate()
    first.says("no more runs are taken, 1 running")
    if signals == 2:
        first.process.terminate()
        wait_gone(task)
    else:
        gate.open()
    assert first.process.wait(60) == 0
    assert statuses() == {run: "interrupted"}
    passed = ["wait 1", "passed 1"] if signals == 1 else ["wait 1"]
    assert trace(tmp_path) == passed, "what ran could end, and nothing was begun"
    if signals == 2:
        gate.open()
    drain()
    assert runs()[run].attempts == 2 and statuses() == {run: "done"}
    assert trace(tmp_path)[-1] == "count 1"


CRASHES = [("within", 1, 1), ("after", 1, 2), ("after", 2, 2)]


@pytest.mark.parametrize(("when", "number", "attempts"), CRASHES)
def test_a_run_survives_the_death_of_its_worker_at_any_moment(
    flows: Cli, tmp_path: Path, when: str, number: int, attempts: int
) -> None:
    run = submit("counting")
    dying(flows, when, number)
    assert statuses() == {run: "queued" if number == 1 else "interrupted"}
    drain()
    assert (runs()[run].status, runs()[run].attempts) == ("done", attempts)
    assert set(trace(tmp_path)) == {"count 1"}


def dying(cli: Cli, when: str, number: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("dying.py"))]
    died = subprocess.run(
        [*command, str(STORE), when, str(number)], cwd=cli.folder, check=False, timeout=60,
        capture_output=True,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_what_workers_die_of_is_put_aside_and_can_be_had_again(flows: Cli, tmp_path: Path) -> None:
    run = submit("counting", patience=2)
    dying(flows, "after", 1)
    dying(flows, "after", 1)
    told = flows("worker", "--drain").err
    assert f"{run}  dead: process" in told and f"foretell submit --again {run}" in told
    assert statuses() == {run: "dead"}
    assert "died (2 times in a row)" in flows("show", run).out
    drain()
    assert statuses() == {run: "dead"}
    assert flows("retry", run).out.strip() == run
    drain()
    assert statuses() == {run: "done"}


def test_what_only_waits_is_left_and_gone_on_with(
    flows: Cli, hire: type[Hired], tmp_path: Path
) -> None:
    worker = hire()  # type: ignore[call-arg]
    worker.says("working on")
    asked, timed = submit("asking"), submit("later", 2)
    worker.says(f"{asked}  waits for an answer")
    worker.says(f"{timed}  waits until")
    assert (runs()[asked].status, runs()[asked].owner) == ("waiting", None)
    worker.says(f"{timed}  done")  # by the clock
    answered = flows("answer", asked, "--value", "true")
    assert "a worker goes on with it" in answered.err
    worker.says(f"{asked}  done")  # by the bell
    assert sorted(trace(tmp_path)) == ["count 1", "count 2"]
    assert [runs()[run].attempts for run in (asked, timed)] == [1, 1]
    assert worker.ends() == 0
