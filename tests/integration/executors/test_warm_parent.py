"""The warm parent imports once, stays single-threaded, and is replaced when it cannot go on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from foretell.protocol.messages import Finish, Ready, Start
from foretell_runtime.executors.forked import Forked
from foretell_runtime.executors.protocol import CannotStart, Gone
from tests.integration.executors.talking import (
    GENEROUS_S,
    Heard,
    hear,
    open_fds,
    start_of,
    wait_gone,
)

HERE = Path(__file__).parent
T = TypeVar("T")

FLOW = """
from foretell import task
{preface}

@task
def add(a: int, b: int) -> int:
    return a + b

@task
def same(a: int, b: int) -> int:
    return a
"""


def with_forked(use: Callable[[Forked], Awaitable[T]]) -> T:
    async def whole() -> T:
        executor = Forked()
        try:
            return await asyncio.wait_for(use(executor), GENEROUS_S)
        finally:
            await executor.close()

    outside = open_fds()
    result = asyncio.run(whole())
    assert open_fds() == outside
    return result


def flow(folder: Path, preface: str, task: str = "add") -> Start:
    folder.mkdir(exist_ok=True)
    (folder / "tasks.py").write_text(FLOW.format(preface=preface))
    return start_of(folder, task, a=1, b=2)


def test_a_module_is_imported_once_for_all_trials_of_all_its_tasks(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    starts = [
        flow(tmp_path / "f", f"open({str(marks)!r}, 'a').write('x')", t) for t in ("add", "same")
    ]

    async def use(executor: Forked) -> None:
        for start in starts * 3:
            assert isinstance((await hear(executor, start)).last_word, Finish)

    with_forked(use)
    assert marks.read_text() == "x"


def test_what_an_import_prints_is_heard_once(tmp_path: Path) -> None:
    start = flow(tmp_path, "print('imported')\nprint('no newline', end='')")

    async def use(executor: Forked) -> list[Heard]:
        return [await hear(executor, start) for _ in range(3)]

    heard = with_forked(use)
    printed = [line for one in heard for line in one.said("output")]
    assert printed.count("imported") == 1


def test_siblings_draw_different_random_numbers() -> None:
    async def use(executor: Forked) -> list[object]:
        return [(await hear(executor, start_of(HERE, "draws"))).last_word.output for _ in range(5)]

    assert len(set(with_forked(use))) == 5


THREAD = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"


def test_a_module_that_starts_a_thread_is_not_forked_after(tmp_path: Path) -> None:
    spoiling = flow(tmp_path / "spoiling", THREAD)
    clean = flow(tmp_path / "clean", "import os; PARENT = os.getpid()")

    async def use(executor: Forked) -> tuple[list[Heard], int | None, int | None]:
        heard = [await hear(executor, clean)]
        first = executor.warm_pid
        heard += [await hear(executor, spoiling) for _ in range(2)]
        heard += [await hear(executor, clean)]
        assert first is not None
        assert wait_gone(first)  # nobody needed it any more
        return heard, first, executor.warm_pid

    heard, first, last = with_forked(use)
    assert [one.last_word for one in heard] == [Finish(3)] * 4
    assert first != last
    notes = [note for one in heard for note in one.said("note")]
    assert len(notes) == 1
    assert "importing tasks.py starts a thread" in notes[0]


def test_children_of_a_spoiled_parent_go_on(tmp_path: Path) -> None:
    async def use(executor: Forked) -> None:
        printed: asyncio.Queue[str] = asyncio.Queue()
        running = await executor.start(
            start_of(HERE, "pid_and_wait"), lambda stream, line: printed.put_nowait(line)
        )
        await printed.get()
        assert (await hear(executor, flow(tmp_path, THREAD))).last_word == Finish(3)
        os.kill(running.pid, 0)
        assert not running.ended.done()
        await running.kill("seen enough")

    with_forked(use)


def test_trials_that_wait_while_the_parent_is_spoiled_are_started_all_the_same(
    tmp_path: Path,
) -> None:
    starts = [flow(tmp_path / str(i), THREAD if i % 2 else "") for i in range(6)]

    async def use(executor: Forked) -> list[Heard]:
        return await asyncio.gather(*(hear(executor, start) for start in starts))

    assert [one.last_word for one in with_forked(use)] == [Finish(3)] * 6


def test_a_module_that_kills_whoever_imports_it_fails_its_own_trials(tmp_path: Path) -> None:
    deadly = flow(tmp_path / "deadly", "import os; os.kill(os.getpid(), 9)")

    async def use(executor: Forked) -> tuple[Heard, Heard]:
        bad = await hear(executor, deadly)
        return bad, await hear(executor, start_of(HERE, "add", a=1, b=2))

    bad, good = with_forked(use)
    assert bad.messages == [Ready()]
    assert bad.end.why.startswith("was killed by SIGKILL (out of memory?) without finishing")
    assert "ends the process" in bad.said("note")[0]
    assert good.last_word == Finish(3)


def test_when_the_parent_is_killed_its_trials_are_lost_and_the_next_one_starts() -> None:
    async def use(executor: Forked) -> tuple[Gone, int, Heard]:
        printed: asyncio.Queue[str] = asyncio.Queue()
        running = await executor.start(
            start_of(HERE, "pid_and_wait"), lambda stream, line: printed.put_nowait(line)
        )
        await printed.get()
        assert executor.warm_pid is not None
        os.kill(executor.warm_pid, signal.SIGKILL)
        last = [message async for message in running.messages()][-1]
        assert isinstance(last, Gone)
        return last, running.pid, await hear(executor, start_of(HERE, "add", a=1, b=2))

    gone, pid, after = with_forked(use)
    assert not gone.over
    assert not gone.stopped
    assert gone.signal == signal.SIGKILL
    assert wait_gone(pid)
    assert after.last_word == Finish(3)


def test_a_parent_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from foretell_runtime.executors import warm

    monkeypatch.setattr(warm, "SERVER", ("/no/such/python",))

    async def use(executor: Forked) -> None:
        with pytest.raises(CannotStart, match="/no/such/python"):
            await executor.start(start_of(HERE, "add", a=1, b=2), lambda *_: None)

    with_forked(use)


def test_a_parent_that_always_dies_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from foretell_runtime.executors import warm

    monkeypatch.setattr(warm, "SERVER", (sys.executable, "-c", "import sys; sys.exit('broken')"))

    async def use(executor: Forked) -> list[str]:
        printed: list[str] = []
        with pytest.raises(CannotStart, match="keeps dying"):
            await executor.start(
                start_of(HERE, "add", a=1, b=2), lambda stream, line: printed.append(line)
            )
        return printed

    assert "broken" in with_forked(use)


def test_a_start_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    start = flow(tmp_path / "f", f"import os, time; open({str(pid_file)!r}, 'w').write('here')")

    async def use(executor: Forked) -> None:
        starting = asyncio.create_task(executor.start(start, lambda *_: None))
        await asyncio.wait([starting], timeout=0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert (await hear(executor, start)).last_word == Finish(3)

    with_forked(use)
