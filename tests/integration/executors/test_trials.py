"""A trial in a process of its own, in both ways to start one: what goes in, what comes out."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from foretell.protocol.messages import Fail, Finish, Progress, Propose, Ready, Reply, Would
from foretell_runtime.executors.protocol import CannotStart, Gone
from tests.integration.executors.talking import (
    GENEROUS_S,
    Heard,
    hear,
    open_fds,
    opened,
    start_of,
    trial,
    wait_gone,
)

HERE = Path(__file__).parent


def run(kind: str, task: str, /, answer: Any = None, **inputs: Any) -> Heard:
    more = {"answer": answer} if answer else {}
    return trial(kind, start_of(HERE, task, **inputs), **more)


@pytest.mark.parametrize("task", ["add", "slow_add"])
def test_a_task_runs_and_its_result_comes_back(kind: str, task: str) -> None:
    heard = run(kind, task, a=1, b=2)
    assert heard.last_word == Finish(3)
    assert heard.end == Gone("exited with code 0", over=True, exit_code=0)


def test_whatever_is_printed_is_captured_and_the_protocol_is_not_disturbed(kind: str) -> None:
    heard = run(kind, "prints")
    assert heard.last_word == Finish()
    assert sorted(heard.said("output")) == [
        "from a subprocess", "no newline", "to fd 1", "to stderr", "to stdout",
    ]  # fmt: skip


def test_stdin_is_empty_for_the_task(kind: str) -> None:
    assert run(kind, "reads").last_word == Finish("")


def test_log_records_nobody_else_handles_are_captured(kind: str) -> None:
    assert run(kind, "logs").said("log") == ["warning: careful with this"]


def test_logging_that_the_task_configures_is_left_alone(kind: str) -> None:
    heard = run(kind, "logs_its_own_way")
    assert heard.said("log") == []
    assert heard.said("output") == ["MY WAY hello"]


def test_an_exception_is_a_failure_with_the_users_traceback(kind: str) -> None:
    heard = run(kind, "fails")
    assert isinstance(heard.last_word, Fail)
    assert heard.last_word.error == "ValueError: no such thing"
    lines = heard.last_word.trace.splitlines()
    assert "tasks.py" in lines[1]
    assert lines[-1] == "ValueError: no such thing"
    assert heard.end.over


def test_sys_exit_is_a_failure(kind: str) -> None:
    assert run(kind, "exits", code=0).last_word.error == "the task called sys.exit(0)"


@pytest.mark.parametrize(
    ("inputs", "says"),
    [({"a": 1}, "missing"), ({"a": 1, "b": "x"}, "expected int"), ({"a": 1, "b": 2, "c": 3}, "c")],
)
def test_wrong_inputs_are_named(kind: str, inputs: dict[str, Any], says: str) -> None:
    heard = trial(kind, start_of(HERE, "add", **inputs))
    assert says in heard.last_word.error
    assert "add" in heard.last_word.error


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (None, "there is no such file"),
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("def f(:", "SyntaxError"),
        ("raise SystemExit(3)", "the task called sys.exit(3)"),
        ("x = 1", "has no 'add'"),
        ("def add(): pass", "not a task"),
    ],
)
def test_a_module_that_cannot_be_used_fails_its_own_trial(
    kind: str, source: str | None, says: str, tmp_path: Path
) -> None:
    if source is not None:
        (tmp_path / "tasks.py").write_text(source)

    async def whole() -> tuple[Heard, Heard]:
        async with opened(kind) as executor:
            bad = await hear(executor, start_of(tmp_path, "add", a=1, b=2))
            return bad, await hear(executor, start_of(HERE, "add", a=1, b=2))

    bad, good = asyncio.run(whole())
    assert says in bad.last_word.error
    assert good.last_word == Finish(3)


def test_progress_is_thinned_out_and_its_last_word_is_heard(kind: str) -> None:
    heard = run(kind, "reports_often", times=20_000)
    reports = [message for message in heard.messages if isinstance(message, Progress)]
    assert reports[-1] == Progress(19_999, 20_000, "at 19999")
    assert len(reports) < 1_000
    assert [report.done for report in reports] == sorted(report.done for report in reports)


def test_threads_of_a_task_may_report(kind: str) -> None:
    heard = run(kind, "reports_from_threads")
    assert any(isinstance(message, Progress) for message in heard.messages)
    assert heard.last_word == Finish()


def test_a_process_that_the_task_forked_may_not_speak_for_it(kind: str) -> None:
    assert "a process that it forked" in run(kind, "speaks_from_a_fork").last_word.output


def test_exit_functions_run(kind: str) -> None:
    path = run(kind, "cleans_up").last_word.output
    assert not Path(path).exists()


def test_a_thread_left_behind_keeps_nothing_alive(kind: str) -> None:
    heard = run(kind, "leaves_a_thread")
    assert heard.last_word == Finish(1)
    assert heard.end.exit_code == 0


def test_a_process_left_behind_is_ended(kind: str) -> None:
    heard = run(kind, "leaves_a_process")
    assert heard.end.exit_code == 0
    assert wait_gone(heard.last_word.output)


def test_the_word_of_a_task_stands_whatever_its_exit_code(kind: str) -> None:
    heard = run(kind, "dies_after_its_end")
    assert heard.last_word == Finish(1)
    assert heard.end.over
    assert heard.said("note") == ["exited with code 7 after it had ended; its word stands"]


def test_an_output_too_large_fails_with_the_cure(kind: str) -> None:
    heard = run(kind, "returns_much", size=20_000_000)
    assert heard.last_word.error.startswith("the output is 20,000,0")
    assert "write it to a file" in heard.last_word.error


def test_ending_without_a_word_tells_how_and_what_was_printed_last(kind: str) -> None:
    heard = run(kind, "leaves", code=3)
    assert heard.end.why == "exited with code 3 without finishing; the last it printed:\nleaving"
    assert not heard.end.over


@pytest.mark.parametrize(
    ("number", "says"),
    [(9, "was killed by SIGKILL (out of memory?)"), (11, "SIGSEGV (a crash in native code)")],
)
def test_a_signal_is_named(kind: str, number: int, says: str) -> None:
    heard = run(kind, "kills_itself", number=number)
    assert says in heard.end.why
    assert heard.end.signal == number


def test_growth_is_proposed_and_comes_back_as_holes(kind: str) -> None:
    heard = run(kind, "plan", n=2)
    proposals = [message for message in heard.messages if isinstance(message, Propose)]
    assert [proposal.request for proposal in proposals] == [1, 2]
    nodes = [node for proposal in proposals for node in proposal.change.nodes]
    assert [(node.task, node.slot, node.scope) for node in nodes] == [("leaf", "leaf", "node")] * 2
    assert heard.last_word.output == [None, None]
    assert [(hole.at, hole.node) for hole in heard.last_word.holes] == [
        (f"/{i}", node.id) for i, node in enumerate(nodes)
    ]


def test_a_question_is_answered(kind: str) -> None:
    def answer(request: Propose | Would) -> Reply:
        assert isinstance(request, Would)
        return Reply(request.request, ok=False, why="that is a cycle")

    assert run(kind, "careful", answer=answer).last_word == Finish("False that is a cycle")


@pytest.mark.parametrize(("against", "name"), [("law", "LawBroken"), ("promise", "PromiseBroken")])
def test_a_refusal_is_raised_where_the_task_grew(kind: str, against: Any, name: str) -> None:
    def answer(request: Propose | Would) -> Reply:
        return Reply(request.request, ok=False, why="no", against=against)

    assert run(kind, "tries", answer=answer).last_word == Finish(f"{name}: no")
    failed = run(kind, "plan", answer=answer, n=1).last_word
    assert failed.error == "no"
    assert "return [grow.leaf(i)" in failed.trace
    assert failed.trace.count('File "') == failed.trace.count("tasks.py") >= 1


def test_many_trials_at_once_do_not_mix(kind: str) -> None:
    async def whole() -> list[Heard]:
        async with opened(kind) as executor:
            starts = [start_of(HERE, "add", a=i, b=i) for i in range(10)]
            return await asyncio.gather(*(hear(executor, start) for start in starts))

    assert [heard.last_word.output for heard in asyncio.run(whole())] == [2 * i for i in range(10)]


@pytest.mark.parametrize(("kind", "times"), [("forked", 500), ("fresh", 30)])
def test_no_fd_is_left_open(kind: str, times: int) -> None:
    async def whole() -> tuple[list[str], list[str]]:
        async with opened(kind) as executor:
            await hear(executor, start_of(HERE, "add", a=1, b=2))
            before = open_fds()
            for _ in range(times):
                heard = await hear(executor, start_of(HERE, "add", a=1, b=2))
                assert heard.last_word == Finish(3)
            return before, open_fds()

    outside = open_fds()
    before, after = asyncio.run(whole())
    assert len(after) == len(before)
    assert open_fds() == outside


def test_a_start_that_cannot_be_sent_is_refused_and_leaves_nothing(kind: str) -> None:
    async def whole() -> None:
        async with opened(kind) as executor:
            before = open_fds()
            with pytest.raises(CannotStart, match="the start of node 'node' is 17,0"):
                await executor.start(start_of(HERE, "add", a="x" * 17_000_000), print)
            assert open_fds() == before

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_a_process_is_told_from_its_pid(kind: str) -> None:
    async def whole() -> None:
        async with opened(kind) as executor:
            child = await executor.start(start_of(HERE, "pid_and_wait"), lambda *_: None)
            messages = child.messages()
            assert await anext(messages) == Ready()
            assert os.getsid(child.pid) == os.getpgid(child.pid) == child.pid
            await child.kill("seen enough")
            assert wait_gone(child.pid)

    asyncio.run(whole())


def test_a_plain_task_in_a_fresh_process_loads_next_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(
        "import sys\nfrom foretell import task\n\n"
        "@task\ndef loaded(n: int) -> list[str]:\n    return sorted(sys.modules)\n"
    )
    loaded = set(trial("fresh", start_of(tmp_path, "loaded", n=1)).last_word.output)
    assert "foretell.worker.trial" in loaded
    assert loaded.isdisjoint(
        {"pydantic", "asyncio", "dataclasses", "inspect", "ast", "pathlib", "hashlib", "logging",
         "traceback", "ctypes", "subprocess", "foretell.document.model", "foretell.graph.model"}
    )  # fmt: skip
