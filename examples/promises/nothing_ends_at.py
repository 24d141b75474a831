"""Promise: no edges can be created ending at node B (here `ring`).

The alarm must never wait for anything but the sensor. `look_around` may grow what it likes, as
long as the alarm does not have to wait for it. So it can grow nothing at all: whatever it grows
lies between it and what follows it, and `ring` follows it.

    foretell run examples/promises/nothing_ends_at.py
    foretell run examples/promises/nothing_ends_at.py -i careful=true      breaks the promise
"""

from __future__ import annotations

from foretell import Anything, NoNewEdges, promise, task, workflow


@task
def take_picture(room: str) -> str:
    return f"picture of {room}"


@task(grows=Anything)
def watch(grow: Anything, room: str, careful: bool) -> str:
    if careful:
        grow.create(take_picture, room)
    return f"smoke in {room}"


@task
def ring(why: str) -> str:
    return f"alarm: {why}"


@workflow
def nothing_ends_at(room: str = "kitchen", careful: bool = False) -> str:
    alarm = ring(watch(room, careful))
    promise(NoNewEdges(end=alarm))
    return alarm
