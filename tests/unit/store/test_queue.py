"""The queue of a store: who may take what, when, and what is made of what died."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.document.model import Graph
from foretell.errors import RunBusy, RunNotFound
from foretell_runtime.machine.events import (
    Cancel,
    Ended,
    Fact,
    Paused,
    Registered,
    Resumed,
    Started,
    Unpaused,
)
from foretell_runtime.store import owners
from foretell_runtime.store.protocol import Claim, Event, Rest, RunRecord, Ticket
from foretell_runtime.store.sqlite import SqliteStore

REGISTERED = Event(1, 5.0, None, Registered(Graph("demo")))
BEGUN = Event(2, 6.0, None, Resumed(6.0))
NOW = 1000.0


def with_store(path: Path, work: Callable[[SqliteStore], Awaitable[Any]]) -> None:
    async def main() -> None:
        async with SqliteStore(path / "s.db") as store:
            await work(store)

    asyncio.run(main())


async def submit(
    store: SqliteStore, ticket: Ticket | None = None, *, dedup: bool = False
) -> RunRecord:
    done = await store.submit(
        "demo", "/", 0, "fresh", [REGISTERED], ticket or Ticket(), dedup=dedup
    )
    return done.run


async def take(store: SqliteStore, now: float = NOW, *, late: bool = False) -> Claim | None:
    return (await store.take_next(now, late=late)).claim


async def took(store: SqliteStore, now: float = NOW) -> Claim:
    claim = await take(store, now)
    assert claim is not None
    return claim


async def order(store: SqliteStore, run: RunRecord, fact: Fact) -> None:
    """Somebody takes the run up only to have this in its journal."""
    claim = await store.claim(run, 0, "fresh", begins=False)
    await store.append(claim, [Event((await store.run(run.id)).events + 1, NOW, None, fact)])
    await store.release(claim)


async def status(store: SqliteStore) -> str:
    return (await store.run("last")).status


def dies(claim: Claim) -> None:
    """What the kernel does when a process ends: its name stays in the row."""
    claim.lock.release()  # type: ignore[attr-defined]


def test_a_run_goes_from_queued_over_claimed_to_running_and_its_end(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store)
        assert await status(store) == "queued"
        claim = await took(store)
        assert await status(store) == "claimed"
        found = await store.run("last")
        assert (found.owner, found.since, found.attempts) == (os.getpid(), NOW, 1)
        await store.append(claim, [BEGUN])
        assert await status(store) == "running"
        await store.append(claim, [Event(3, 7.0, 2, Ended("done", 1))])
        await store.release(claim)
        found = await store.run("last")
        assert (found.status, found.owner) == ("done", None)
        assert await take(store) is None

    with_store(tmp_path, work)


def test_the_highest_priority_comes_first_and_then_what_came_first(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        runs = [await submit(store, Ticket(priority=p)) for p in (0, 5, -1, 5)]
        claims = [await took(store) for _ in runs]
        assert [claim.run.id for claim in claims] == [
            runs[1].id,
            runs[3].id,
            runs[0].id,
            runs[2].id,
        ]

    with_store(tmp_path, work)


def test_of_many_workers_each_run_goes_to_one(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        for _ in range(8):
            await submit(store)
        others = [await SqliteStore(store.path).__aenter__() for _ in range(4)]
        taken = await asyncio.gather(*(o.take_next(NOW) for o in others for _ in range(3)))
        keys = [one.claim.run.key for one in taken if one.claim]
        assert len(keys) == len(set(keys)) == 8
        for other in others:
            await other.close()

    with_store(tmp_path, work)


def test_nothing_is_taken_before_its_time_not_even_after_a_death(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(after=NOW + 10))
        assert await take(store) is None
        assert await store.next_moment(NOW) == NOW + 10
        dies(await took(store, NOW + 10))
        assert await take(store, NOW + 9) is None, "its time is kept"
        again = await took(store, NOW + 11)
        assert again.run.ticket is not None and again.run.ticket.after == NOW + 10
        assert (again.run.attempts, again.run.deaths) == (2, 1)

    with_store(tmp_path, work)


def test_what_is_too_late_is_only_had_by_who_asks_for_that(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(deadline=NOW))
        assert await store.next_moment(NOW - 1) == NOW
        assert await take(store, NOW - 1, late=True) is None
        assert await take(store, NOW) is None
        claim = await take(store, NOW, late=True)
        assert claim is not None and claim.run.attempts == 0

    with_store(tmp_path, work)


def test_a_deadline_says_nothing_of_what_has_begun(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(deadline=NOW + 1))
        claim = await took(store)
        await store.append(claim, [BEGUN])
        await store.release(claim)
        assert await take(store, NOW + 5, late=True) is None
        assert (await took(store, NOW + 5)).run.attempts == 2

    with_store(tmp_path, work)


def test_who_pauses_a_run_that_has_not_begun_leaves_it_its_deadline(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        run = await submit(store, Ticket(after=NOW - 1, deadline=NOW + 2))
        await order(store, run, Paused("ada"))
        assert (await store.run("last")).status == "paused"
        assert await take(store) is None
        assert await store.next_moment(NOW - 5) == NOW + 2, "not of what nobody would take"
        assert await take(store, NOW + 2, late=True) is not None

    with_store(tmp_path, work)


def test_what_was_paused_before_it_has_begun_is_queued_again_after_that(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        run = await submit(store, Ticket(deadline=NOW + 2))
        await order(store, run, Paused("ada"))
        await order(store, run, Unpaused("ada"))
        found = await store.run("last")
        assert (found.status, found.begun) == ("queued", False)
        assert await store.next_moment(NOW) == NOW + 2
        assert await take(store, NOW + 2) is None
        assert (await took(store)).run.attempts == 1

    with_store(tmp_path, work)


def test_what_was_paused_as_it_began_has_begun(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(deadline=NOW + 2))
        claim = await took(store)
        first = Event(2, NOW, None, Started("a", 1))
        await store.append(claim, [first, Event(3, NOW, None, Paused("ada"))])
        await store.release(claim, Rest())
        assert (await store.run("last")).begun
        assert await take(store, NOW + 5, late=True) is None

    with_store(tmp_path, work)


def test_what_rests_is_taken_at_its_moment_and_that_is_no_other_attempt(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store)
        claim = await took(store)
        await store.append(claim, [BEGUN])
        await store.release(claim, Rest(NOW + 60))
        found = await store.run("last")
        assert (found.status, found.due) == ("waiting", NOW + 60)
        assert await take(store, NOW + 59) is None
        assert await store.next_moment(NOW) == NOW + 60
        again = await took(store, NOW + 60)
        assert (again.run.status, again.run.attempts, again.run.due) == ("running", 1, None)

    with_store(tmp_path, work)


def test_what_waits_for_somebody_is_taken_when_something_was_left_for_it(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store)
        claim = await took(store)
        await store.append(claim, [BEGUN])
        await store.release(claim, Rest())
        assert await take(store) is None
        assert await store.next_moment(NOW) is None
        assert not await store.post(claim.run, 2, lambda events, posts: [Cancel("ada")])
        assert (await took(store)).run.id == claim.run.id

    with_store(tmp_path, work)


def test_runs_that_were_not_submitted_are_nobody_elses(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await store.create("own", "/", 1, "fresh", [REGISTERED])
        await store.release(claim)
        assert await take(store) is None
        again = await store.claim(claim.run, 1, "fresh")
        await store.release(again, Rest(NOW, queued=True))
        assert (await took(store)).run.id == claim.run.id, "now it was handed over"

    with_store(tmp_path, work)


def test_what_workers_have_died_of_so_often_is_dead_and_says_why(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(patience=2))
        dies(await took(store))
        claim = await took(store)
        await store.append(claim, [BEGUN])
        dies(claim)
        taken = await store.take_next(NOW)
        assert taken.claim is None
        (dead,) = taken.dead
        assert (dead.status, dead.attempts, dead.deaths) == ("dead", 2, 2)
        assert f"process {os.getpid()}" in dead.error and "event 2 (resumed)" in dead.error
        assert await store.take_next(NOW) == replace(taken, dead=())
        assert (await store.enqueue(dead, Ticket())).run.error == ""
        again = await took(store)
        assert (again.run.deaths, again.run.attempts) == (0, 3)

    with_store(tmp_path, work)


def test_deaths_are_counted_in_a_row(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(patience=2))
        for _ in range(3):
            dies(await took(store))
            await store.release(await took(store))  # given up in order
        assert (await took(store)).run.deaths == 0

    with_store(tmp_path, work)


def test_a_fault_counts_as_a_death(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        await submit(store, Ticket(patience=2))
        await store.release(await took(store), fault="no such disk")
        assert await status(store) == "queued"
        await store.release(await took(store), fault="no such disk")
        found = await store.run("last")
        assert found.status == "dead" and "no such disk (2 times in a row)" in found.error
        claim = await store.claim(found, 1, "fresh")
        assert (claim.run.status, claim.run.error) == ("running", ""), "by hand it may be tried"

    with_store(tmp_path, work)


@pytest.mark.parametrize("dedup", [True, False])
def test_the_same_is_known_again_unless_it_has_ended_badly(tmp_path: Path, dedup: bool) -> None:
    ticket = Ticket(fingerprint="f") if dedup else Ticket(fingerprint="f", key="nightly")

    async def work(store: SqliteStore) -> None:
        first = await submit(store, ticket, dedup=dedup)
        assert (await submit(store, ticket, dedup=dedup)).id == first.id
        other = Ticket(fingerprint="g", key=ticket.key)
        done = await store.submit("demo", "/", 0, "fresh", [REGISTERED], other, dedup=dedup)
        assert (done.new, done.same) == ((True, True) if dedup else (False, False))
        claim = await store.claim(first, 1, "fresh")
        await store.append(claim, [Event(2, 6.0, None, Ended("done"))])
        await store.release(claim)
        assert (await submit(store, ticket, dedup=dedup)).id == first.id
        assert (await submit(store, replace(ticket, key=None))).id != first.id, "nobody asked"

    with_store(tmp_path, work)


def test_what_failed_is_submitted_anew(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        first = await submit(store, Ticket(key="k"))
        claim = await store.claim(first, 1, "fresh")
        await store.append(claim, [Event(2, 6.0, None, Ended("failed"))])
        await store.release(claim)
        assert (await submit(store, Ticket(key="k"))).id != first.id

    with_store(tmp_path, work)


def test_two_who_submit_the_same_at_once_get_one_run(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        others = [await SqliteStore(store.path).__aenter__() for _ in range(4)]
        ticket = Ticket(key="k")
        runs = await asyncio.gather(*(submit(other, ticket) for other in others))
        assert len({run.id for run in runs}) == 1
        for other in others:
            await other.close()

    with_store(tmp_path, work)


def test_workers_are_told_of_what_they_may_take(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        rung = asyncio.Event()
        bells = [store.await_work(rung.set) for _ in range(2)]
        done = await store.submit("demo", "/", 0, "fresh", [REGISTERED], Ticket())
        assert done.heard
        await asyncio.wait_for(rung.wait(), 10)
        for bell in bells:
            bell.close()
        assert not (await store.submit("demo", "/", 0, "fresh", [REGISTERED], Ticket())).heard
        assert not [path for path in tmp_path.iterdir() if "-bell-" in path.name]

    with_store(tmp_path, work)


# --- deleting ------------------------------------------------------------------------------------


def test_pruning_takes_what_is_old_over_and_nobodys(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        async def ended(how: str, at: float) -> RunRecord:
            claim = await store.create(how, "/", 1, "fresh", [REGISTERED])
            await store.append(claim, [Event(2, at, None, Ended(how))])  # type: ignore[arg-type]
            await store.release(claim)
            return claim.run

        old, failed, new = (
            await ended("done", 10),
            await ended("failed", 10),
            await ended("done", 99),
        )
        waited_for = await ended("cancelled", 10)
        await store.post(waited_for, 2, lambda events, posts: [Cancel()])
        owned = await ended("done", 10)
        claim = await store.claim(owned, 1, "fresh")
        queued = await submit(store)
        assert [r.id for r in await store.prune(50, ("done",), dry=True)] == [old.id]
        assert [r.id for r in await store.prune(50, ("done",), dry=False)] == [old.id]
        with pytest.raises(RunNotFound):
            await store.run(old.id)
        assert await store.events(old) == []
        over = ("done", "failed", "broken", "cancelled")
        assert [r.id for r in await store.prune(50, over, dry=False)] == [failed.id]
        left = {run.id for run in await store.runs()}
        assert left == {new.id, waited_for.id, owned.id, queued.id}
        await store.release(claim)

    with_store(tmp_path, work)


def test_who_takes_up_a_run_that_is_deleted_just_then_is_told(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await store.create("demo", "/", 1, "fresh", [REGISTERED])
        await store.append(claim, [Event(2, 6.0, None, Ended("done"))])
        await store.release(claim)
        await store.prune(50, ("done",), dry=False)
        with pytest.raises(RunNotFound):
            await store.claim(claim.run, 1, "fresh")
        lock = owners.acquire(store.path, claim.run.key)
        assert lock is not None
        lock.release()

    with_store(tmp_path, work)


# --- any order of events -------------------------------------------------------------------------

STEPS = st.lists(st.sampled_from(["submit", "take", "die", "release", "rest", "fault", "later"]))


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_no_run_is_ever_had_twice_or_lost(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    async def work(store: SqliteStore) -> None:
        now, claims, known = NOW, list[Claim](), set[str]()
        for step in steps:
            if step == "submit":
                known.add((await submit(store, Ticket(after=now + 1))).id)
            elif step == "later":
                now += 1
            elif step == "take":
                claim = await take(store, now)
                assert claim is None or claim.run.id not in {one.run.id for one in claims}
                claims += [claim] if claim else []
            elif claims:
                claim = claims.pop()
                if step == "die":
                    dies(claim)
                else:
                    rest = Rest(now + 1) if step == "rest" else None
                    await store.release(claim, rest, "bad" if step == "fault" else "")
        now, dead = now + 2, set[str]()
        while (taken := await store.take_next(now)).claim or taken.dead:
            claims += [taken.claim] if taken.claim else []
        mine = {claim.run.id for claim in claims}
        dead = {run.id for run in await store.runs() if run.status == "dead"}
        assert mine | dead == known and not mine & dead

    with_store(tmp_path_factory.mktemp("queue"), work)


def test_somebody_who_has_a_run_by_hand_is_left_alone(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        run = await submit(store)
        claim = await store.claim(run, 1, "fresh")
        assert await take(store) is None
        await store.release(claim)
        worker = await took(store)
        with pytest.raises(RunBusy):
            await store.claim(run, 1, "fresh")
        await store.release(worker)

    with_store(tmp_path, work)
