"""foretell: Python workflows that may grow while they run, and can tell at every moment
everything that may happen next.

    from foretell import Grow, many, task, workflow

Importing this is cheap: neither pydantic nor the machinery of graphs is loaded until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foretell.author.asking import answers, ask, signal, sleep_until
    from foretell.author.branches import (
        either_of,
        pending,
        registering,
        result_name,
        section,
        type_of,
        type_of_items,
        without_none,
    )
    from foretell.author.decorators import task, workflow
    from foretell.author.emitting import Port, emit
    from foretell.author.endings import failure_of, failures_of, or_else
    from foretell.author.failing import Permanent, RetryAfter
    from foretell.author.growth import Answer, Anything, Grow, Right, Sections, Shape
    from foretell.author.limiting import exclusive, limit
    from foretell.author.looping import back
    from foretell.author.programs import Runs, command, container, program, shell
    from foretell.author.refs import Node
    from foretell.author.rehearsal import rehearse
    from foretell.author.rounds import again, iteration
    from foretell.author.running import cancelled, progress
    from foretell.author.secrets import Secret, secret
    from foretell.author.shaped import Shaped
    from foretell.author.stated import Schema
    from foretell.author.static import Static
    from foretell.author.streams import Stream
    from foretell.author.tasks import Growing, Task, Workflow, each
    from foretell.author.unread import Unread
    from foretell.author.vows import (
        AllOf,
        AnyOf,
        Count,
        Every,
        ExactlyOne,
        NoNewEdges,
        NoNewNodes,
        Not,
        OnlyEdges,
        OnlyNodes,
        Rounds,
        Style,
        Vow,
        promise,
    )
    from foretell.author.words import (
        empty,
        free,
        let,
        loop,
        many,
        may,
        one,
        one_of,
        par,
        seq,
        use,
    )
    from foretell.document.model import Graph
    from foretell.errors import (
        AskedAgain,
        CodecError,
        DocumentError,
        EmitError,
        ForetellError,
        InputError,
        LawBroken,
        PromiseBroken,
        StoreError,
        TaskError,
        UserError,
        ValueLost,
        WiringError,
    )
    from foretell.graph.model import Failure
    from foretell.graph.trials import Backoff, Cached
    from foretell.values.codecs import register_codec

__version__ = "0.1.0"

_HOMES = {
    "foretell.author.asking": "answers ask signal sleep_until",
    "foretell.author.branches": "either_of pending registering result_name section type_of type_of_items without_none",
    "foretell.author.decorators": "task workflow",
    "foretell.author.endings": "failure_of failures_of or_else",
    "foretell.author.failing": "Permanent RetryAfter",
    "foretell.author.emitting": "Port emit",
    "foretell.author.streams": "Stream",
    "foretell.author.growth": "Answer Anything Grow Right Sections Shape",
    "foretell.author.limiting": "exclusive limit",
    "foretell.author.looping": "back",
    "foretell.author.programs": "Runs command container program shell",
    "foretell.author.refs": "Node",
    "foretell.author.rounds": "again iteration",
    "foretell.author.running": "cancelled progress",
    "foretell.author.tasks": "Growing Task Workflow each",
    "foretell.author.words": "empty free let loop many may one one_of par seq use",
    "foretell.author.secrets": "Secret secret",
    "foretell.author.shaped": "Shaped",
    "foretell.author.stated": "Schema",
    "foretell.author.static": "Static",
    "foretell.author.unread": "Unread",
    "foretell.author.vows": "AllOf AnyOf Count Every ExactlyOne NoNewEdges NoNewNodes Not OnlyEdges OnlyNodes Rounds Style Vow promise",
    "foretell.errors": "AskedAgain CodecError DocumentError EmitError ForetellError InputError LawBroken PromiseBroken StoreError TaskError UserError ValueLost WiringError",
    "foretell.author.rehearsal": "rehearse",
    "foretell.document.model": "Graph",
    "foretell.graph.model": "Failure",
    "foretell.graph.trials": "Backoff Cached",
    "foretell.values.codecs": "register_codec",
}
"""Module -> the names it lends to this one."""

_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Loads what is asked for. Every child process begins by importing this package, and most
    need a small part of it."""
    if name not in _HOME:
        raise AttributeError(f"module 'foretell' has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AllOf",
    "Answer",
    "AnyOf",
    "Anything",
    "AskedAgain",
    "Backoff",
    "Cached",
    "CodecError",
    "Count",
    "DocumentError",
    "EmitError",
    "Every",
    "ExactlyOne",
    "Failure",
    "ForetellError",
    "Graph",
    "Grow",
    "Growing",
    "InputError",
    "LawBroken",
    "NoNewEdges",
    "NoNewNodes",
    "Node",
    "Not",
    "OnlyEdges",
    "OnlyNodes",
    "Permanent",
    "Port",
    "PromiseBroken",
    "RetryAfter",
    "Right",
    "Rounds",
    "Runs",
    "Schema",
    "Secret",
    "Sections",
    "Shape",
    "Shaped",
    "Static",
    "StoreError",
    "Stream",
    "Style",
    "Task",
    "TaskError",
    "Unread",
    "UserError",
    "ValueLost",
    "Vow",
    "WiringError",
    "Workflow",
    "__version__",
    "again",
    "answers",
    "ask",
    "back",
    "cancelled",
    "command",
    "container",
    "each",
    "either_of",
    "emit",
    "empty",
    "exclusive",
    "failure_of",
    "failures_of",
    "free",
    "iteration",
    "let",
    "limit",
    "loop",
    "many",
    "may",
    "one",
    "one_of",
    "or_else",
    "par",
    "pending",
    "program",
    "progress",
    "promise",
    "register_codec",
    "registering",
    "rehearse",
    "result_name",
    "secret",
    "section",
    "seq",
    "shell",
    "signal",
    "sleep_until",
    "task",
    "type_of",
    "type_of_items",
    "use",
    "without_none",
    "workflow",
]
