"""Ports and streams: what does not fit. Each marked line is one error to both checkers."""

from __future__ import annotations

from foretell import Port, Stream, emit, task, workflow

tokens = Port("tokens", str, gather="text")
steps = Port("steps", int)
Port("p", int, gather="text")  # !
Port("p", str, gather="sum")  # !


@task(ports=["tokens"])  # !
def silent(n: int) -> int:
    return n


@task(ports=[tokens, steps])
def write(n: int) -> int:
    emit(tokens, 3)  # !
    emit(steps, "a")  # !
    emit("tokens", "a")  # !
    return n


@task
def read(chunks: Stream[str]) -> int:
    return sum(chunks)  # !


@task
def shout(text: str) -> str:
    return text


@workflow
def flow(n: int) -> int:
    draft = write(n)
    read(steps.stream(draft))  # !
    read(tokens.final(draft))  # !
    read(["a"])  # !
    shout(steps.final(draft))  # !
    shout(tokens.stream(draft))  # !
    return read(tokens.stream(draft))
