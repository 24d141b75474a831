"""The edges that ordered growth cannot do without: how many of them a promise of edges counts.

Growth in sequence needs an edge from each node of one part to each of the next part that has
nodes. Which parts have nodes, and by which branch, may be open: the cheapest way counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol, TypeAlias

from foretell.graph.live import LiveNode
from foretell.promises.matching import Coming, Subject
from foretell.promises.rest import Choice, Rest, Room, Rooms

MOST_NODES = 50
"""Parts of more nodes that exist are not looked at node by node."""

Ends: TypeAlias = tuple[Subject, ...] | None
"""The nodes of a part, as far as they are certain; None: nobody knows which stand at its ends."""


class Costs(Protocol):
    """What growth adds at least."""

    def of_rest(self, rest: Rest) -> float: ...
    def of_one_more(self, task: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Filling:
    """A way in which a part of a sequence may come: what it adds at least, and its nodes."""

    cost: float
    nodes: Ends


def fillings(rest: Rest, maker: Subject, costs: Costs) -> Iterator[Filling]:
    """The ways of one part of a sequence that `maker` grows."""
    if isinstance(rest, Room):
        yield from _of_room(rest, maker, costs)
    elif isinstance(rest, Choice) or (isinstance(rest, Rooms) and len(rest.of) == 1):
        for branch in rest.of:
            yield from fillings(branch, maker, costs)
    elif isinstance(rest, Rooms) and not rest.of:
        yield Filling(0, ())
    else:
        yield Filling(costs.of_rest(rest), None)


def _of_room(room: Room, maker: Subject, costs: Costs) -> Iterator[Filling]:
    made = maker.made if isinstance(maker, LiveNode) else []
    here = tuple(live for live in made[:MOST_NODES] if live.node.slot == room.slot)
    least = costs.of_rest(room)
    if not room.min:
        yield Filling(least, here)
    if not here and room.max != 0:
        coming = [Coming(room.task, maker)] * min(max(1, room.min), MOST_NODES)
        yield Filling(least if room.min else costs.of_one_more(room.task), tuple(coming))
    elif room.min:
        yield Filling(least, (*here, *[Coming(room.task, maker)] * min(room.min, MOST_NODES)))


def cheapest(
    parts: Sequence[Sequence[Filling]], link: Callable[[Subject, Subject], float]
) -> float:
    """The least that `parts`, in this order, and the edges between them add. `link` is what an
    edge from one node to another adds."""
    # The cheapest way to each set of nodes that may be the last so far (None: unknown).
    best: dict[Ends, float] = {None: 0.0}
    for part in parts:
        onward: dict[Ends, float] = {}
        for filling in part:
            for last, cost in best.items():
                now = last if filling.nodes == () else filling.nodes
                total = cost + filling.cost + _between(last, filling.nodes, link)
                onward[now] = min(total, onward.get(now, inf))
        best = onward
    return min(best.values())


def _between(before: Ends, after: Ends, link: Callable[[Subject, Subject], float]) -> float:
    if before is None or after is None:
        return 0
    return sum(link(a, b) for a in before for b in after)
