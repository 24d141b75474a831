"""An exception as a `fail` message: one line for the many, and the traceback as its author
would want to see it, beginning at the first line of theirs and without ours around it.

Loaded only when something went wrong.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from foretell import errors
from foretell.author.failing import Permanent, RetryAfter, names_of
from foretell.errors import ForetellError, ValueLost
from foretell.graph.trials import MOST_SECONDS, covers
from foretell.worker.reports import sendable

_OURS = str(Path(errors.__file__).resolve().parent) + os.sep
_LONGEST_ERROR = 2_000
_LONGEST_TRACE = 100_000


def failure(error: BaseException, retry_on: list[str] | None = None) -> dict[str, Any]:
    """The `fail` message for `error`, whatever is wrong with it too."""
    try:
        line, trace = _one_line(error), _trace(error)
    except Exception as worse:  # noqa: BLE001 - an exception whose own methods raise
        line = f"{type(error).__name__} (which cannot be shown: {type(worse).__name__})"
        trace = ""
    try:
        follows = _what_follows(error, retry_on)
    except Exception:  # noqa: BLE001 - an exception whose class is odd: as if nothing were known
        follows = {"permanent": True} if retry_on is not None else {}
    return {
        "kind": "fail",
        "error": _cut(sendable(line), _LONGEST_ERROR),
        "trace": _cut(sendable(trace), _LONGEST_TRACE),
        **follows,
    }


def _what_follows(error: BaseException, retry_on: list[str] | None) -> dict[str, Any]:
    """Whether the node may be tried again, and when; of several errors at once the worst counts."""
    errors = list(_apart(error))
    if any(isinstance(one, Permanent) or _stays_lost(one) for one in errors):
        return {"permanent": True}
    after = [min(one.seconds, MOST_SECONDS) for one in errors if isinstance(one, RetryAfter)]
    others = [one for one in errors if not isinstance(one, RetryAfter)]
    if not all(covers(retry_on, names_of(type(one))) for one in others):
        return {"permanent": True}
    return {"after": max(after)} if after else {}


def _stays_lost(error: BaseException) -> bool:
    """Whether it is of a value that another trial would not find either."""
    return isinstance(error, ValueLost) and error.permanent


def _apart(error: BaseException) -> Iterator[BaseException]:
    """The errors of a group, of whatever depth."""
    found = [error]
    while found:
        one = found.pop()
        if isinstance(one, BaseExceptionGroup):
            found += one.exceptions
        else:
            yield one


def _one_line(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the task called sys.exit({'' if error.code is None else repr(error.code)})"
    if isinstance(error, ForetellError):
        return " ".join(str(error).split("\n"))
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    if isinstance(error, SyntaxError):  # its last line says what, the ones before it where
        return f"{lines[-1]} ({error.filename}, line {error.lineno})"
    first = lines[0] if lines else type(error).__name__
    module, dot, rest = first.partition(f"{type(error).__module__}.")
    return rest if dot and not module else first


def _trace(error: BaseException) -> str:
    theirs = _from_user(error.__traceback__)
    if theirs is None and isinstance(error, (ForetellError, SyntaxError)):
        return ""  # ours to say, and said in the one line: our frames would tell nothing
    _hide_our_end(error, theirs)
    return "".join(traceback.format_exception(type(error), error, theirs or error.__traceback__))


def _from_user(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and _is_ours(trace):
        trace = trace.tb_next
    return trace


def _hide_our_end(error: BaseException, trace: TracebackType | None) -> None:
    """Let the traceback of a broken law or promise end at the task's own line."""
    if not isinstance(error, ForetellError):
        return
    if isinstance(error.__cause__, ForetellError):  # the same, before it was put into words
        error.__cause__, error.__suppress_context__ = None, True
    last = None
    while trace is not None:
        if not _is_ours(trace):
            last = trace
        trace = trace.tb_next
    if last is not None:
        last.tb_next = None


def _is_ours(trace: TracebackType) -> bool:
    name = trace.tb_frame.f_code.co_filename
    return name.startswith((_OURS, "<frozen importlib"))


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n... {len(text) - 2 * half:,} characters left out ...\n{text[-half:]}"
