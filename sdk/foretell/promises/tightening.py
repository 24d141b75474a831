"""What a promise about growth does to nodes that are there already when it is made.

A node that has grown nothing yet just may grow less from now on. What others have grown is put into
the places of the narrower shape: if it does not fit, the promise contradicts what has happened. All
of it can be taken back, when somebody has only asked, or when the trial that promised has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from foretell.errors import LawBroken
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Node
from foretell.promises.filled import Filled
from foretell.promises.growing import Growing
from foretell.promises.language import Vowed
from foretell.promises.ledger import Breach
from foretell.promises.matching import Matcher
from foretell.promises.refining import Forms, Own, Refinement, refused

K = TypeVar("K")
V = TypeVar("V")

_NEVER_END_WELL = (Status.FAILED, Status.CANCELLED, Status.RULED_OUT, Status.RETIRED)


@dataclass(slots=True)
class Before:
    """How one node was before it was bound: its form, what filled it, what it had grown."""

    own: Own | None
    have: Filled | None
    made: tuple[Node, ...]


@dataclass(slots=True)
class Tightened:
    """What was changed, by node; and how many refinements there were before."""

    refinements: int = 0
    before: dict[LiveNode, Before] = field(default_factory=dict)


class Tightening:
    """Binds nodes that exist, and sets them free again."""

    def __init__(self, forms: Forms, growing: Growing, matcher: Matcher) -> None:
        self._forms = forms
        self._growing = growing
        self._matcher = matcher

    def bind(self, nodes: Iterable[LiveNode], tightened: Tightened) -> Breach | None:
        """Binds those of `nodes` that the refinements since then speak of. Raises `LawBroken` for
        a shape that is no narrower one, or where nobody can tell what fills which of its places."""
        refinements = self._forms.refinements[tightened.refinements :]
        for live in nodes if refinements else ():
            for refinement in refinements:
                if live.status not in _NEVER_END_WELL and self._binds(refinement, live):
                    breach = self._bind(live, refinement, tightened)
                    if breach is not None:
                        return breach
        return None

    def _binds(self, refinement: Refinement, live: LiveNode) -> bool:
        return self._forms.binds(refinement, live, self._matcher)

    def _bind(self, live: LiveNode, refinement: Refinement, tightened: Tightened) -> Breach | None:
        old = self._forms.own.get(live)
        if why := self._forms.refine(live, refinement):
            raise LawBroken(refused(refinement.vowed, why))
        if self._forms.own.get(live) is old:
            return None  # what it may grow is narrower already
        made = tuple(child.node for child in live.made)
        tightened.before.setdefault(live, Before(old, self._growing.have.get(live), made))
        breach = self._growing.refill(live)
        if breach is None and live.status is Status.DONE:
            breach = self._growing.breach_of_ending(live)
        return breach

    def undo(self, tightened: Tightened) -> None:
        """Everything is as it was, the refinements too."""
        del self._forms.refinements[tightened.refinements :]
        for live, before in tightened.before.items():
            _put(self._forms.own, live, before.own)
            _put(self._growing.have, live, before.have)
            for child, node in zip(live.made, before.made, strict=False):
                child.node = node

    def withdraw(self, vows: Sequence[Vowed]) -> list[LiveNode]:
        """`vows` are taken back; returns the nodes that may grow more again."""
        gone = [r for r in self._forms.refinements if any(r.vowed is vow for vow in vows)]
        if not gone:
            return []
        bound = [live for live in self._forms.own if any(self._binds(r, live) for r in gone)]
        self._forms.refinements = [r for r in self._forms.refinements if r not in gone]
        for live in bound:
            del self._forms.own[live]
            self._forms.born([live], self._matcher)
            breach = self._growing.refill(live)
            assert breach is None, "what fits a narrow shape fits a wider one"
        return bound


def _put(where: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        where.pop(key, None)
    else:
        where[key] = value
