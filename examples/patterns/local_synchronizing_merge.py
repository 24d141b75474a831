"""37, Local synchronizing merge: waits for whatever was begun above it, however deep."""

from __future__ import annotations

from foretell import Grow, each, many, task, workflow


@task
def measure(room: int) -> int:
    return room * 10


class Rooms(Grow):
    measure = many(measure)


@task(grows=Rooms)
def survey(grow: Rooms, floor: int) -> list[int]:
    return grow.measure.map(each(range(floor)))


class Floors(Grow):
    survey = many(survey)


@task(grows=Floors)
def inspect(grow: Floors, floors: int) -> list[list[int]]:
    return [grow.survey(floor) for floor in range(floors)]


@task
def add_up(rooms: list[list[int]]) -> int:
    return sum(map(sum, rooms))


@workflow
def local_synchronizing_merge(floors: int = 3) -> int:
    return add_up(inspect(floors))
