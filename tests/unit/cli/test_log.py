"""What `foretell log` says of the trials of a run."""

from __future__ import annotations

from foretell_runtime.cli.log import _attempts
from foretell_runtime.machine import events as ev
from foretell_runtime.store.protocol import Event


def test_trials_are_counted_anew_in_each_iteration() -> None:
    facts: list[ev.Fact] = [
        ev.Started("a", 1),
        ev.Started("b", 1),
        ev.Started("a", 2),
        ev.Restarted(("a",), ("a",)),
        ev.Started("a", 3, 2),
        ev.Rearmed("a", "b", ("a", "b")),
        ev.Started("a", 4, 3),
        ev.Started("b", 2, 2),
    ]
    events = [Event(n, float(n), None, fact) for n, fact in enumerate(facts, 1)]
    assert _attempts(events) == {1: 1, 2: 1, 3: 2, 5: 1, 7: 1, 8: 1}
