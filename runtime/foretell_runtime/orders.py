"""Orders to a run as a whole: to end, to start nothing for now, to go on.

An order is looked at here against the run as it is at this moment, and left in the store's inbox for
whoever runs the run. Who carries it out where nobody does is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from foretell.errors import UserError
from foretell_runtime.machine.events import (
    Cancel,
    Ended,
    Pause,
    Paused,
    Restarted,
    Unpause,
    Unpaused,
)
from foretell_runtime.store.protocol import OPEN, Event, Post, RunRecord, RunStatus, Store

Order: TypeAlias = Cancel | Pause | Unpause

__all__ = ["Cancel", "Order", "Pause", "Unpause", "give"]


async def give(store: Store, run: RunRecord, order: Order) -> bool:
    """Whether somebody runs `run`, and was told. Raises `UserError` where the order makes no sense."""
    record = await store.run(run.id)

    def look(events: Sequence[Event], posts: Sequence[Post]) -> list[Order]:
        status = _status(record.status, events)
        if status not in OPEN:
            raise UserError(f"{record.id} is over already: {status}")
        orders = [post.what for post in posts if isinstance(post.what, Order)]
        if isinstance(order, Cancel):
            return [] if any(isinstance(one, Cancel) for one in orders) else [order]
        paused = status == "paused"
        for one in orders:
            paused = paused if isinstance(one, Cancel) else isinstance(one, Pause)
        if paused is not isinstance(order, Unpause):
            raise UserError(f"{record.id} is {'paused already' if paused else 'not paused'}")
        return [order]

    return await store.post(record, record.events, look)


def _status(status: RunStatus, events: Sequence[Event]) -> RunStatus:
    """What has become of a run that stood so before these events."""
    for event in events:
        match event.fact:
            case Ended(status=ended):
                status = ended
            case Paused():
                status = "paused"
            case Unpaused():
                status = "running"
            case Restarted() if status not in OPEN:
                status = "running"
            case _:
                pass
    return status
