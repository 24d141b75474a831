"""The order among what one node grows: which edges its shape makes possible, and which it needs.

Speaks of one scope at a time, of the nodes in it that exist and the classes that may still come.
What is below them is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId, Existence, SeenEdge
from foretell.promises.filled import Keys, split_slot, with_keys
from foretell.promises.form import Form


@dataclass(frozen=True, slots=True)
class Member:
    """A node, or a class of nodes, that fills `slot`. `single`: there is no other in it."""

    id: NodeId | ClassId
    slot: str
    real: bool
    single: bool = True


def edges_among(
    form: Form, members: Sequence[Member], together: Callable[[Member, Member], bool]
) -> Iterator[SeenEdge]:
    """Edges that may or must come among `members`. `together` says of two that they can both
    come. A pair needs its own edge where nothing else could lie between the two."""
    order = Order(form, members)
    coming = [member for member in members if not member.real]
    for first in members:
        for second in coming if first.real else members:
            how = order.existence(first.slot, second.slot)
            if how is None:
                continue
            if (first is not second or not first.single) and together(first, second):
                yield SeenEdge(first.id, second.id, how)


class Order:
    """Which edges between two slots may or must come, given the slots that hold something."""

    def __init__(self, form: Form, members: Sequence[Member]) -> None:
        self._form = form
        self._known: dict[tuple[str, str], Existence | None] = {}
        self._under: dict[Keys, dict[str, None]] = {}
        for member in members:
            name, keys = split_slot(member.slot)
            for level in range(len(keys) + 1):
                some = with_keys(name, keys[:level])
                self._under.setdefault(keys[:level], {})[some] = None

    def existence(self, first: str, second: str) -> Existence | None:
        ends = (first, second)
        if ends not in self._known:
            self._known[ends] = self._existence(first, second)
        return self._known[ends]

    def _existence(self, first: str, second: str) -> Existence | None:
        form = self._form
        if not form.may_precede(first, second):
            return None
        if form.may_precede(second, first):
            return "may"
        between = (
            form.may_precede(first, slot) and form.may_precede(slot, second)
            for slot in self._near(first, second)
            if slot not in (first, second)
        )
        return "may" if any(between) else "will"

    def _near(self, first: str, second: str) -> dict[str, None]:
        """Slots among which are all that may lie between two: those of the same instances; what
        lies deeper, or in others, without the keys that do not matter then."""
        found: dict[str, None] = {}
        for slot in (first, second):
            keys = split_slot(slot)[1]
            for level in range(len(keys) + 1):
                found |= self._under.get(keys[:level], {})
        return found
