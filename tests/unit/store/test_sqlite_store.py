"""The SQLite store: whole appends, one writer a run, readers that never wait, clear refusals."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from foretell.document.model import Graph
from foretell.errors import RunBusy, RunNotFound, StoreError, StoreMissing
from foretell.graph.model import Node
from foretell.protocol.messages import Finish
from foretell_runtime.machine.events import (
    Answer,
    Answered,
    CancelNode,
    Ended,
    Fact,
    Registered,
    Started,
)
from foretell_runtime.store import owners
from foretell_runtime.store.layout import APPLICATION_ID, VERSION
from foretell_runtime.store.protocol import Check, Claim, Event, LogLine, Post, Rest
from foretell_runtime.store.queries import schema
from foretell_runtime.store.sqlite import SqliteStore

REGISTERED = Registered(Graph("demo", nodes=(Node("a", "t"),)), {"n": 1}, "/flows")


def event(seq: int, fact: Fact, cause: int | None = None) -> Event:
    return Event(seq, 1000.0 + seq, cause, fact)


async def new_run(store: SqliteStore, name: str = "demo") -> Claim:
    return await store.create(name, "/flows", 2, "fresh", [event(1, REGISTERED)])


def with_store(path: Path, work: Callable[[SqliteStore], Awaitable[None]]) -> None:
    async def main() -> None:
        async with SqliteStore(path) as store:
            await work(store)

    asyncio.run(main())


def test_what_was_appended_comes_back_in_order_with_causes(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        later = [event(2, Started("a", 1), cause=1), event(3, Ended("done", {"x": [1]}), cause=2)]
        await store.append(claim, later)
        record = await store.run(claim.run.id)
        assert await store.events(record) == [event(1, REGISTERED), *later]
        assert await store.events(record, upto=2) == [event(1, REGISTERED), later[0]]
        assert (record.status, record.output, record.events) == ("done", {"x": [1]}, 3)

    with_store(tmp_path / "deep" / "er" / "s.db", work)


def test_a_new_run_is_there_with_its_registration_or_not_at_all(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        assert claim.run.events == 1
        assert claim.run.id.startswith("demo-")
        unwritable = Event(1, 0.0, None, Registered(Graph("x"), {"bad": object()}))
        with pytest.raises(TypeError):
            await store.create("x", "", 1, "fresh", [unwritable])
        assert [record.id for record in await store.runs()] == [claim.run.id]

    with_store(tmp_path / "s.db", work)


def test_an_append_that_fails_midway_keeps_nothing(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        gap = [event(2, Started("a", 1)), event(2, Started("a", 2))]
        with pytest.raises(StoreError):
            await store.append(claim, gap, [LogLine(0.0, "a", 1, "out", "hello")])
        record = await store.run(claim.run.id)
        assert record.events == 1
        assert await store.events(record) == [event(1, REGISTERED)]
        assert await store.logs(record) == []
        await store.append(claim, [event(2, Started("a", 1))])

    with_store(tmp_path / "s.db", work)


def test_a_writer_that_expects_another_number_of_events_is_refused(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        with pytest.raises(RunBusy, match="taken over"):
            await store.append(claim, [event(5, Started("a", 1))])

    with_store(tmp_path / "s.db", work)


def test_exactly_one_of_many_resumers_gets_the_run(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "s.db"
        async with SqliteStore(path) as store:
            first = await new_run(store)
            with pytest.raises(RunBusy, match="being run by another process"):
                await store.claim(first.run, 1, "fresh")
            await store.release(first)
            async with AsyncExitStack() as stack:
                others = [await stack.enter_async_context(SqliteStore(path)) for _ in range(6)]
                tries = [other.claim(first.run, 3, "forked") for other in others]
                got = await asyncio.gather(*tries, return_exceptions=True)
            assert sorted(isinstance(one, RunBusy) for one in got) == [False] + [True] * 5

    asyncio.run(main())


def test_who_lost_a_run_cannot_write_it_any_more(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        first = await new_run(store)
        lock_of_a_dead_process(first)
        second = await store.claim(first.run, 1, "fresh")
        with pytest.raises(RunBusy, match="taken over"):
            await store.append(first, [event(2, Started("a", 1))])
        await store.append(second, [event(2, Started("a", 1))])

    with_store(tmp_path / "s.db", work)


def lock_of_a_dead_process(claim: Claim) -> None:
    """What the kernel does when an owner dies."""
    claim.lock.release()  # type: ignore[attr-defined]


def test_a_run_without_a_living_owner_reads_as_interrupted(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        assert (await store.run(claim.run.id)).status == "running"
        lock_of_a_dead_process(claim)
        assert (await store.run(claim.run.id)).status == "interrupted"

    with_store(tmp_path / "s.db", work)


def test_runs_are_listed_newest_first_and_found_by_unique_parts_of_their_id(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        a, b, c = [(await new_run(store, name)).run for name in ("ant", "bee", "bee")]
        assert [record.id for record in await store.runs()] == [c.id, b.id, a.id]
        assert [record.id for record in await store.runs(limit=1)] == [c.id]
        for name in (a.id, "ant", a.id.rpartition("-")[2]):
            assert (await store.run(name)).id == a.id
        assert (await store.run("last")).id == c.id
        with pytest.raises(RunNotFound, match=r"may be any of bee-.*, bee-"):
            await store.run("bee")
        for name in ("wasp", "", "%", "_"):
            with pytest.raises(RunNotFound):
                await store.run(name)

    with_store(tmp_path / "s.db", work)


def test_logs_keep_their_order_and_any_text(tmp_path: Path) -> None:
    lines = [LogLine(1.0, node, 1, "out", f"{node} {i}") for i in range(3) for node in "ab"]
    odd = LogLine(2.0, "a", 2, "err", "half a pair \ud800, a nul \0, tabs\t")

    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        await store.append(claim, [], [*lines, odd])
        assert (await store.logs(claim.run))[:6] == lines
        assert [line.text for line in await store.logs(claim.run, "b")] == ["b 0", "b 1", "b 2"]
        assert "half a pair \\ud800, a nul \0" in (await store.logs(claim.run, "a"))[-1].text

    with_store(tmp_path / "s.db", work)


def test_a_reader_sees_a_run_while_it_is_written(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "s.db"
        async with SqliteStore(path) as store, SqliteStore(path, reading=True) as reader:
            claim = await new_run(store)
            assert (await reader.run("last")).events == 1
            await store.append(claim, [event(2, Started("a", 1))])
            assert len(await reader.events(claim.run)) == 2
            assert (await reader.run("last")).status == "running"
            with pytest.raises(StoreError, match="cannot be written"):
                await reader.append(claim, [event(3, Started("a", 2))])

    asyncio.run(main())


def refusal(path: Path, *, reading: bool = False, busy_s: float = 0.05) -> str:
    async def main() -> None:
        async with SqliteStore(path, reading=reading, busy_s=busy_s) as store:
            await new_run(store)

    with pytest.raises(StoreError) as caught:
        asyncio.run(main())
    return str(caught.value)


def test_a_place_that_cannot_be_a_store_is_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("just some notes, certainly not a database" * 100)
    assert "is not a database" in refusal(text)
    assert text.read_text().startswith("just some notes")
    assert "is a folder" in refusal(tmp_path)
    assert "cannot be used" in refusal(text / "below" / "s.db")
    assert "cannot be used" in refusal(Path("/proc/nowhere/s.db"))


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    assert "some other program" in refusal(path)
    assert "some other program" in refusal(path, reading=True)


def test_a_newer_layout_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with_store(path, lambda store: new_run(store))  # type: ignore[arg-type, return-value]
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    assert f"layout {VERSION + 1}" in refusal(path)


def test_a_reader_does_not_make_a_store(tmp_path: Path) -> None:
    async def main(path: Path) -> None:
        async with SqliteStore(path, reading=True):
            pass

    with pytest.raises(StoreMissing, match="nothing was run here"):
        asyncio.run(main(tmp_path / "s.db"))
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreMissing, match="empty file"):
        asyncio.run(main(tmp_path / "empty.db"))
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]


def test_a_store_locked_by_another_connection_is_refused_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with_store(path, lambda store: new_run(store))  # type: ignore[arg-type, return-value]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert "is locked by another process" in refusal(path)
    finally:
        other.close()


def test_a_full_disk_is_said_and_what_was_kept_stays(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        await store._do(lambda db: db.execute("PRAGMA max_page_count = 20"))
        big = Ended("done", "x" * 400_000)
        with pytest.raises(StoreError, match="disk is full"):
            await store.append(claim, [event(2, big)])
        assert len(await store.events(claim.run)) == 1
        await store.append(claim, [event(2, Started("a", 1))])

    with_store(tmp_path / "s.db", work)


def test_a_run_that_could_not_be_committed_leaves_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit_fails(db: sqlite3.Connection, work: Callable[[], Any]) -> None:
        db.execute("BEGIN IMMEDIATE")
        work()
        db.execute("ROLLBACK")
        raise sqlite3.OperationalError("disk I/O error")

    async def work(store: SqliteStore) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("foretell_runtime.store.layout.transaction", commit_fails)
            with pytest.raises(StoreError, match="disk I/O error"):
                await new_run(store)
        claim = await new_run(store)
        assert claim.run.key == 1, "the number of the run that was not kept"

    with_store(tmp_path / "s.db", work)


def test_a_lock_that_nobody_knows_any_more_is_given_back(tmp_path: Path) -> None:
    lock = owners.acquire(tmp_path / "s.db", 7)
    assert lock is not None and owners.is_owned(tmp_path / "s.db", 7)
    del lock
    assert not owners.is_owned(tmp_path / "s.db", 7)


def test_many_processes_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def one() -> None:
        async with SqliteStore(path) as store:
            await new_run(store)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(one())
        async with SqliteStore(path, reading=True) as store:
            assert len(await store.runs()) == 8

    asyncio.run(main())


def test_a_transaction_costs_a_fixed_number_of_statements(tmp_path: Path) -> None:
    """Linear cost, by counting: a batch of any size is one transaction, one thread hop."""
    seen: list[str] = []

    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        await store._do(lambda db: db.set_trace_callback(seen.append))
        await store.append(claim, [event(2, Started("a", 1))])
        small = [line.split()[0] for line in seen]
        seen.clear()
        await store.append(claim, [event(seq, Started("a", seq)) for seq in range(3, 1003)])
        large = [line.split()[0] for line in seen]
        assert small == ["BEGIN", "UPDATE", "INSERT", "COMMIT"]
        assert large == ["BEGIN", "UPDATE", *["INSERT"] * 1000, "COMMIT"]

    with_store(tmp_path / "s.db", work)


def test_every_kind_of_fact_survives_the_journal(tmp_path: Path) -> None:
    from foretell_runtime.store.records import _classes, event_from, event_rows

    samples = {
        "graph": Graph("g"), "node": "a", "tops": ("a",), "nodes": ("a", "b"), "trial": 1, "change": None,
        "why": "w", "error": "e", "says": "s", "by": "b", "where": "x.py:1", "event": "create",
        "done": 0.5, "status": "failed", "input": "/n", "until": 9.5, "what": "retry", "again_at": 1.5,
        "port": "tokens", "said": Finish(7), "word": Finish(7), "order": CancelNode("a"),
    }  # fmt: skip
    assert len(_classes()) >= 15
    for kind, cls in _classes().items():
        fields = {k: v for k, v in samples.items() if k in cls.__dataclass_fields__}
        if kind == "changed":
            fields["change"] = REGISTERED.graph.as_change()
        before = event(7, cls(**fields), cause=3)
        _, seq, time, stored_kind, _, cause, data = event_rows(1, [before])[0]
        assert stored_kind == kind
        assert event_from((seq, time, cause, data)) == before


QUESTION = Answer("a", "/yes", True, 1, "ada")


def just(*posts: Answer) -> Check:
    return lambda events, before: posts


def test_what_was_posted_waits_until_it_is_taken_with_what_follows_from_it(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        other = await new_run(store)
        assert not await store.post(claim.run, 1, just(QUESTION)), "nobody listens"
        (post,) = await store.posts(claim.run)
        assert post.what == QUESTION
        assert await store.posts(other.run) == []
        await store.append(other, [], (), [post])
        assert await store.posts(claim.run) == [post], "that was not theirs"
        with pytest.raises(RunBusy):
            await store.append(claim, [event(5, Started("a", 1))], (), [post])
        assert await store.posts(claim.run) == [post], "nothing of it was kept"
        await store.append(claim, [event(2, Answered("a", "/yes", True))], (), [post])
        assert await store.posts(claim.run) == []

    with_store(tmp_path / "s.db", work)


def test_who_posts_sees_what_has_happened_and_what_others_posted(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        await store.append(claim, [event(2, Started("a", 1))])
        await store.post(claim.run, 1, just(QUESTION))
        seen: list[Any] = []

        def refuse(events: Sequence[Event], before: Sequence[Post]) -> Sequence[Answer]:
            seen.extend([*events, *(post.what for post in before)])
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await store.post(claim.run, 1, refuse)
        assert seen == [event(2, Started("a", 1)), QUESTION]
        assert len(await store.posts(claim.run)) == 1

    with_store(tmp_path / "s.db", work)


def test_the_owner_hears_of_a_post_until_it_listens_no_more(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        heard = asyncio.Event()
        listening = store.listen(claim, heard.set)
        assert await store.post(claim.run, 1, just(QUESTION))
        await heard.wait()
        for _ in range(100_000 // 4096 + 2):
            assert await store.post(claim.run, 1, just()), "a bell that is full still rings"
        listening.close()
        assert not await store.post(claim.run, 1, just(QUESTION))
        assert not list(tmp_path.glob("*bell*"))

    with_store(tmp_path / "s.db", work)


def test_the_bell_of_a_killed_owner_is_silent_and_serves_the_next(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        os.mkfifo(tmp_path / f"s.db-bell-{claim.run.key}")
        assert not await store.post(claim.run, 1, just(QUESTION))
        heard = asyncio.Event()
        listening = store.listen(claim, heard.set)
        assert await store.post(claim.run, 1, just())
        await heard.wait()
        listening.close()

    with_store(tmp_path / "s.db", work)


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_where_there_can_be_no_bell_what_was_posted_is_kept_all_the_same(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        make(tmp_path / f"s.db-bell-{claim.run.key}")
        listening = store.listen(claim, lambda: None)
        assert not await store.post(claim.run, 1, just(QUESTION))
        assert len(await store.posts(claim.run)) == 1
        listening.close()

    with_store(tmp_path / "s.db", work)


def test_a_run_that_is_given_up_waiting_reads_so_until_it_is_claimed(tmp_path: Path) -> None:
    async def work(store: SqliteStore) -> None:
        claim = await new_run(store)
        await store.release(claim, Rest())
        assert (await store.run("last")).status == "waiting"
        again = await store.claim(claim.run, 1, "fresh")
        assert (await store.run("last")).status == "running"
        await store.release(again)
        assert (await store.run("last")).status == "interrupted"

    with_store(tmp_path / "s.db", work)


@pytest.mark.parametrize("layout", range(1, VERSION))
def test_a_store_of_a_layout_before_can_be_read_and_gets_what_it_lacks(
    tmp_path: Path, layout: int
) -> None:
    path = tmp_path / "s.db"
    db = sqlite3.connect(path)
    for number in range(1, layout + 1):
        db.executescript(schema(number))
    db.executescript(
        f"PRAGMA user_version = {layout}; PRAGMA application_id = {APPLICATION_ID};"
        "INSERT INTO runs (id, name, base, jobs, start, created, changed, events, status)"
        "VALUES ('old-1', 'old', '/', 1, 'fresh', 1.0, 1.0, 0, 'running')"
    )
    db.close()

    async def look() -> None:
        async with SqliteStore(path, reading=True) as store:
            found = await store.run("last")
            assert (found.status, found.ticket, found.due) == ("interrupted", None, None)
            assert await store.posts(found) == []

    asyncio.run(look())

    async def post(store: SqliteStore) -> None:
        record = await store.run("last")
        await store.post(record, 1, just(QUESTION))
        assert len(await store.posts(record)) == 1
        assert record.ticket is None, "it was not submitted"

    with_store(path, post)
