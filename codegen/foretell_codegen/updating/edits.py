"""Edits of a text: bytes that take the place of others, made together or not at all.

Offsets count the bytes of the source in UTF-8, as `ast` counts columns. What an edit means is not known
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from foretell.errors import UserError
from foretell_codegen.provenance import Span


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """The bytes from `start` to before `end` become `text`."""

    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Overlap(UserError):
    """Two edits want the same bytes."""

    def __init__(self, first: TextEdit, second: TextEdit) -> None:
        self.first = first
        self.second = second
        super().__init__(
            f"two edits overlap: bytes {first.start} to {first.end}, and {second.start} to "
            f"{second.end}; apply one of them, and read the source again before the other"
        )


def applied(source: bytes, edits: Iterable[TextEdit]) -> bytes:
    """`source` with all of the edits. Of several at one place the first comes first. Raises
    `Overlap`."""
    parts: list[bytes] = []
    at = 0
    for edit in ordered(edits):
        parts += (source[at : edit.start], edit.text.encode())
        at = edit.end
    return b"".join((*parts, source[at:]))


def ordered(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """By place; those at the same place stay in order, and insertions come before what replaces the
    bytes there. Raises `Overlap`."""
    placed = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for first, second in pairwise(placed):
        if second.start < first.end:
            raise Overlap(first, second)
    return placed


def narrowed(source: bytes, edit: TextEdit) -> TextEdit | None:
    """The edit without what it leaves as it is at its ends; None if it changes nothing."""
    old, new = source[edit.start : edit.end], edit.text.encode()
    front = _common(old, new)
    while _splits(old, front) or _splits(new, front):
        front -= 1
    back = _common(old[front:][::-1], new[front:][::-1])
    while back and (_splits(old, len(old) - back) or _splits(new, len(new) - back)):
        back -= 1
    if front == len(old) == len(new):
        return None
    text = new[front : len(new) - back].decode()
    return TextEdit(edit.start + front, edit.end - back, text)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    most = min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    return next(i for i in range(most) if one[i] != other[i])


def _splits(text: bytes, at: int) -> bool:
    """Whether a character lies on both sides of the offset."""
    return 0 < at < len(text) and text[at] & 0xC0 == 0x80


def difference(source: bytes, edits: Iterable[TextEdit], name: str) -> str:
    """The edits as a unified diff of the file `name`, which `patch` takes."""
    old, new = source.decode(), applied(source, edits).decode()
    lines = unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(
        line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n"
        for line in lines
    )
