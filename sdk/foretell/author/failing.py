"""What a task raises to say what should follow, and how classes of exceptions are named.

An exception is known by its name, not by its class: whoever decides whether a node is tried again
has none of the task's modules. The process of the trial has, and names the class and all above it.
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING

from foretell.author.loading import file_of_ours, has_name_of_ours, resolved_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta


class Permanent(Exception):
    """Raise it where another trial would fail in the same way: the node has failed at once,
    whatever retries are left. Exceptions of your own may derive from it."""


class RetryAfter(Exception):
    """Raise it to say when the next trial may begin: in so many seconds, or at that time.

    Takes what the header `Retry-After` of an HTTP response says, too: seconds or a date, as text.
    It uses up one of the node's `retries`, and stands above `backoff` and `retry_on`.
    """

    def __init__(self, when: float | timedelta | datetime | str, why: str = "") -> None:
        self.seconds = max(0.0, _seconds_until(when))
        self.why = why
        super().__init__(f"in {self.seconds:g} s" + (f": {why}" if why else ""))


def _seconds_until(when: object) -> float:
    from datetime import UTC, datetime, timedelta

    if isinstance(when, str):
        when = _header(when)
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise ValueError(f"RetryAfter: {when!r} does not say in which time zone it is")
        when = when - datetime.now(UTC)
    if isinstance(when, timedelta):
        return when.total_seconds()
    if isinstance(when, bool) or not isinstance(when, (int, float)) or when - when != 0:
        raise ValueError(
            f"RetryAfter takes seconds, a timedelta, a datetime or the text of a Retry-After header, "
            f"not {when!r:.80}"
        )
    return float(when)


def _header(text: str) -> object:
    from email.utils import parsedate_to_datetime

    if text.strip().isdecimal():
        return float(text)
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return text


def name_of(error: type[BaseException]) -> str:
    """How `retry_on` names a class: as an entry point names a task, Python's own by themselves."""
    module, qualname = error.__module__, error.__qualname__
    if getattr(builtins, qualname, None) is error:
        return qualname
    if module == "__main__" or has_name_of_ours(module):
        return f"{_file_name(module)}:{qualname}"
    return f"{module}:{qualname}"


def names_of(error: type[BaseException]) -> Iterator[str]:
    """All names by which `retry_on` may mean a class, or one above it, however its module came to
    be loaded here."""
    for cls in error.__mro__:
        if getattr(builtins, cls.__qualname__, None) is cls:
            yield cls.__qualname__
        else:
            yield f"{cls.__module__}:{cls.__qualname__}"
            yield f"{_file_name(cls.__module__)}:{cls.__qualname__}"


def _file_name(module: str) -> str:
    file = file_of_ours(module)
    if file is None and module in sys.modules:
        file = resolved_file(sys.modules[module])
    return file.rpartition("/")[2] if file else module
