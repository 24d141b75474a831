"""What happens in a run, for who listens: `Event`, and the kinds of fact that it may hold.

async for event in run.events():
    match event.fact:
        case Failed(node=node, error=error): ...
"""

from __future__ import annotations

from foretell_runtime.machine.events import (
    Answered,
    Asked,
    Broken,
    Cancelled,
    CancelRefused,
    Changed,
    Concluded,
    Due,
    Emitted,
    Ended,
    Fact,
    Failed,
    Finished,
    Held,
    Interrupted,
    Paused,
    Progressed,
    Rearmed,
    Recalled,
    Refused,
    Registered,
    Restarted,
    Resumed,
    Retired,
    RuledOut,
    Skipped,
    Started,
    Stopping,
    Unpaused,
    Waived,
)
from foretell_runtime.store.protocol import Event

__all__ = [
    "Answered", "Asked", "Broken", "CancelRefused", "Cancelled", "Changed", "Concluded", "Due",
    "Emitted", "Ended", "Event", "Fact", "Failed", "Finished", "Held", "Interrupted", "Paused",
    "Progressed", "Rearmed", "Recalled", "Refused", "Registered", "Restarted", "Resumed", "Retired", "RuledOut",
    "Skipped", "Started", "Stopping", "Unpaused", "Waived",
]  # fmt: skip
