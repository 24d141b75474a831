"""What cancelling a node would bring with it, found out by doing it to a copy of the run.

The judge takes what happens as it comes and cannot take back an end. Somebody who cancels a node does so
seldom, so the whole run is folded once more from its journal for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from foretell_runtime.machine import events as ev
from foretell_runtime.machine.decide import decide
from foretell_runtime.machine.state import State


def tried(copy: State, order: ev.CancelNode) -> list[ev.Fact]:
    """What follows from `order`, once the process of its node is gone. `copy` is used up."""
    copy.jobs = 0
    facts = decide(copy, order).facts
    if facts and isinstance(stopping := facts[0], ev.Stopping):
        facts += decide(copy, ev.Lost(stopping.node, stopping.trial, "it was stopped")).facts
        facts += decide(copy, order).facts
    return facts


def objection(facts: Iterable[ev.Fact], order: ev.CancelNode) -> str:
    """Why `order` must not be carried out if these facts would follow, or the empty string."""
    for fact in facts:
        if isinstance(fact, ev.CancelRefused):
            return fact.why
        if isinstance(fact, (ev.Waived, ev.Broken)) and not order.force:
            return f"it would break the promise {fact.says}: {fact.why}"
    return ""
