"""Orders about nodes of a run that goes on: carried out once whatever happens to who does it, and looked at
once more when they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import StoreError
from foretell.graph.model import Edge, Node
from foretell.promises.language import Count, Vowed
from foretell.promises.selectors import NEW
from foretell.protocol.messages import Finish, FromTask, Start
from foretell_runtime.executors.protocol import OnLog
from foretell_runtime.machine import State, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.orchestrator import create, take_up
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.test_crashes import MortalStore
from tests.unit.orchestrator.theatre import TASKS, Theatre, journal

GRAPH = Graph(
    "flow", tasks=TASKS,
    nodes=tuple(Node(name, "t") for name in ("endless", "after", "long", "next")),
    edges=(Edge("endless", "after"), Edge("long", "next")),
)  # fmt: skip
ORDERS = [ev.CancelNode("endless", "ada"), ev.CancelNode("long", "ada", skip=True, value=7)]
MOST = 30


def acts(start: Start, on_log: OnLog) -> Sequence[FromTask]:
    return [] if start.node in ("endless", "long") else [Finish(start.node)]


async def post(store: SqliteStore, orders: Sequence[ev.CancelNode]) -> None:
    await store.post(await store.run("last"), 0, lambda events, posts: orders)


async def life(store: SqliteStore, *, first: bool) -> State:
    if first:
        orchestrator = await create(store, GRAPH, {}, "/base", 2, "fresh")
        await post(store, ORDERS)
    else:
        orchestrator = await take_up(store, await store.run("last"), 2, "fresh")
    await orchestrator.run(Theatre(acts))
    return orchestrator.state


def check(path: Path) -> None:
    facts = [event.fact for event in journal(path)]
    state = replay(facts)
    assert state.status == "done"
    assert {name: live.status.value for name, live in state.judge.graph.nodes.items()} == {
        "endless": "cancelled", "after": "ruled_out", "long": "done", "next": "done",
    }  # fmt: skip
    assert state.outputs["long"].value == 7
    for kind in (ev.Cancelled, ev.Skipped):
        assert sum(isinstance(fact, kind) for fact in facts) == 1
    assert not any(isinstance(fact, ev.CancelRefused) for fact in facts)


def test_running_nodes_are_cancelled_and_skipped(tmp_path: Path) -> None:
    async def main() -> None:
        async with SqliteStore(tmp_path / "runs.db") as store:
            await life(store, first=True)

    asyncio.run(main())
    check(tmp_path)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_at_any_commit_each_order_is_carried_out_once(tmp_path: Path, after: bool) -> None:
    async def lives(folder: Path, number: int) -> bool:
        async with MortalStore(folder / "runs.db", number, after=after) as store:
            try:
                await life(store, first=True)
            except StoreError:
                pass
            else:
                return False
        async with SqliteStore(folder / "runs.db") as store:
            await life(store, first=False)
        return True

    number = 0
    for number in range(1, MOST):
        folder = tmp_path / str(number)
        folder.mkdir()
        cut = asyncio.run(lives(folder, number))
        check(folder)
        if not cut:
            break
    assert 4 < number < MOST - 1


def test_an_order_that_would_break_a_promise_by_now_is_not_carried_out(tmp_path: Path) -> None:
    graph = Graph(
        "flow",
        tasks={"free": TaskSpec("x.py:free")},
        nodes=(Node("free", "free"),),
        promises=(Vowed(Count(NEW, 1), "new"),),
    )

    async def main() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await create(store, graph, {}, "/base", 0, "fresh")
            await post(store, [ev.CancelNode("free", "ada")])
            orchestrator.drain()
            await orchestrator.run(Theatre(acts))
            return orchestrator.state

    state = asyncio.run(main())
    assert (state.status, state.node("free").status.value) == ("running", "waiting")
    refused = journal(tmp_path)[-1].fact
    assert isinstance(refused, ev.CancelRefused) and "would break the promise new" in refused.why
