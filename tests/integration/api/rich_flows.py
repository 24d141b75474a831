"""Workflows of rich values, run in real processes by `test_rich_values.py`."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from foretell import Grow, each, many, task, workflow


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Shot:
    at: dt.datetime
    data: bytes
    color: Color = Color.RED
    tags: frozenset[str] = field(default_factory=frozenset)


class Album(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    id: UUID
    shots: list[Shot]
    price: Decimal = Decimal("1.10")


@task
def shoot(day: dt.date, data: bytes, color: Color = Color.BLUE) -> Shot:
    assert type(day) is dt.date
    at = dt.datetime.combine(day, dt.time(12), dt.timezone(dt.timedelta(hours=5, minutes=30)))
    return Shot(at, data + b"\xfe", color, frozenset({"new"}))


@task
def bind(shots: tuple[Shot, ...], owner: UUID, cover: Path | None) -> Album:
    assert cover is None or isinstance(cover, Path)
    assert type(shots) is tuple
    return Album(id=owner, shots=list(shots))


class Shots(Grow):
    shoot = many(shoot)


@task(grows=Shots)
def tour(grow: Shots, start: dt.date, step: dt.timedelta, n: int) -> list[Shot]:
    return grow.shoot.map(each([start + i * step for i in range(n)]), b"\xff", Color.RED)


@workflow
def album(
    day: dt.date,
    owner: UUID,
    cover: Path | None = Path("a/b"),
    step: dt.timedelta = dt.timedelta(days=1),
) -> Album:
    first = shoot(day, b"\x00\xff")
    second = shoot(day, first.data, first.color)
    rest = tour(day, step, 2)
    return bind(joined(first, second, rest), owner, cover)


@task
def joined(first: Shot, second: Shot, rest: list[Shot]) -> tuple[Shot, ...]:
    return (first, second, *rest)


@task
def loose(kind: str) -> Any:
    return {"date": dt.date(2024, 2, 29), "text": "never", "lambda": lambda: 1}[kind]


@task
def dated(day: dt.date) -> dt.date:
    return day


@workflow
def loosely(kind: str) -> dt.date:
    return dated(loose(kind))
