"""Bytes to lines, lines to JSON objects, JSON objects to lines: no I/O, and no messages yet.

Both ends of a task's channel cut and join with this file, so it imports little: a child process
that grows nothing needs no more of the protocol. What an object means is `protocol.codec`, and
when it may come is `protocol.session`.

Everything that can be wrong with bytes is one error, `ProtocolError`, and nothing that a task
sends makes this file keep more than one line in memory. Values that JSON cannot say exactly, or
that could not be stored and sent on (infinities, half surrogates, endless nesting), are refused
here, so that nobody further in has to think of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from foretell.errors import ProtocolError
from foretell.graph.surrogates import is_unicode

VERSION = 1
"""The version of the protocol this code speaks."""

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes, newline included. A longer line fails the trial."""

LONGEST_CHUNK = 1024 * 1024
"""Bytes of a line that brings a chunk of a port, so that many of them can be passed on at once."""

DEEPEST = 200
"""How many arrays and objects may lie within each other in one message."""

TOO_DEEP = f"is nested deeper than {DEEPEST} levels"


class Lines:
    """Cuts a stream of bytes into lines, however the stream was split on its way.

    lines = Lines()
    for line in lines.feed(chunk): ...
    lines.rest          # what came after the last newline
    """

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._rest = bytearray()

    @property
    def rest(self) -> bytes:
        """The line that has begun and not ended; empty after a newline."""
        return bytes(self._rest)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that `data` completes, without their newlines.

        The iterator must be used up before the next call. Raises `ProtocolError` once a line
        grows too long; the stream is of no more use then.
        """
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._keep(data[start:end], newline=True)
            line = bytes(self._rest)
            self._rest.clear()
            yield line
            start = end + 1
        self._keep(data[start:], newline=False)

    def _keep(self, piece: bytes, newline: bool) -> None:
        if len(self._rest) + len(piece) + newline > self._longest:
            self._rest.clear()
            raise ProtocolError(
                f"sent a line longer than {self._longest:,} bytes; "
                "large values belong in a file whose path is passed on"
            )
        self._rest += piece


def load(line: bytes) -> dict[str, Any]:
    """The JSON object on a line. Raises `ProtocolError` for anything else."""
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ProtocolError(
            f"sent a line that is not UTF-8 ({error.reason}): {_shown(line)}"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise ProtocolError(f"sent a line that is not JSON ({error}): {_shown(line)}") from None
    if not isinstance(value, dict):
        raise ProtocolError(f"sent a line that is not a JSON object: {_shown(line)}")
    if line.count(b"{") + line.count(b"[") > DEEPEST and _is_too_deep(value):
        raise _too_deep()
    if b"\\ud" in line or b"\\uD" in line:
        _refuse_half_surrogates(value, "sent")
    return value


def weight(value: dict[str, Any]) -> int | None:
    """How many bytes a JSON object is as a line, roughly; None if something in it is no JSON. Of one
    that never will be, 0: `dump` says what is wrong."""
    try:
        return len(_ENCODER.encode(value))
    except TypeError:
        return None
    except (ValueError, RecursionError):
        return 0


def dump(value: dict[str, Any], longest: int = LONGEST_LINE) -> bytes:
    """A JSON object as a line, newline included.

    Raises `ProtocolError` if the value is not JSON or the other end would refuse to read it; its
    words then read on after the name of the value: "is 20,000,000 bytes as JSON; ...".
    """
    try:
        line = _ENCODER.encode(value).encode("ascii") + b"\n"
    except RecursionError:
        raise ProtocolError(TOO_DEEP) from None
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"is not JSON: {error}") from None
    if line.count(b"{") + line.count(b"[") > DEEPEST and _is_too_deep(value):
        raise ProtocolError(TOO_DEEP)
    if b"\\ud" in line:
        _refuse_half_surrogates(value, "holds")
    if len(line) > longest:
        raise ProtocolError(
            f"is {len(line):,} bytes as JSON; a message may have {longest:,}; "
            "write it to a file and pass the path"
        )
    return line


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise ValueError(f"the number {text:.40} is out of range")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def _is_too_deep(value: Any) -> bool:
    """Level by level rather than by recursion, which is what is being prevented."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list, tuple))
        ]
        if not level:
            return False
    return True


def _too_deep() -> ProtocolError:
    return ProtocolError(f"sent a value that {TOO_DEEP}")


def _refuse_half_surrogates(value: Any, verb: str) -> None:
    """Text that no UTF-8 can carry would otherwise fail where it is stored or shown."""
    if not is_unicode(value):
        raise ProtocolError(f"{verb} text with half a surrogate pair, which is no Unicode")


def _shown(line: bytes) -> str:
    return repr(line[:80])[1:] + (" ..." if len(line) > 80 else "")
