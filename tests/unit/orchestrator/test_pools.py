"""Pools: runs in one store that keep a limit together, each with an orchestrator of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from foretell.document.model import Graph
from foretell.errors import StoreError
from foretell.graph.model import Node
from foretell.promises.limits import Limit
from foretell.promises.selectors import ANY
from foretell.protocol.messages import Finish, Start
from foretell_runtime.machine import events as ev
from foretell_runtime.orchestrator import create, run, take_up
from foretell_runtime.store import pools
from foretell_runtime.store.protocol import Claim, Event
from foretell_runtime.store.sqlite import SqliteStore
from tests.unit.orchestrator.test_crashes import MortalStore
from tests.unit.orchestrator.theatre import TASKS, Theatre

NAMES = ("a", "b", "c")


def graph(*limits: Limit) -> Graph:
    return Graph("flow", tasks=TASKS, nodes=tuple(Node(name, "t") for name in NAMES), limits=limits)


@asynccontextmanager
async def opened(path: Path, runs: int) -> AsyncIterator[list[SqliteStore]]:
    """As many openings of the same store."""
    stores = [SqliteStore(path / "runs.db") for _ in range(runs)]
    for store in stores:
        await store.__aenter__()
    try:
        yield stores
    finally:
        for store in stores:
            await store.close()


async def journals(store: SqliteStore) -> list[list[Event]]:
    return [await store.events(one) for one in await store.runs()]


def most_at_once(many: Sequence[Sequence[Event]]) -> int:
    """How many ran at the same time at most, in all runs together."""
    moments = [
        (event.time, 1 if isinstance(event.fact, ev.Started) else -1)
        for events in many
        for event in events
        if isinstance(event.fact, (ev.Started, ev.Finished, ev.Interrupted))
    ]
    now = most = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def test_never_more_than_the_pool_has_run_in_all_runs_together(tmp_path: Path) -> None:
    async def main() -> list[list[Event]]:
        async with opened(tmp_path, 3) as stores:
            made = [
                await create(s, graph(Limit(ANY, 2, pool="gpu")), {}, "/b", 3, "fresh")
                for s in stores
            ]
            finishing = Theatre(lambda start, log: [Finish(start.node)])
            await asyncio.gather(*(one.run(finishing) for one in made))
            assert {one.state.status for one in made} == {"done"}
            assert await stores[0].pool_places("gpu") == []
            return await journals(stores[0])

    many = asyncio.run(main())
    assert Counter(e.fact.kind for events in many for e in events)["started"] == 9
    assert 1 <= most_at_once(many) <= 2


def test_who_waits_is_told_by_whoever_gives_a_place_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOOK_AGAIN_S", 3600.0)

    async def main() -> None:
        async with opened(tmp_path, 2) as (first, second):
            one = await create(first, graph(Limit(ANY, 1, pool="gpu")), {}, "/b", 1, "fresh")
            two = await create(second, graph(Limit(ANY, 1, pool="gpu")), {}, "/b", 1, "fresh")
            endless = Theatre(lambda start, log: [])
            going = asyncio.create_task(one.run(endless))
            while not endless.started:
                await asyncio.sleep(0)
            other = Theatre(lambda start, log: [Finish(start.node)])
            waiting = asyncio.create_task(two.run(other))
            while not two.state.ready.is_denied:
                await asyncio.sleep(0.001)
            assert other.started == []
            [place] = await second.pool_places("gpu")
            assert (place.run, place.node) == (one.claim.run.id, "a")
            one.stop("enough")  # in order: it rings
            await going
            await waiting
            assert two.state.status == "done"

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_run_whose_owner_is_gone_has_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOOK_AGAIN_S", 0.01)

    async def main() -> None:
        async with opened(tmp_path, 2) as (first, second):
            one = await create(first, graph(Limit(ANY, 1, pool="gpu")), {}, "/b", 1, "fresh")
            limit = Limit(ANY, 1, pool="gpu")
            place, _ = await first.reserve(one.claim, [limit])
            assert place is not None
            two = await create(second, graph(limit), {}, "/b", 1, "fresh")
            finishing = Theatre(lambda start, log: [Finish(start.node)])
            waiting = asyncio.create_task(two.run(finishing))
            while not two.state.ready.is_denied:
                await asyncio.sleep(0.001)
            one.claim.lock.release()  # type: ignore[attr-defined]  # as the kernel does for a dead process
            await waiting
            assert two.state.status == "done"

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_rate_is_kept_by_all_runs_together_and_by_those_that_begin_later(tmp_path: Path) -> None:
    limit = Limit(ANY, starts=2, per_s=1000.0, pool="web")

    async def main() -> None:
        async with opened(tmp_path, 1) as (store,):
            one = await create(store, graph(limit), {}, "/b", 9, "fresh")
            two = await create(store, graph(limit), {}, "/b", 9, "fresh")
            places = [
                await store.reserve(claim, [limit]) for claim in (one.claim, two.claim, two.claim)
            ]
            assert [place for place, _ in places[:2]] == [1, 2]
            place, wait_s = places[2]
            assert place is None and wait_s is not None and 990 < wait_s <= 1000
            for claim, number in ((one.claim, 1), (two.claim, 2)):
                await store.append(claim, [], (), (), [ev.Taken(number, "a"), ev.Freed(number)])
            await store.release(one.claim)
            await store.release(two.claim)
            three = await create(store, graph(limit), {}, "/b", 9, "fresh")
            assert (await store.reserve(three.claim, [limit]))[0] is None
            unlike = Limit(ANY, starts=3, per_s=1000.0, pool="web")
            assert (await store.reserve(three.claim, [unlike]))[0] is not None, "by its own number"
            await store.release(three.claim)

    asyncio.run(main())


def test_a_place_in_two_pools_is_one_in_both_or_in_none(tmp_path: Path) -> None:
    gpu, disk = Limit(ANY, 1, pool="gpu"), Limit(ANY, 1, pool="disk")

    async def main() -> None:
        async with opened(tmp_path, 1) as (store,):
            one = await create(store, graph(gpu), {}, "/b", 9, "fresh")
            two = await create(store, graph(gpu), {}, "/b", 9, "fresh")
            place, _ = await store.reserve(one.claim, [gpu])
            assert place is not None
            assert await store.reserve(two.claim, [disk, gpu]) == (None, None)
            assert (await store.reserve(one.claim, [disk]))[0] is not None, "nobody has kept it"
            await store.give_back(one.claim, place)
            assert await store.reserve(two.claim, [disk, gpu]) == (None, None)
            await store.release(one.claim)
            assert (await store.reserve(two.claim, [disk, gpu]))[0] is not None
            await store.release(two.claim)

    asyncio.run(main())


class Queue:
    """Runs that ask for places in a pool in which `running` may have one."""

    def __init__(self, store: SqliteStore, running: int) -> None:
        self._store = store
        self._limits = [Limit(ANY, running, pool="gpu")]
        self._claims: dict[str, Claim] = {}
        self._places: dict[str, int] = {}

    async def asks(self, name: str, priority: int = 0) -> bool:
        """Whether the run of that name gets a place."""
        if name not in self._claims:
            made = await create(self._store, graph(), {}, "/b", 9, "fresh")
            self._claims[name] = made.claim
        place, _ = await self._store.reserve(self._claims[name], self._limits, priority)
        if place is not None:
            self._places[name] = place
        return place is not None

    async def gives_back(self, name: str) -> None:
        await self._store.give_back(self._claims[name], self._places[name])

    def dies(self, name: str) -> None:
        self._claims[name].lock.release()  # type: ignore[attr-defined]


def with_queue(path: Path, running: int, work: Callable[[Queue], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(path, 1) as (store,):
            await work(Queue(store, running))

    asyncio.run(main())


def test_who_has_waited_longest_is_next_but_for_higher_priorities(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        assert await queue.asks("has it")
        for name, priority in (("gone", 9), ("first", 0), ("second", 0), ("urgent", 5)):
            assert not await queue.asks(name, priority)
        queue.dies("gone")
        await queue.gives_back("has it")
        assert not await queue.asks("has it"), "others have waited"
        assert not await queue.asks("first")
        assert await queue.asks("urgent", 5)
        await queue.gives_back("urgent")
        assert not await queue.asks("second")
        assert await queue.asks("first")
        await queue.gives_back("first")
        assert await queue.asks("second")
        await queue.gives_back("second")
        assert await queue.asks("has it")

    with_queue(tmp_path, 1, work)


def test_nobody_waits_for_others_where_there_is_a_place_for_all_of_them(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        assert [await queue.asks(name) for name in ("a", "b", "c", "d", "e")] == [True, True] + [
            False
        ] * 3
        await queue.gives_back("a")
        assert not await queue.asks("d"), "it is for c"
        await queue.gives_back("b")
        assert await queue.asks("d"), "there is one for c besides"
        assert not await queue.asks("e")
        assert await queue.asks("c")

    with_queue(tmp_path, 2, work)


def test_who_does_not_ask_again_lets_others_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "PATIENCE_S", -1.0)

    async def work(queue: Queue) -> None:
        assert [await queue.asks(name) for name in ("a", "b", "c")] == [True, False, False]
        await queue.gives_back("a")
        assert await queue.asks("c")

    with_queue(tmp_path, 1, work)


def test_cut_off_after_any_commit_no_place_is_lost_or_used_twice(tmp_path: Path) -> None:
    limit = Limit(ANY, 1, pool="gpu")

    def finishes(start: Start, log: object) -> Sequence[Finish]:
        return [Finish(start.node)]

    async def lives(folder: Path, number: int) -> bool:
        cut = False
        async with MortalStore(folder / "runs.db", number, after=True) as store:
            orchestrator = await create(store, graph(limit), {}, "/b", 2, "fresh")
            try:
                await orchestrator.run(Theatre(finishes))
            except StoreError:
                cut = True
        async with SqliteStore(folder / "runs.db") as store:
            if cut:
                again = await take_up(store, await store.run("last"), 2, "fresh")
                await again.run(Theatre(finishes))
                assert again.state.status == "done"
            assert most_at_once(await journals(store)) <= 1
            assert await store.pool_places("gpu") == []
        return cut

    number = 0
    for number in range(2, 40, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        if not asyncio.run(lives(folder, number)):
            break
    assert 3 < number < 39
