"""Ports and streams: what fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_type

from foretell import Port, Stream, emit, task, workflow


@dataclass
class Step:
    n: int


tokens = Port("tokens", str, gather="text")
words = Port("words", str)
steps = Port("steps", Step)
best = Port("best", float, gather="latest")
facts = Port("facts", dict[str, int], gather="merge")


@task(ports=[tokens, words, steps, best, facts])
def write(n: int) -> int:
    emit(tokens, "a")
    emit(steps, Step(1))
    emit(best, 0.5)
    emit(facts, {"a": 1})
    return n


@task
def read(chunks: Stream[str]) -> int:
    return len(list(chunks))


@task
async def read_on(chunks: Stream[Step]) -> int:
    found = 0
    async for step in chunks:
        assert_type(step, Step)
        found += step.n
    return found


@workflow
def flow(n: int) -> int:
    draft = write(n)
    assert_type(tokens.final(draft), str)
    assert_type(words.final(draft), list[str])
    assert_type(steps.final(write.node(n)), list[Step])
    assert_type(best.final(draft), float | None)
    assert_type(facts.final(draft), dict[str, int])
    assert_type(tokens.stream(draft), Stream[str])
    read(tokens.stream(draft))
    return read_on(steps.stream(draft))


def checked() -> Mapping[str, int]:
    with tokens.collected() as chunks:
        write(1)
    assert_type(chunks, list[str])
    read(Stream(chunks))
    return {"a": read(Stream(["a", "b"]))}
