"""The horizons of a run while it goes on, read from its journal by somebody who does not run it.

    async for horizon in horizons(store, await store.run("last")): ...

Nothing is asked of whoever runs it: the store is looked at again and again, a few times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from foretell.horizon.model import Horizon
from foretell_runtime.machine import State
from foretell_runtime.machine.keeping import KeptHorizon
from foretell_runtime.store.protocol import RunRecord, Store

PAUSE_S = 0.3


async def horizons(
    store: Store, run: RunRecord, pause_s: float = PAUSE_S
) -> AsyncIterator[Horizon]:
    """What may still happen, now and whenever something has; the last one when the run has ended.

    What happens within `pause_s` seconds comes as one. A run that nobody runs may be gone on with,
    so it is waited for.
    """
    state = State()
    kept = KeptHorizon(state)
    while True:
        new = [event.fact for event in await store.events(run, after=state.seq)]
        if new:
            for fact in new:
                state.apply(fact)
            kept.note(state, new)
            yield kept.now()
            if state.status != "running":
                return
        await asyncio.sleep(pause_s)
