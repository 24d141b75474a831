"""18, Milestone: something may still be added until a certain node has started."""

from __future__ import annotations

from contextlib import suppress

from foretell import Anything, LawBroken, task, workflow


@task
def luggage(piece: str) -> str:
    return piece


@task(grows=Anything)
def check_in(grow: Anything, pieces: list[str]) -> int:
    for piece in pieces:
        late = grow.create(luggage, piece)
        with suppress(LawBroken):  # what comes too late waits for another plane
            grow.connect(late, grow.existing("closed"))
    return len(pieces)


@task
def close(gate: str) -> str:
    return f"{gate} closed"


@workflow
def milestone(piece: str = "bag") -> str:
    check_in([piece])
    return close.options(id="closed")("gate 3")
