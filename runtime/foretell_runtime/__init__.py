"""Runs compiled workflows: `from foretell_runtime import run`.

What is offered here is loaded when it is asked for, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foretell_runtime.api import Runtime, fuzz, run
    from foretell_runtime.foresight import Foresight, compare, foresee
    from foretell_runtime.handle import Run
    from foretell_runtime.outcome import Outcome
    from foretell_runtime.queueing import Submission
    from foretell_runtime.worker import Worker

__all__ = [
    "Foresight",
    "Outcome",
    "Run",
    "Runtime",
    "Submission",
    "Worker",
    "compare",
    "foresee",
    "fuzz",
    "run",
]

_HOMES = {
    "Foresight": "foresight",
    "Outcome": "outcome",
    "Run": "handle",
    "Runtime": "api",
    "Submission": "queueing",
    "Worker": "worker",
    "compare": "foresight",
    "foresee": "foresight",
    "fuzz": "api",
    "run": "api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
