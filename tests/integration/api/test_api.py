"""Running workflows from Python: real processes, a real store."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from foretell.author.entry import load_file
from foretell.errors import (
    InputError,
    PromiseBroken,
    RunInterrupted,
    RunNotFound,
    StoreMissing,
    TaskError,
    UserError,
)
from foretell_runtime import Run, Runtime, foresee
from foretell_runtime.leftovers import end_leftovers, mark_of
from foretell_runtime.machine.events import Started
from foretell_runtime.store.protocol import RunRecord
from foretell_runtime.store.sqlite import SqliteStore

T = TypeVar("T")
FLOWS = Path(__file__).with_name("flows.py")
flows: Any = load_file(FLOWS)
How = Literal["fresh", "forked"]


class Gate:
    """A named pipe at which a task waits for us, and we for the task; nobody polls."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gate"
        os.mkfifo(self.path)
        self._fd = -1

    def __str__(self) -> str:
        return str(self.path)

    async def arrival(self) -> None:
        """Wait until a task is waiting."""
        self._fd = await asyncio.to_thread(os.open, self.path, os.O_WRONLY)

    def open(self) -> None:
        os.write(self._fd, b"opened")
        self.close()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


@pytest.fixture
def gate(tmp_path: Path) -> Any:
    gate = Gate(tmp_path)
    yield gate
    gate.close()


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return Runtime(tmp_path / "runs.db")


def read(runtime: Runtime, ask: Callable[[SqliteStore], Coroutine[Any, Any, T]]) -> T:
    async def main() -> T:
        async with SqliteStore(runtime.store, reading=True) as store:
            return await ask(store)

    return asyncio.run(main())


def records(runtime: Runtime) -> list[RunRecord]:
    return read(runtime, lambda store: store.runs())


def status_of(run: Run) -> str:
    return run.status


def kinds(runtime: Runtime) -> list[str]:
    async def ask(store: SqliteStore) -> list[str]:
        return [event.fact.kind for event in await store.events(await store.run("last"))]

    return read(runtime, ask)


@pytest.mark.parametrize("start", ["fresh", "forked"])
@pytest.mark.parametrize("jobs", [1, 4])
def test_a_growing_workflow_gives_its_result(tmp_path: Path, start: How, jobs: int) -> None:
    runtime = Runtime(tmp_path / "runs.db", jobs, start)
    assert runtime.run(flows.sum_of_squares, count=6) == 55
    (record,) = records(runtime)
    assert (record.status, record.output, record.jobs, record.start) == ("done", 55, jobs, start)


def test_a_result_has_the_type_that_was_annotated(runtime: Runtime) -> None:
    assert runtime.run(flows.swapped, flows.Point(1, 2)) == flows.Point(2, 1)
    assert records(runtime)[0].output == {"x": 2, "y": 1}


def test_defaults_fill_in(runtime: Runtime) -> None:
    assert runtime.run(flows.sum_of_squares) == 5


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "missing"),
        ({"count": "three"}, "str 'three'"),
        ({"cuont": 3}, "did you mean 'count'"),
    ],
)
def test_wrong_inputs_make_no_run(runtime: Runtime, inputs: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        runtime.run(flows.closed, **inputs)
    assert not runtime.store.exists()


def test_a_failing_task_is_an_error_with_its_traceback(runtime: Runtime) -> None:
    with pytest.raises(TaskError, match="ZeroDivisionError") as caught:
        runtime.run(flows.quotient, a=1, b=0)
    assert caught.value.node == "divide"
    assert "return a / b" in "".join(caught.value.__notes__)
    assert records(runtime)[0].status == "failed"


def test_a_broken_promise_is_an_error_that_names_it(runtime: Runtime) -> None:
    with pytest.raises(PromiseBroken, match="NoNewNodes"):
        runtime.run(flows.closed, count=2)
    assert records(runtime)[0].status == "broken"
    with pytest.raises(PromiseBroken):
        runtime.resume("last").value()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UserError, match="jobs=0"):
        Runtime(jobs=0)
    with pytest.raises(UserError, match=r"start='forkd'.*fresh, forked"):
        Runtime(start="forkd")  # type: ignore[arg-type]


