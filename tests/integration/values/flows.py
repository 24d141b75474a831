"""Workflows whose values may be large: every way a value can go from one task to another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from foretell import (
    Grow,
    Port,
    Stream,
    again,
    ask,
    back,
    each,
    emit,
    iteration,
    many,
    register_codec,
    task,
    workflow,
)
from foretell.control import above, equal, given, repeat, when


class Picture:
    """Something JSON has no word for."""

    def __init__(self, dots: bytes) -> None:
        self.dots = dots


def _draw(picture: Picture, file: BinaryIO) -> None:
    file.write(b"PIC" + picture.dots)


def _look(file: BinaryIO) -> Picture:
    assert file.read(3) == b"PIC"
    return Picture(file.read())


register_codec(Picture, name="picture", dump=_draw, load=_look)


class Loaded(NamedTuple):
    rows: list[int]
    note: str
    blob: bytes


@dataclass
class Drawn:
    picture: Picture
    also: list[Picture]
    name: str


@task
def load(size: int) -> Loaded:
    return Loaded(list(range(size)), "seen", bytes(size))


@task
def array(rows: list[int]) -> np.ndarray[Any, Any]:
    return np.array(rows)


@task
def first_of(rows: list[int]) -> int:
    return rows[0] if rows else -1


@task
def halved(rows: list[int]) -> list[int]:
    return rows[: len(rows) // 2]


class Halves(Grow):
    half = many(halved)


@task(grows=Halves)
def split(grow: Halves, rows: list[int]) -> dict[str, Any]:
    """The rest of what it returns is there, two places of it come later."""
    return {"rows": rows, "parts": [grow.half(rows), grow.half(rows[::-1])], "n": len(rows)}


@task
def draw(blob: bytes, name: str) -> Drawn:
    return Drawn(Picture(blob), [Picture(b"a"), Picture(blob + b"b")], name)


@task
def weigh(
    drawn: Drawn, picture: Picture, numbers: np.ndarray[Any, Any], split: dict[str, Any]
) -> list[int]:
    parts = [len(part) for part in split["parts"]]
    dots = [len(one.dots) for one in (drawn.picture, picture, *drawn.also)]
    return [int(numbers.sum()), *parts, split["n"], len(split["rows"]), *dots]


rows_out = Port("rows", list[int])


@task(ports=[rows_out])
def speak(size: int) -> int:
    for n in range(3):
        emit(rows_out, list(range(n * size)))
    return size


@task
def hear(rows: Stream[list[int]]) -> list[int]:
    return [len(row) for row in rows]


@task
def lengths(rows: list[list[int]]) -> list[int]:
    return [len(row) for row in rows]


@task
def longer(rows: list[int], more: list[int]) -> list[int]:
    return [*rows, *more]


@task
def enough(rows: list[int]) -> list[int]:
    if iteration() < 3:
        again(rows)
    return rows


@task
def pair(rows: list[int], size: int) -> tuple[list[int], int]:
    return rows, size


@workflow
def enough_of(rows: list[int]) -> list[int]:
    made = longer(rows, [])
    verdict = enough(made)
    back(verdict, to=made, into="more", at_most=5)
    return verdict


@workflow
def all_ways(size: int, extra: list[int]) -> dict[str, Any]:
    got = load(size)
    drawn = draw(got.blob, got.note)
    told = speak(size)
    weighed = weigh(drawn, drawn.picture, array(got.rows), split(got.rows))
    return {
        "weighed": weighed,
        "note": got.note,
        "first": first_of(extra),
        "heard": hear(rows_out.stream(told)),
        "late": lengths(rows_out.final(told)),
        "rows": got.rows,
        "pair": pair(extra, size),
        "rounds": enough_of(got.rows),
    }


@task
def lost(rows: list[int], folder: str) -> bool:
    for file in Path(folder).glob("??/*"):
        file.unlink()
    return True


@task
def counted(rows: list[int], more: int = 0) -> int:
    return len(rows) + more


@workflow
def deciding(size: int, folder: str) -> int | None:
    rows = load(size).rows
    return when(lost(rows, folder), lambda: counted(rows))


@workflow
def branching(size: int) -> tuple[int | None, int | None, list[int], int]:
    table = load(size)
    rows = table.rows
    return (
        when(equal(counted(rows), size), lambda: counted(rows, 1)),
        given(table.note, lambda _: counted(table.rows, 2)),
        counted.map(rows, more=each(few(rows))),
        repeat(lambda n: counted(rows, n), 0, until=lambda n: above(n, size), at_most=3),
    )


@task
def few(rows: list[int]) -> list[int]:
    return rows[:3]


@workflow
def asking() -> int:
    return counted(ask(list[int], "Which?"))
