"""Loop edges: what comes round, and what has to be done again then.

A loop edge `u -> v` leads back: v is u, or comes before it. It is no order and lies apart from the
edges that are. When u ends and asks for another round, everything that comes after v is done again:
what was grown there goes, and all else waits once more. Whether u asks is not known here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from foretell.errors import LawBroken

if TYPE_CHECKING:
    from foretell.graph.live import LiveNode
    from foretell.graph.model import Edge


class BackEdge:
    """One loop edge."""

    __slots__ = ("edge", "source", "target")

    def __init__(self, edge: Edge, source: LiveNode, target: LiveNode) -> None:
        self.edge = edge
        self.source = source
        self.target = target


class BackEdges:
    """The loop edges of a graph. `asked` are those of which a round was asked for that has not begun,
    in that order. `rounds` is how often each target has been come round to, since a loop around it
    did."""

    def __init__(self) -> None:
        self.all: list[BackEdge] = []
        self.asked: list[BackEdge] = []
        self.rounds: dict[LiveNode, int] = {}

    def add(self, edge: Edge, source: LiveNode, target: LiveNode) -> BackEdge:
        loop = BackEdge(edge, source, target)
        self.all.append(loop)
        return loop

    def drop(self, loop: BackEdge) -> None:
        """Takes a loop edge out again."""
        self.all.remove(loop)

    def of(self, source: LiveNode) -> list[BackEdge]:
        """The loop edges that leave `source`."""
        return [loop for loop in self.all if loop.source is source]

    def begin_anew(self, members: Collection[LiveNode], tops: Collection[LiveNode]) -> None:
        """All `members` are done again, which are `tops` and what comes after them: loops among
        them count from nothing, but those that lead back to one of `tops`."""
        again = set(members)
        self.asked = [loop for loop in self.asked if loop.source not in again]
        for loop in self.all:
            if loop.target in again and loop.target not in tops:
                self.rounds.pop(loop.target, None)

    def comes_round(self, target: LiveNode) -> None:
        """A loop to `target` has come round."""
        self.rounds[target] = self.rounds.get(target, 0) + 1


def cone(*tops: LiveNode) -> list[LiveNode]:
    """These nodes and all that come after one of them, what they grew too; in order of birth."""
    seen = dict.fromkeys(tops)
    todo = list(seen)
    for live in todo:
        new = [target for target in live.out if target not in seen]
        seen.update(dict.fromkeys(new))
        todo += new
    return sorted(todo, key=lambda live: live.birth)


def apart(members: list[LiveNode]) -> tuple[list[LiveNode], list[LiveNode]]:
    """Of `members`, which are done again: those that stay, and those that go, for one of the others
    grew them."""
    inside = set(members)
    stay = [live for live in members if live.maker not in inside]
    return stay, [live for live in members if live.maker in inside]


def refuse_forward(loop: BackEdge) -> None:
    """Raises `LawBroken` unless the loop edge leads back."""
    source, target = loop.source, loop.target
    if source is not target and source not in cone(target):
        raise LawBroken(
            f"the loop edge {source.id} -> {target.id} does not lead back: {target.id!r} does not "
            f"come before {source.id!r}; a loop leads from a node to one that comes before it"
        )