def test_where_a_loop_runs_already_the_other_way_is_named(runtime: Runtime) -> None:
    async def main() -> None:
        runtime.run(flows.sum_of_squares)

    with pytest.raises(UserError, match="await Runtime"):
        asyncio.run(main())


def test_events_come_while_it_runs_and_end_with_it(runtime: Runtime, gate: Gate) -> None:
    async def main() -> None:
        run = await runtime.start(flows.gated, str(gate))
        seen = []
        assert status_of(run) == "running"
        async for event in run.events():
            seen.append(event)
            if isinstance(event.fact, Started) and event.fact.node == "wait":
                await gate.arrival()
                gate.open()
        assert seen[-1].fact.kind == "ended"
        assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
        assert await run.result() == "OPENED"
        assert status_of(run) == "done"
        assert [event async for event in run.events()] == seen

    asyncio.run(main())


def test_the_horizon_shrinks_to_the_graph(runtime: Runtime, gate: Gate) -> None:
    async def main() -> None:
        run = await runtime.start(flows.sum_of_squares, count=2)
        await run.outcome()
        after = run.horizon()
        assert not after.classes
        assert sum(node.task == "square" for node in after.nodes) == 2

    asyncio.run(main())


def test_a_workflow_and_a_run_are_asked_what_may_still_come(runtime: Runtime, gate: Gate) -> None:
    ahead = foresee(flows.sum_of_squares)
    assert ahead.horizon.event == 0
    assert (ahead.left.low, ahead.left.high, ahead.unbounded) == (2, None, ("plan",))
    assert ahead.can(flows.square) == ahead.can("square")
    assert foresee(flows.closed).can(flows.square).verdict == "never"

    async def main() -> None:
        run = await runtime.start(flows.sum_of_squares, count=2)
        assert run.can(flows.square).verdict == "may"
        await run.outcome()
        assert (run.can(flows.square).verdict, run.foresight.left.high) == ("never", 0)

    asyncio.run(main())


def test_giving_up_waiting_does_not_end_the_run(runtime: Runtime, gate: Gate) -> None:
    async def main() -> None:
        run = await runtime.start(flows.gated, str(gate))
        waiting = asyncio.create_task(run.result())
        await gate.arrival()
        waiting.cancel()
        await asyncio.wait([waiting])
        gate.open()
        assert await run.result() == "OPENED"

    asyncio.run(main())


def test_a_drained_run_keeps_what_was_running_and_can_go_on(runtime: Runtime, gate: Gate) -> None:
    async def main() -> Run:
        run = await runtime.start(flows.gated, str(gate))
        await gate.arrival()
        run.drain()
        gate.open()
        with pytest.raises(RunInterrupted, match=f"foretell resume {run.id}"):
            await run.result()
        return run

    run = asyncio.run(main())
    assert run.status == "interrupted"
    assert records(runtime)[0].status == "interrupted"
    assert kinds(runtime) == ["registered", "started", "finished"]
    assert runtime.resume(run.id).output == "OPENED"
    assert kinds(runtime)[3:] == ["resumed", "started", "finished", "ended"]


@pytest.mark.parametrize("start", ["fresh", "forked"])
def test_a_stopped_run_starts_what_was_running_anew(tmp_path: Path, gate: Gate, start: How) -> None:
    runtime = Runtime(tmp_path / "runs.db", start=start)

    async def main() -> str:
        run = await runtime.start(flows.gated, str(gate))
        await gate.arrival()
        run.stop()
        assert (await run.outcome()).status == "interrupted"
        gate.close()
        return run.id

    async def again(name: str) -> Any:
        run = await runtime.take_up(name)
        assert run.changed == ()
        await gate.arrival()
        gate.open()
        return await run.result()

    assert asyncio.run(again(asyncio.run(main()))) == "OPENED"
    assert kinds(runtime) == [
        "registered", "started", "interrupted",
        "resumed", "started", "finished", "started", "finished", "ended",
    ]  # fmt: skip


