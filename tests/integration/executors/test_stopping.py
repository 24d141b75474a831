"""A task that is told to stop learns of it where it stands, may clean up, and is not disturbed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foretell.protocol.messages import FromTask
from foretell_runtime.executors import child as child_module
from foretell_runtime.executors.protocol import Gone
from tests.integration.executors.talking import (
    GENEROUS_S,
    opened,
    pids_in,
    start_of,
    wait_gone,
)

HERE = Path(__file__).parent


def stopped(kind: str, task: str, /, **inputs: Any) -> list[tuple[str, str]]:
    """What a task writes from the moment on at which it is stopped, with nobody listening, as the
    orchestrator does it. Nothing of it counts."""

    async def whole() -> list[tuple[str, str]]:
        async with opened(kind) as executor:
            written: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
            start = replace(
                start_of(HERE, task, **inputs), entry=f"stopped_tasks.py:{task}", tasks={}
            )
            child = await executor.start(start, lambda *line: written.put_nowait(line))
            said: list[FromTask | Gone] = []

            async def listen() -> None:
                async for one in child.messages():
                    said.append(one)

            listening = asyncio.ensure_future(listen())
            while (await written.get())[1] != "here":
                pass
            listening.cancel()
            await child.kill("the test wants it")
            assert wait_gone(child.pid)
            assert [one.kind for one in said if not isinstance(one, Gone)] in (["ready"], [])
            return [written.get_nowait() for _ in range(written.qsize())]

    return asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_a_plain_task_is_interrupted_where_it_waits_and_its_last_words_are_kept(
    kind: str,
) -> None:
    written = stopped(kind, "plain")
    assert ("output", "cleaned True") in written
    assert ("log", "warning: logged while cleaning") in written
    assert len(written) == 2, "`except Exception` does not hold it up"


@pytest.mark.parametrize("task", ["computing", "waiting", "unwilling", "holding_up"])
def test_whatever_a_task_does_it_learns_that_it_is_to_stop(kind: str, task: str) -> None:
    assert stopped(kind, task) == [("output", "cleaned True")]


def test_all_that_an_async_task_has_begun_is_cancelled(kind: str) -> None:
    assert sorted(stopped(kind, "group")) == [("output", "cleaned a"), ("output", "cleaned b")]


def test_cleaning_up_is_not_interrupted(kind: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    assert stopped(kind, "told_twice", gate=str(gate)) == [("output", "cleaned True")]
    assert gate.exists()


def test_threads_can_ask(kind: str) -> None:
    assert stopped(kind, "in_a_thread") == [("output", "cleaned by the thread")]


def test_exit_functions_run_too(kind: str) -> None:
    assert stopped(kind, "at_exit") == [("output", "cleaned at exit")]


def test_a_task_may_log_as_much_as_it_likes_while_it_cleans_up(kind: str) -> None:
    written = stopped(kind, "talkative")
    assert ("output", "cleaned") in written
    assert sum(stream == "log" for stream, _ in written) == 3000


def test_what_a_task_has_started_goes_with_it_even_if_it_does_not_listen(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "POLITE_S", 0.2)

    async def whole() -> list[int]:
        async with opened(kind) as executor:
            written: asyncio.Queue[str] = asyncio.Queue()
            start = replace(
                start_of(HERE, ""), entry="stopped_tasks.py:with_grandchildren", tasks={}
            )
            child = await executor.start(start, lambda _, line: written.put_nowait(line))
            pids = [next(pids_in([await written.get()])) for _ in range(2)]
            await child.kill("the test wants it")
            return [child.pid, *pids]

    pids = asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))
    assert [pid for pid in pids if not wait_gone(pid)] == []
