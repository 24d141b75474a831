"""What an enumeration is made of: moments of a run, the moves that lead from one to the next, and the
finished worlds where they end. Plain records, and nothing that follows from them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from foretell.promises.language import Promise
from tests.laws.definitions import Birth, World


class Vow(NamedTuple):
    """A promise that a running node made, and the number of such promises before it, plus 1."""

    promise: Promise
    maker: str
    epoch: int


class Look(NamedTuple):
    """A style key of a node that was set. `maker` is told only where it may be taken back."""

    node: str
    key: str
    value: str
    maker: str = ""


class Moment(NamedTuple):
    world: World
    started: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    vows: tuple[Vow, ...] = ()
    spoiled: bool = False
    """A node wired what it had no right to wire."""
    looks: frozenset[Look] = frozenset()
    failed: frozenset[str] = frozenset()
    """These never end well."""
    lost: bool = False
    """Nobody waited for one of these failures; nothing more is owed then."""
    out: frozenset[str] = frozenset()
    """These were ruled out, and stay so even if what did it is taken back."""
    asked: tuple[tuple[str, str], ...] = ()
    """The rounds that are still to begin: who asked, and the node to go back to; oldest first."""
    finished: frozenset[str] = frozenset()
    """These have been done once, if somebody asks for that, and are to be done again."""
    rounds: tuple[tuple[str, int], ...] = ()
    """How often loops have come round to a node, where somebody counts that."""


class Final(NamedTuple):
    """A finished live view: the nodes, and the pairs of ids that some edge joins.

    `old`: which of the grown nodes are those of the same id that there are at the moment from which
    one looks; None where no others could have their ids.
    """

    nodes: frozenset[Birth]
    pairs: frozenset[tuple[str, str]]
    old: frozenset[str] | None = None


MoveKind = Literal["start", "create", "connect", "style", "promise", "finish", "again", "fail"]


class Move(NamedTuple):
    """An event: `node` starts, creates `birth`, connects `ends`, gives `look`, promises, finishes,
    finishes and asks for another round from `back`, or fails."""

    kind: MoveKind
    node: str
    birth: Birth | None = None
    ends: tuple[str, str] = ("", "")
    promise: Promise | None = None
    look: Look | None = None
    back: str = ""
