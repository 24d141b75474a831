"""foretell: Python workflows that may grow while they run, and can tell at every moment
everything that may happen next.

    from foretell import Grow, many, task, workflow

Importing this is cheap: neither pydantic nor the machinery of graphs is loaded until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foretell.author.growth import (
    Answer,
    Anything,
    Grow,
    Right,
    Shape,
    empty,
    free,
    many,
    may,
    one,
    one_of,
    par,
    seq,
)
from foretell.author.refs import Node
from foretell.author.running import progress
from foretell.author.tasks import Growing, Task, Workflow, each, task, workflow
from foretell.author.vows import (
    Count,
    NoNewEdges,
    NoNewNodes,
    OnlyEdges,
    OnlyNodes,
    Vow,
    promise,
)
from foretell.errors import (
    DocumentError,
    ForetellError,
    InputError,
    LawBroken,
    PromiseBroken,
    StoreError,
    TaskError,
    UserError,
    WiringError,
)

if TYPE_CHECKING:
    from foretell.author.rehearsal import rehearse
    from foretell.document.model import Graph

__version__ = "0.1.0"

_LATE = {
    "Graph": "foretell.document.model",
    "rehearse": "foretell.author.rehearsal",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'foretell' has no attribute {name!r}")


__all__ = [
    "Answer",
    "Anything",
    "Count",
    "DocumentError",
    "ForetellError",
    "Graph",
    "Grow",
    "Growing",
    "InputError",
    "LawBroken",
    "NoNewEdges",
    "NoNewNodes",
    "Node",
    "OnlyEdges",
    "OnlyNodes",
    "PromiseBroken",
    "Right",
    "Shape",
    "StoreError",
    "Task",
    "TaskError",
    "UserError",
    "Vow",
    "WiringError",
    "Workflow",
    "__version__",
    "each",
    "empty",
    "free",
    "many",
    "may",
    "one",
    "one_of",
    "par",
    "progress",
    "promise",
    "rehearse",
    "seq",
    "task",
    "workflow",
]
