"""The pure middle of the runtime: states, facts, `decide`. No clock, no I/O, no randomness.

What draws is imported when something is drawn: every command reads facts, and few draw any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from foretell.horizon.bounds import Left
from foretell.horizon.model import Horizon, RunStatus
from foretell_runtime.machine.decide import decide, register
from foretell_runtime.machine.inputs import inputs_of
from foretell_runtime.machine.state import State, replay

if TYPE_CHECKING:
    from foretell.horizon.real import Real

__all__ = ["Horizon", "State", "decide", "horizon_of", "inputs_of", "left_in", "register", "replay"]


def horizon_of(state: State, real: Real | None = None) -> Horizon:
    """Everything that may still happen in the run, as of now. `real` is kept by who asks again."""
    from foretell.horizon.foresee import foresee

    return foresee(
        state.judge,
        name=state.name,
        event=state.seq,
        status=_seen_status(state),
        trials=state.trials_of_now,
        iterations=state.iterations,
        real=real,
    )


def _seen_status(state: State) -> RunStatus:
    if state.paused:
        return "paused"
    if state.status == "running" and not state.trials:
        return "ready"
    return "waiting" if state.waits_outside else state.status


def left_in(state: State) -> Left:
    """How many nodes have not ended or may still come; `left_of` the horizon, and much quicker."""
    from foretell.horizon.foresee import left_ahead

    return left_ahead(state.judge, state.status)
