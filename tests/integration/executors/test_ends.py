"""No process outlives its orchestrator, and none that is told to end goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from foretell.protocol.messages import Ready
from foretell_runtime.executors import child as child_module
from foretell_runtime.executors.protocol import Gone
from tests.integration.executors.talking import (
    GENEROUS_S,
    open_fds,
    opened,
    pids_in,
    start_of,
    wait_gone,
)

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

LIVELY = ["pid_and_busy", "pid_and_wait", "pid_and_subprocess", "pid_and_stubborn", "pid_and_stuck"]


@contextmanager
def orchestra(kind: str, tasks: list[str], processes: int) -> Iterator[tuple[int, list[int]]]:
    """The pid of an orchestrator, and those of the processes of its trials."""
    command = [sys.executable, "-m", "tests.integration.executors.orchestra", kind, str(HERE)]
    with subprocess.Popen(
        [*command, *tasks], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            lines = (line.strip() for line in running.stdout)
            yield running.pid, [next(pids_in([line])) for line in islice(lines, processes)]
        finally:
            running.kill()


def test_nothing_survives_the_kill_of_the_orchestrator(kind: str) -> None:
    with orchestra(kind, LIVELY, processes=len(LIVELY) + 1) as (orchestrator, pids):
        assert len(pids) == len(LIVELY) + 1
        parents = {parent_of(pid) for pid in pids}
        os.kill(orchestrator, signal.SIGKILL)
        assert [pid for pid in pids if not wait_gone(pid)] == []
        assert all(wait_gone(parent) for parent in parents if parent > 1)


def test_nothing_survives_the_kill_of_orchestrator_and_warm_parent_together() -> None:
    with orchestra("forked", LIVELY, processes=len(LIVELY) + 1) as (orchestrator, pids):
        warm = parent_of(pids[0])
        os.kill(orchestrator, signal.SIGSTOP)  # so that it cannot help
        os.kill(warm, signal.SIGKILL)
        os.kill(orchestrator, signal.SIGKILL)
        assert [pid for pid in pids if not wait_gone(pid)] == []


@pytest.mark.parametrize("task", LIVELY)
def test_a_killed_trial_ends_with_all_it_started(
    kind: str, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "POLITE_S", 0.2)

    async def whole() -> None:
        async with opened(kind) as executor:
            printed: asyncio.Queue[str] = asyncio.Queue()
            child = await executor.start(
                start_of(HERE, task), lambda stream, line: printed.put_nowait(line)
            )
            pids = [next(pids_in([await printed.get()]))]
            if task == "pid_and_subprocess":
                pids.append(next(pids_in([await printed.get()])))
            await child.kill("the test wants it")
            assert all(wait_gone(pid) for pid in pids)
            said = [message async for message in child.messages()]
            assert [message for message in said if not isinstance(message, Gone)] == []
            assert isinstance(said[-1], Gone)
            assert said[-1].stopped
            assert said[-1].why == "was stopped: the test wants it"

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


@pytest.mark.parametrize("task", ["pid_and_tidy", "pid_and_async_tidy"])
def test_a_killed_trial_may_clean_up(kind: str, task: str, tmp_path: Path) -> None:
    async def whole() -> None:
        async with opened(kind) as executor:
            printed: asyncio.Queue[str] = asyncio.Queue()
            start = start_of(HERE, task, path=str(tmp_path / "cleaned"))
            child = await executor.start(start, lambda stream, line: printed.put_nowait(line))
            await printed.get()
            await child.kill("the test wants it")
            assert (tmp_path / "cleaned").exists()

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_killing_wakes_who_is_listening(kind: str) -> None:
    async def whole() -> list[object]:
        async with opened(kind) as executor:
            child = await executor.start(start_of(HERE, "pid_and_wait"), lambda *_: None)
            messages = child.messages()
            assert await anext(messages) == Ready()
            rest = asyncio.ensure_future(anext(messages))
            await asyncio.gather(child.kill("one"), child.kill("two"))
            return [await rest]

    (gone,) = asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))
    assert isinstance(gone, Gone)
    assert gone.why == "was stopped: one"


def test_killing_what_has_ended_does_nothing(kind: str) -> None:
    async def whole() -> None:
        async with opened(kind) as executor:
            child = await executor.start(start_of(HERE, "add", a=1, b=2), lambda *_: None)
            last = [message async for message in child.messages()][-1]
            await child.kill("too late")
            assert isinstance(last, Gone)
            assert not last.stopped

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_closing_an_executor_ends_what_still_runs(kind: str) -> None:
    async def whole() -> list[int]:
        async with opened(kind) as executor:
            start = start_of(HERE, "pid_and_wait")
            return [(await executor.start(start, lambda *_: None)).pid for _ in range(3)]

    outside = open_fds()
    assert all(map(wait_gone, asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))))
    assert open_fds() == outside


def test_a_listener_that_is_cancelled_leaves_the_child_to_kill(kind: str) -> None:
    async def whole() -> None:
        async with opened(kind) as executor:
            child = await executor.start(start_of(HERE, "pid_and_wait"), lambda *_: None)
            messages = child.messages()
            await anext(messages)
            listening = asyncio.ensure_future(anext(messages))
            await asyncio.wait([listening], timeout=0)
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
            await child.kill("nobody listens")
            assert wait_gone(child.pid)

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_a_worker_without_a_lifeline_ends_with_its_stdin() -> None:
    command = [sys.executable, "-m", "foretell.worker"]
    start = start_of(HERE, "pid_and_busy")
    from foretell.protocol import codec

    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as worker:  # fmt: skip
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stderr is not None
        assert codec.from_task(worker.stdout.readline()) == Ready()
        worker.stdin.write(codec.line_of(start))
        worker.stdin.flush()
        assert worker.stderr.readline().startswith(b"pid ")
        worker.stdin.close()
        assert wait_gone(worker.pid)
        assert worker.wait() == -signal.SIGKILL


@pytest.mark.parametrize("task", ["pid_and_busy", "pid_and_wait"])
def test_a_worker_without_a_lifeline_obeys_cancel(task: str) -> None:
    from foretell.protocol import codec
    from foretell.protocol.messages import Cancel

    with subprocess.Popen(
        [sys.executable, "-m", "foretell.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    ) as worker:  # fmt: skip
        assert worker.stdin is not None
        assert worker.stderr is not None
        worker.stdin.write(codec.line_of(start_of(HERE, task)))
        worker.stdin.flush()
        assert worker.stderr.readline().startswith(b"pid ")
        worker.stdin.write(codec.line_of(Cancel("enough")))
        worker.stdin.flush()
        assert wait_gone(worker.pid)
        assert worker.wait() == 128 + signal.SIGTERM


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])
