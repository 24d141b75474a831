"""A run that waits for somebody outside: it is left or stays, and goes on with what was posted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import BadAnswer, NotAsked, StoreError
from foretell.graph.model import Json, Node, Outside
from foretell.promises.shapes import NOTHING
from foretell.protocol.messages import Finish
from foretell_runtime.machine import State
from foretell_runtime.machine import events as ev
from foretell_runtime.orchestrator import Orchestrator, Stays, create, take_up
from foretell_runtime.questions import answer
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.theatre import CountingStore, Theatre, journal

QUESTION = Outside("question", "/yes", "Deploy this?", {"type": "boolean"})
SIGNAL = Outside("signal", "/file", "arrived", {"type": "string"})
TASKS = {"t": TaskSpec("x.py:t", grows=NOTHING)}


def asks(*outside: Outside, nodes: int = 1) -> Graph:
    made = tuple(Node(f"ask{i or ''}", "t", outside=outside) for i in range(nodes))
    return Graph("asks", tasks=TASKS, nodes=made)


class Stage:
    """A store with one run in it."""

    def __init__(self, path: Path, graph: Graph) -> None:
        self.path = path
        self.theatre = Theatre(lambda start, log: [Finish(dict(start.inputs))])
        self._graph = graph

    async def begin(self, store: SqliteStore) -> Orchestrator:
        return await create(store, self._graph, {}, "/base", 1, "fresh")

    def perform(
        self,
        during: Callable[[Orchestrator], Awaitable[None]] | None = None,
        *,
        begun: bool = False,
        stays: Stays = "for moments",
        fails_at: int | None = None,
    ) -> State:
        """Runs it until it is left; `during` is called once it runs."""

        async def main() -> State:
            async with CountingStore(self.path / "runs.db") as store:
                store.fails_at = fails_at
                if begun:
                    orchestrator = await take_up(store, await store.run("last"), 1, "fresh")
                else:
                    orchestrator = await self.begin(store)
                running = asyncio.create_task(orchestrator.run(self.theatre, stays))
                if during is not None:
                    await during(orchestrator)
                await running
                return orchestrator.state

        return asyncio.run(main())

    async def say(self, value: Json, name: str | None = None) -> bool:
        async with SqliteStore(self.path / "runs.db") as store:
            return await answer(store, "last", name, value, "ada")

    def answer(self, value: Json, name: str | None = None) -> bool:
        return asyncio.run(self.say(value, name))

    def status(self) -> str:
        async def main() -> str:
            async with SqliteStore(self.path / "runs.db", reading=True) as store:
                return (await store.run("last")).status

        return asyncio.run(main())

    def answered(self) -> list[ev.Fact]:
        return [e.fact for e in journal(self.path) if isinstance(e.fact, ev.Answered)]


def test_a_run_that_only_waits_is_left_and_goes_on_with_the_answer(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))
    state = stage.perform()
    assert state.waits_outside and stage.status() == "waiting" and stage.theatre.started == []
    assert not stage.answer(True), "nobody runs it"
    state = stage.perform(begun=True)
    assert state.status == "done"
    assert stage.answered() == [ev.Answered("ask", "/yes", True, "ada")]


def test_a_run_that_stays_goes_on_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))

    async def during(orchestrator: Orchestrator) -> None:
        await asyncio.sleep(0)
        assert await stage.say(False)

    assert stage.perform(during, stays="for answers").status == "done"
    assert [dict(start.inputs) for start in stage.theatre.started] == [{"yes": False}]


def test_a_run_that_stays_can_be_drained_and_stopped(tmp_path: Path) -> None:
    for end in ("drain", "stop"):

        async def during(orchestrator: Orchestrator, end: str = end) -> None:
            await asyncio.sleep(0)
            orchestrator.drain() if end == "drain" else orchestrator.stop("enough")

        state = Stage(tmp_path / end, asks(QUESTION)).perform(during, stays="for answers")
        assert state.status == "running" and state.waits_outside


def test_an_answer_that_comes_while_a_run_is_being_left_is_not_overlooked(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))

    async def main() -> State:
        async with SqliteStore(tmp_path / "runs.db") as store:
            orchestrator = await stage.begin(store)
            await stage.say(True)  # before it listens, and so before it looks for the last time
            await orchestrator.run(stage.theatre)
            return orchestrator.state

    assert asyncio.run(main()).status == "done"


def test_what_was_posted_is_used_once_whatever_happens_to_who_uses_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))
    stage.perform()
    stage.answer(True)
    with pytest.raises(StoreError):
        stage.perform(begun=True, fails_at=1)
    assert stage.answered() == [], "it was not kept"
    with pytest.raises(StoreError):
        stage.perform(begun=True, fails_at=2)
    assert len(stage.answered()) == 1, "it was kept, and its node started"
    assert stage.perform(begun=True).status == "done"
    assert len(stage.answered()) == 1


def test_a_signal_is_for_all_that_wait_for_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(SIGNAL, nodes=3))
    stage.perform()
    with pytest.raises(NotAsked, match=r"no node 'arived'.*did you mean 'arrived'"):
        stage.answer("a.csv", "arived")
    stage.answer("a.csv", "arrived")
    assert stage.perform(begun=True).status == "done"
    assert len(stage.answered()) == 3


def test_inputs_of_one_node_are_answered_one_by_one(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION, SIGNAL))
    stage.perform()
    for name in (None, "ask"):
        with pytest.raises(NotAsked, match="say which: ask/yes, ask/file"):
            stage.answer(True, name)
    stage.answer(True, "ask/yes")
    stage.answer("a.csv", "ask/file")
    assert stage.perform(begun=True).status == "done"


def test_what_nobody_asks_is_refused_where_it_is_said(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))
    stage.perform()
    with pytest.raises(BadAnswer, match="'ask': expected boolean, got string"):
        stage.answer("yes")
    with pytest.raises(BadAnswer, match="not JSON"):
        stage.answer(float("nan"))
    with pytest.raises(NotAsked, match=r"no node 'aks'.*did you mean 'ask'"):
        stage.answer(True, "aks")
    stage.answer(True)
    with pytest.raises(NotAsked, match=r"'ask' was answered already.*foretell resume asks-"):
        stage.answer(True, "ask")
    with pytest.raises(NotAsked, match="asks nothing"):
        stage.answer(True)
    stage.perform(begun=True)
    with pytest.raises(NotAsked, match="'ask' was answered already: the run is over, it is done"):
        stage.answer(True, "ask")


def test_of_two_who_answer_at_once_one_is_refused(tmp_path: Path) -> None:
    stage = Stage(tmp_path, asks(QUESTION))
    stage.perform()

    async def both() -> list[bool | BaseException]:
        return await asyncio.gather(
            *(stage.say(value) for value in (True, False) * 4), return_exceptions=True
        )

    found = asyncio.run(both())
    assert sum(isinstance(one, NotAsked) for one in found) == 7
    stage.perform(begun=True)
    assert len(stage.answered()) == 1
