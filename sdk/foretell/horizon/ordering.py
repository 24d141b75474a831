"""The order among what one node grows: which edges its shape makes possible, and which it needs.

Speaks of one scope at a time, of the nodes in it that exist and the classes that may still come.
What is below them is not its business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId, Existence, SeenEdge
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
    slots = dict.fromkeys(member.slot for member in members)
    existence: dict[tuple[str, str], Existence] = {
        (first, second): _existence(form, first, second, slots)
        for first in slots
        for second in slots
        if form.may_precede(first, second)
    }
    for first in members:
        for second in members:
            how = existence.get((first.slot, second.slot))
            if how is None or (first.real and second.real):
                continue
            if (first is not second or not first.single) and together(first, second):
                yield SeenEdge(first.id, second.id, how)


def _existence(form: Form, first: str, second: str, slots: dict[str, None]) -> Existence:
    if form.may_precede(second, first):
        return "may"
    between = (
        form.may_precede(first, slot) and form.may_precede(slot, second)
        for slot in slots
        if slot not in (first, second)
    )
    return "may" if any(between) else "will"
