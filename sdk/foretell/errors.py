"""Every error foretell raises on purpose, and whose mistake each one is.

One base class, `ForetellError`. Below it the blame is separated: `UserError` is the mistake of
whoever wrote the workflow or called us, `TaskError` is a task that misbehaved while running,
`StoreError` is the place where runs are kept. Anything else that escapes is a bug of ours.

Messages are built from fields, which stay readable as attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ForetellError(Exception):
    """Base of every error raised on purpose."""


class UserError(ForetellError):
    """Something the caller wrote or passed is wrong; nothing was changed."""


class DocumentError(UserError):
    """A JSON document is not what it claims to be. `where` is the path of the fault in it."""

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        self.why = why
        super().__init__(f"{where}: {why}")


class WiringError(UserError):
    """A workflow body uses a task, a result or a promise in a way that cannot be registered."""


class InputError(UserError):
    """A workflow input is missing, unknown or of the wrong type."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        self.name = name
        self.expected = expected
        self.got = got
        super().__init__(f"input {name!r}: expected {expected}, got {got}")


class LawBroken(UserError):
    """A change breaks a law of the graph (a cycle, an unknown node, a started target).

    The change is refused whole; the graph is as it was.
    """


class PromiseBroken(ForetellError):
    """A promise cannot be kept any more."""


class TaskError(ForetellError):
    """A task failed or misbehaved while it ran. `node` says where, `why` what happened."""

    def __init__(self, node: str, why: str) -> None:
        self.node = node
        self.why = why
        super().__init__(f"node {node!r}: {why}")


class StoreError(ForetellError):
    """The store cannot be opened, read or written."""


class RunNotFound(StoreError):
    """No run of that name is in the store."""


class RunBusy(StoreError):
    """Another living process is running this run."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`"; did you mean 'square'?"` for the closest known name, or the empty string."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