def test_ctrl_c_drains_and_a_second_one_stops(tmp_path: Path, gate: Gate) -> None:
    told: list[int] = []

    def on_drain(run: Run) -> None:
        told.append(run.processes)
        os.kill(os.getpid(), signal.SIGINT)

    def on_begin(run: Run) -> None:
        async def press() -> None:
            await gate.arrival()
            os.kill(os.getpid(), signal.SIGINT)

        pressing.append(asyncio.get_running_loop().create_task(press()))

    pressing: list[asyncio.Task[None]] = []
    before = signal.getsignal(signal.SIGINT)
    runtime = Runtime(tmp_path / "runs.db", on_begin=on_begin, on_drain=on_drain)
    with pytest.raises(RunInterrupted):
        runtime.run(flows.gated, str(gate))
    assert told == [1]
    assert kinds(runtime) == ["registered", "started", "interrupted"]
    assert signal.getsignal(signal.SIGINT) is before


def test_it_runs_in_other_threads_too(runtime: Runtime) -> None:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(runtime.run(flows.sum_of_squares)))
    thread.start()
    thread.join()
    assert results == [5]


def test_changed_sources_are_named_when_a_run_is_taken_up(tmp_path: Path, gate: Gate) -> None:
    copy = tmp_path / "flow_to_change.py"
    shutil.copy(FLOWS, copy)
    runtime = Runtime(tmp_path / "runs.db")

    async def main(flow: Any) -> None:
        run = await runtime.start(flow.gated, str(gate))
        await gate.arrival()
        run.stop()
        await run.outcome()

    asyncio.run(main(load_file(copy)))
    seen = asyncio.run(read_changes_elsewhere(runtime, copy))
    assert seen == "('shout',)"


async def read_changes_elsewhere(runtime: Runtime, flow: Path) -> str:
    """In a process that has not imported the file yet."""
    import sys

    text = flow.read_text()
    flow.write_text(text.replace("text.upper()", "text.upper() + '!'"))
    code = (
        "import asyncio, sys\n"
        "from foretell_runtime import Runtime\n"
        "async def main():\n"
        "    run = await Runtime(sys.argv[1]).take_up('last')\n"
        "    print(run.changed)\n"
        "    run.stop()\n"
        "    await run.outcome()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(runtime.store), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return out.decode().strip()


def test_what_a_task_left_behind_elsewhere_is_ended_before_a_run_is_taken_up(
    runtime: Runtime, gate: Gate
) -> None:
    async def main() -> RunRecord:
        run = await runtime.start(flows.with_daemon, str(gate))
        await gate.arrival()
        run.stop()
        await run.outcome()
        return run.record

    record = asyncio.run(main())
    daemon = int(Path(f"{gate}.pid").read_text())
    assert daemon in end_leftovers(mark_of(record))


def test_an_unknown_run_or_store_is_said(runtime: Runtime) -> None:
    with pytest.raises(StoreMissing):
        runtime.resume("last")
    runtime.run(flows.sum_of_squares)
    with pytest.raises(RunNotFound):
        runtime.resume("nobody")


def test_what_tasks_print_is_kept_by_node(runtime: Runtime) -> None:
    runtime.run(flows.sum_of_squares)

    async def ask(store: SqliteStore) -> set[tuple[str, str]]:
        return {(line.node, line.text) for line in await store.logs(await store.run("last"))}

    assert len(read(runtime, ask)) == 3
    assert {text for _, text in read(runtime, ask)} == {"squaring 0", "squaring 1", "squaring 2"}


def test_nodes_that_come_together_are_found_by_their_wires(tmp_path: Path) -> None:
    before = foresee(flows.pairs).horizon
    assert [(bundle.min, bundle.max) for bundle in before.bundles] == [(0, 3)]
    assert before.exact
    runtime = Runtime(store=tmp_path / "runs.db")
    assert runtime.run(flows.pairs, count=3) == ["EVEN", "ODD", "EVEN"]
    with pytest.raises(PromiseBroken, match="at most 3 times"):
        runtime.run(flows.pairs, count=4)


def test_what_a_node_may_grow_is_promised_in_one_line(tmp_path: Path) -> None:
    runtime = Runtime(store=tmp_path / "runs.db")
    assert {c.task for c in foresee(flows.formed).horizon.classes} == {"square", "total", "shout"}
    assert runtime.run(flows.formed, word="both") == 9
    assert runtime.run(flows.formed, word="hello") == 5
    with pytest.raises(PromiseBroken, match=r"Shaped.*excludes 'square'"):
        runtime.run(flows.formed, word="wrong")
