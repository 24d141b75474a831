"""JSON objects to messages and back: what a line means once it is known to be JSON.

Unknown kinds and fields, missing fields and wrong types are `ProtocolError`s that name the path
of the fault. Whether a message may come at this moment is not asked here.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from foretell.errors import DocumentError, ProtocolError
from foretell.graph import plain
from foretell.protocol import framing
from foretell.protocol.messages import FromTask, ToTask


def from_task(line: bytes) -> FromTask:
    """The message a task wrote on `line`."""
    message: FromTask = _read(FromTask, line)
    return message


def to_task(line: bytes) -> ToTask:
    """The message an orchestrator wrote on `line`."""
    message: ToTask = _read(ToTask, line)
    return message


def line_of(message: FromTask | ToTask) -> bytes:
    """`message` as a line. Raises `ProtocolError` if its values are not JSON or too large."""
    try:
        value = plain.encode(message)
    except RecursionError:
        raise ProtocolError(framing.TOO_DEEP) from None
    return framing.dump(value)


def _read(union: Any, line: bytes) -> Any:
    value = framing.load(line)
    kinds = _kinds(union)
    kind = value.get("kind")
    cls = kinds.get(kind) if isinstance(kind, str) else None
    if cls is None:
        known = ", ".join(sorted(kinds))
        raise ProtocolError(f"sent a message of kind {kind!r:.80}; known are {known}")
    try:
        return plain.decode(cls, value, str(kind))
    except DocumentError as error:
        raise ProtocolError(f"sent a wrong message: {error}") from None


@cache
def _kinds(union: Any) -> dict[str, type[Any]]:
    return {cls.__dataclass_fields__["kind"].default: cls for cls in get_args(union)}
