"""What an import or an export could not carry over, told place by place.

Each fact about a document that has no place on the other side is a `Note`; nothing is left out without
one. The laws of the round trip are held up to exactly these. It knows no format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["dropped", "changed", "added"]
"""`dropped`: it says nothing any more. `changed`: it is said in another way, and comes back in that
way. `added`: it was not said, and had to be."""

_NUMBER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Note:
    """`where` is the place in what was read (`$.tasks[3].config`), `what` a sentence about it."""

    kind: Kind
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}  {self.where}: {self.what}"


class Notes:
    """Notes in the making, in the order in which they were made."""

    def __init__(self) -> None:
        self._made: dict[Note, None] = {}

    def dropped(self, where: str, what: str) -> None:
        self._made[Note("dropped", where, what)] = None

    def changed(self, where: str, what: str) -> None:
        self._made[Note("changed", where, what)] = None

    def added(self, where: str, what: str) -> None:
        self._made[Note("added", where, what)] = None

    def add(self, others: Notes) -> None:
        self._made |= others._made

    def all(self) -> tuple[Note, ...]:
        return tuple(self._made)


def summary(notes: Iterable[Note]) -> list[str]:
    """Lines for people: what is said alike of many places of one kind is said once, with their number."""
    alike: dict[tuple[Kind, str], list[Note]] = {}
    for note in notes:
        alike.setdefault((note.kind, _NUMBER.sub("[*]", note.where)), []).append(note)
    return [_line(kind, where, group) for (kind, where), group in alike.items()]


def _line(kind: Kind, where: str, group: list[Note]) -> str:
    first = group[0]
    if len(group) == 1:
        return str(first)
    said = {note.what for note in group}
    example = first.what if len(said) == 1 else f"{first.what} (and so on)"
    return f"{kind}  {where} ({len(group)} times): {example}"
