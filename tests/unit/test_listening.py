"""Who listens to a run: at their own pace, without holding up anybody, and told why they listen no more."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator

import pytest

from foretell_runtime.listening import Subscription
from foretell_runtime.machine.events import Ended, Held, Resumed
from foretell_runtime.store.protocol import Event

EVENTS = [
    Event(1, 1.0, None, Resumed()),
    Event(2, 2.0, 1, Held("a", "why")),
    Event(3, 3.0, 2, Ended("done")),
]


async def events(after: int) -> AsyncIterator[Event]:
    for event in EVENTS[after:]:
        yield event


def test_functions_and_coroutines_hear_all_events_in_order() -> None:
    async def main() -> None:
        heard: list[int] = []
        told: list[int] = []

        async def awaited(event: Event) -> None:
            await asyncio.sleep(0)
            told.append(event.seq)

        both = [
            Subscription(lambda event: heard.append(event.seq), (), 0, events),
            Subscription(awaited, (), 1, events),
        ]
        for one in both:
            await one.come_to_an_end(60)
        assert (heard, told) == ([1, 2, 3], [2, 3])
        assert [(one.seen, one.error) for one in both] == [(3, None), (3, None)]

    asyncio.run(main())


def test_who_wants_some_kinds_hears_of_these_alone() -> None:
    async def main() -> None:
        heard: list[Event] = []
        one = Subscription(heard.append, (Held, Ended), 0, events)
        await one.done()
        assert heard == EVENTS[1:] and one.seen == 3

    asyncio.run(main())


def test_who_waits_for_one_may_be_cancelled_and_it_goes_on() -> None:
    async def main() -> None:
        gate = asyncio.Event()

        async def slow(event: Event) -> None:
            await gate.wait()

        one = Subscription(slow, (), 0, events)
        waiting = asyncio.create_task(one.done())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.set()
        await one.done()
        assert one.seen == 3 and one.error is None

    asyncio.run(main())


def test_one_that_raises_loses_its_own_place_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bad(event: Event) -> None:
        if event.seq == 2:
            raise ValueError("no more")

    async def main() -> tuple[Subscription, list[int]]:
        heard: list[int] = []
        first = Subscription(bad, (), 0, events)
        other = Subscription(lambda event: heard.append(event.seq), (), 0, events)
        await first.come_to_an_end(60)
        await other.come_to_an_end(60)
        return first, heard

    with caplog.at_level(logging.ERROR, "foretell"):
        first, heard = asyncio.run(main())
    assert heard == [1, 2, 3]
    assert first.seen == 1 and isinstance(first.error, ValueError)
    assert (
        "bad listens no more; it has dealt with events up to 1: ValueError: no more" in caplog.text
    )


def test_one_that_hangs_holds_up_nobody_and_the_run_ends_without_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        go, heard = threading.Event(), list[int]()

        def hangs(event: Event) -> None:
            go.wait(60)

        slow = Subscription(hangs, (), 0, events)
        other = Subscription(lambda event: heard.append(event.seq), (), 0, events)
        await other.come_to_an_end(60)
        assert heard == [1, 2, 3]
        await slow.come_to_an_end(0.0)
        assert slow.seen == 0 and isinstance(slow.error, TimeoutError)
        go.set()

    asyncio.run(main())
    assert "it has dealt with events up to 0: TimeoutError" in caplog.text


def test_who_closes_hears_no_more() -> None:
    async def main() -> None:
        came, closed = asyncio.Event(), list[str]()

        async def waits(event: Event) -> None:
            came.set()
            await asyncio.Event().wait()

        one = Subscription(waits, (), 0, events)
        one.then(lambda: closed.append("closed"))
        await came.wait()
        one.close()
        await one.come_to_an_end(60)
        await asyncio.sleep(0)
        assert one.seen == 0 and one.error is None and closed == ["closed"]

    asyncio.run(main())
