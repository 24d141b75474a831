"""Every error foretell raises on purpose, and whose mistake each one is.

One base class, `ForetellError`. Below it the blame is separated: `UserError` is the mistake of
whoever wrote the workflow or called us, `TaskError` is a task that misbehaved while running,
`StoreError` is the place where runs are kept. Anything else that escapes is a bug of ours.

Messages are built from fields, which stay readable as attributes.
"""

from __future__ import annotations

from collections.abc import Iterable


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


class AskedAgain(UserError):
    """A task asked for another round of a loop where none leads back: `again(value)` in a plain
    call, or from a node without a loop (`node`). `value` is what would have gone along."""

    def __init__(self, where: str, node: str, value: object) -> None:
        self.node = node
        self.value = value
        super().__init__(
            f"{where}: again(): no loop leads back from {node!r}; the workflow's body says so: "
            f"back(its result, to=an earlier one)"
            if node
            else f"{where}: again() asks for another round of a loop, and a plain call goes round "
            f"nowhere: run the workflow, or expect AskedAgain in a test"
        )


class InputError(UserError):
    """An input is missing, unknown or of the wrong type. `task` says of what, where known."""

    def __init__(self, name: str, expected: str, got: str, task: str = "") -> None:
        self.name = name
        self.expected = expected
        self.got = got
        self.task = task
        of = f"{task}: " if task else ""
        super().__init__(f"{of}input {name!r}: expected {expected}, got {got}")


class NotAsked(UserError):
    """A run asks nothing of the kind, or somebody has answered already."""


class CannotRestart(UserError):
    """What is to be done again has not begun, is not there, or did not fail."""


class CannotCancel(UserError):
    """A node cannot be cancelled or skipped: it has ended, is not there, or must not."""


class BadAnswer(UserError):
    """An answer is not of the type that was asked for. `node` asks."""

    def __init__(self, node: str, expected: str, got: str) -> None:
        self.node = node
        self.expected = expected
        self.got = got
        super().__init__(f"the answer to {node!r}: expected {expected}, got {got}")


class OutputError(UserError):
    """A task returned something other than what its annotation says, or than JSON can hold."""

    def __init__(self, task: str, expected: str, got: str) -> None:
        self.task = task
        self.expected = expected
        self.got = got
        super().__init__(f"{task}: says it returns {expected}, but returned {got}")


class EmitError(UserError):
    """A task emitted something other than what the port takes, or than JSON can hold."""

    def __init__(self, port: str, expected: str, got: str) -> None:
        self.port = port
        self.expected = expected
        self.got = got
        super().__init__(f"port {port!r}: takes {expected}, but was given {got}")


class CodecError(UserError):
    """A value cannot go through its codec: that is not known here, or it fails. `why` reads on after
    the name of the codec."""

    def __init__(self, codec: str, why: str) -> None:
        self.codec = codec
        self.why = why
        super().__init__(f"the codec {codec!r}: {why}")


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


class ProtocolError(ForetellError):
    """What came over a task's channel is not a message, or comes when it may not.

    `why` reads on after "the task": "sent a line that is not JSON: ...".
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class StoreError(ForetellError):
    """The store cannot be opened, read or written."""


class StoreMissing(StoreError):
    """There is no store at that place: nothing was ever run there."""


class ValueLost(StoreError):
    """A value that a run keeps outside of its journal is missing there, or is not what was kept.
    `by` is the node that made it (empty: it was an input of the run). `permanent`: looking again will
    not help."""

    def __init__(
        self,
        where: str,
        why: str,
        by: str = "",
        what: str = "a value",
        run: str = "",
        *,
        permanent: bool = True,
    ) -> None:
        self.where = where
        self.why = why
        self.by = by
        self.permanent = permanent
        maker = f"the result of {by!r}" if by else "an input of the run"
        cure = (
            f"Put the file back, or have it made anew: foretell restart {run or 'RUN'} {by}"
            if by
            else "Put the file back, or run again with the same inputs"
        )
        super().__init__(f"{maker} is lost ({what}): {where} {why}. {cure}")

    def wanted_for(self, what: str) -> ValueLost:
        """The same, said of what it was wanted for."""
        self.args = (f"{what}: {self}",)
        return self


class RunNotFound(StoreError):
    """No run of that name is in the store."""


class RunBusy(StoreError):
    """Another living process is running this run."""


class RunInterrupted(ForetellError):
    """A run was stopped before it ended; nothing that was done is lost. `run` is its id."""

    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(f"run {run} was interrupted; go on with: foretell resume {run}")


class RunWaiting(ForetellError):
    """A run goes on only once somebody outside has answered, or a moment has come. `run` is its id,
    `asks` what it wants to know, each as the name of the node and the question; `until` is the moment,
    in seconds since 1970, if there is one."""

    def __init__(
        self, run: str, asks: Iterable[tuple[str, str]], until: float | None = None
    ) -> None:
        self.run = run
        self.asks = tuple(asks)
        self.until = until
        asked = "; ".join(f"{node}: {says}" for node, says in self.asks)
        what = [f"for an answer ({asked})"] if asked else []
        what += [f"until {_clock(until)}"] if until is not None else []
        how = f"Give it with: foretell answer {run}; then go on" if asked else "Go on"
        super().__init__(f"run {run} waits {', or '.join(what)}. {how} with: foretell resume {run}")


def _clock(at: float) -> str:
    from datetime import datetime

    return f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}"


class RunPaused(ForetellError):
    """A run goes on only once somebody lets it. `run` is its id, `said` who paused it and why, as
    words that read on after "paused"."""

    def __init__(self, run: str, said: str) -> None:
        self.run = run
        self.said = said
        super().__init__(
            f"run {run} is paused{said}. Let it go on with: foretell unpause {run}; then take it up "
            f"with: foretell resume {run}"
        )


_COMPARED = 1000
"""Names that are compared letter by letter, which takes its time."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`"; did you mean 'square'?"` for the closest known name, or the empty string. Of very many
    names only those are looked at that begin and end most alike."""
    from difflib import get_close_matches  # only errors need it, and every start would pay

    names = sorted(known)
    close = get_close_matches(name, names if len(names) <= _COMPARED else _likely(name, names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _likely(name: str, names: list[str]) -> list[str]:
    """Those of `names`, which are sorted, that stand beside `name` when read forwards or
    backwards."""
    backwards = sorted(one[::-1] for one in names)
    return [*_beside(name, names), *(one[::-1] for one in _beside(name[::-1], backwards))]


def _beside(name: str, names: list[str]) -> list[str]:
    from bisect import bisect

    at = bisect(names, name)
    return names[max(0, at - _COMPARED // 2) : at + _COMPARED // 2]
