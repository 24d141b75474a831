"""Ports and streams in ordinary Python, and what they come to in a graph."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest

from foretell import EmitError, Port, Stream, WiringError, emit, task, workflow
from foretell.author.streams import open_stream, stream_of
from foretell.graph.model import Edge, Hole
from tests.engine import Engine

tokens = Port("tokens", str, gather="text")
steps = Port("steps", int)
best = Port("best", int, gather="latest")


@task(ports=[tokens, steps, best])
def write(word: str, n: int) -> int:
    for i in range(n):
        emit(tokens, word)
        emit(steps, i)
        emit(best, i)
    return n


@task(ports=[steps])
async def write_later(n: int) -> None:
    for i in range(n):
        emit(steps, i)


@task
def count(words: Stream[str]) -> int:
    return len(list(words))


@task
async def add(numbers: Stream[int]) -> int:
    return sum([n async for n in numbers])


@task
def tell(text: str, early: int, last: int | None) -> str:
    return f"{text} {early} {last}"


@workflow
def story(word: str = "a", n: int = 2) -> str:
    draft = write(word, n)
    return tell(tokens.final(draft), count(tokens.stream(draft)), best.final(draft))


@workflow
def only(n: int = 2) -> list[int]:
    return steps.final(write_later.node(n))


def test_a_workflow_called_as_a_function_reads_what_its_calls_emitted() -> None:
    assert story("ab", 3) == "ababab 3 2"
    assert story("ab", 0) == " 0 None"
    assert only(3) == [0, 1, 2]


def test_two_calls_that_gave_the_same_are_told_apart_by_their_nodes() -> None:
    @workflow
    def flow() -> list[int]:
        first, second = write_later.node(1), write_later.node(2)
        return [*steps.final(first), *steps.final(second)]

    assert flow() == [0, 0, 1]


def test_a_test_finds_what_was_emitted() -> None:
    with steps.collected() as chunks:
        write("a", 3)
    write("a", 1)
    assert chunks == [0, 1, 2]


def test_what_a_plain_call_in_a_task_emits_is_not_what_the_task_emits() -> None:
    @task
    def outer() -> int:
        return write("a", 1)

    assert outer() == 1


@pytest.mark.parametrize("chunk", [1, None, ["a"], b"a"])
def test_chunks_are_checked_where_they_are_emitted(chunk: object) -> None:
    with pytest.raises(EmitError, match="port 'tokens': takes str"):
        emit(tokens, chunk)  # type: ignore[misc]


def test_a_stream_is_read_by_for_and_by_async_for_and_only_once() -> None:
    stream = Stream([1, 2])
    assert list(stream) == [1, 2]
    assert list(stream) == []
    assert add(Stream([1, 2])) == 3
    assert count(Stream(["a"])) == 1


def test_an_open_stream_goes_on_until_there_is_no_more() -> None:
    parts: list[list[int] | None] = [[1], [], [2, 3], None]
    stream = stream_of(str, [0])
    open_stream(stream, lambda: parts.pop(0))
    assert list(stream) == ["0", "1", "2", "3"]
    assert list(stream) == []


def test_who_gives_up_waiting_for_a_chunk_loses_none() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        asked, ready = asyncio.Event(), asyncio.Event()

        def pull() -> list[int] | None:
            loop.call_soon_threadsafe(asked.set)
            asyncio.run_coroutine_threadsafe(ready.wait(), loop).result()
            return parts.pop(0)

        parts: list[list[int] | None] = [[1, 2], None]
        stream: Stream[int] = Stream()
        open_stream(stream, pull)
        waiting = asyncio.ensure_future(anext(stream))
        await asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        ready.set()
        return [n async for n in stream]

    assert asyncio.run(main()) == [1, 2]


def test_in_a_graph_ports_are_edges() -> None:
    graph = story.compile()
    assert {edge for edge in graph.edges if edge.port} == {
        Edge("draft", "tell", "data", "", "/text", port="tokens"),
        Edge("draft", "tell", "data", "", "/last", port="best"),
        Edge("draft", "count", "data", "", "/words", port="tokens", early=True),
    }
    assert only.compile().output.holes == (Hole("", "write_later", "", "steps"),)
    spec = graph.tasks["write"].ports["tokens"]
    assert (spec.chunk, spec.gather) == ({"type": "string"}, "text")


def test_a_stream_that_is_known_is_a_constant() -> None:
    @workflow
    def flow() -> int:
        return count(Stream(["a", "b"]))

    assert flow.compile().nodes[0].inputs == {"words": ["a", "b"]}
    assert flow() == 2
    assert Engine(flow).run() == 2


def test_a_port_is_not_read_where_nothing_keeps_what_was_emitted() -> None:
    with pytest.raises(WiringError, match="collected"):
        tokens.final(write("a", 1))


def test_who_gives_up_waiting_for_a_chunk_may_end_and_who_waits_next_loses_nothing() -> None:
    gate, pulled = Event(), Event()

    def pull() -> list[Any] | None:
        gate.wait(60)
        pulled.set()
        return [1, 2]

    stream: Stream[int] = Stream()
    open_stream(stream, pull)

    async def main() -> tuple[bool, int]:
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        before = pulled.is_set()
        gate.set()
        return before, await anext(stream)

    assert asyncio.run(main()) == (False, 1)
    gate.clear()
    pulled.clear()
    open_stream(held := Stream[int](), pull)

    async def leave() -> None:
        waiting = asyncio.ensure_future(anext(held))
        await asyncio.sleep(0)
        assert not waiting.done()

    asyncio.run(leave())
    assert not pulled.is_set(), "the end waits for no chunk"
    gate.set()
