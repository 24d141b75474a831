"""The one place that joins machine, store, executors and clock.

It hands what happens to the machine, keeps what the machine decides, and then does it. What a
task is for, or why a node is there, it never asks.
"""

from foretell_runtime.orchestrator.run import (
    Orchestrator,
    Stays,
    Watcher,
    create,
    go_on,
    registered,
    take_up,
)

__all__ = ["Orchestrator", "Stays", "Watcher", "create", "go_on", "registered", "take_up"]
