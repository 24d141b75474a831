"""What a kind of number must know: by which events it changes, and how to tell of it.

A kind keeps the numbers of one entry. It is told of every event, once it has happened in the
graph (of what is taken out: just before). Whether the numbers keep the promise is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from foretell.graph.live import LiveEdge, LiveGraph, LiveNode, LivePair
from foretell.promises.entry import Entry
from foretell.promises.language import Count
from foretell.promises.matching import Matcher
from foretell.promises.prospects import NONE
from foretell.promises.refining import Forms
from foretell.promises.rest import Rest


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all kinds look at: the graph, its selectors, what each task may grow, and the nodes
    that may still grow."""

    graph: LiveGraph
    matcher: Matcher
    forms: Forms
    growers: Mapping[LiveNode, None]

    def unsettled(self) -> list[LiveNode]:
        """The running nodes that may fail and the run go on; then what they added goes."""
        return [live for live in self.graph.outcomes.unsettled if live in self.growers]


class Kind:
    """Counts nothing; base of those that do."""

    unit = "node"

    def __init__(self, entry: Entry, around: Surroundings) -> None:
        self.entry = entry
        self.around = around

    # --- events ---

    def count_nodes(self) -> None:
        """Reads all nodes that exist. What growers may add is told by `share`."""
        for live in self.around.graph.nodes.values():
            self.add_node(live)

    def count_edges(self) -> None:
        """Reads all edges that exist."""
        for pair in self.around.graph.pairs():
            for edge in pair.edges:
                self.add_edge(pair, edge)

    def add_node(self, live: LiveNode) -> None:
        """`live` was born."""

    def drop_node(self, live: LiveNode) -> None:
        """`live` is about to leave."""

    def add_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` came into `pair`."""

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """`edge` is about to leave `pair`."""

    def changed(self, live: LiveNode) -> None:
        """`live` started, waits again or has ended."""

    def share(self, grower: LiveNode, rest: Rest | None) -> None:
        """`grower` may still grow `rest` (None: nothing)."""
        span = NONE
        if rest is not None:
            span = self.entry.prospects.of_rest(rest, grower, grower.sinks)
            if not isinstance(self.entry.promise, Count) and self.around.forms.wires(grower):
                span = (span[0], inf)
        self.entry.set_share(grower, span)

    def owe_nothing(self) -> None:
        """The run has failed; nothing is owed any more. All shares are told anew after this."""

    # --- undoing a change: the numbers and shares of the entry are put back by the caller ---

    def save(self) -> None:
        """What happens from now on may be undone."""

    def undo(self) -> None:
        """Takes back everything since `save`."""

    def stand(self) -> None:
        """Nothing will be undone any more."""

    # --- questions ---

    def counts_node(self, live: LiveNode) -> bool:
        return False

    def counts_edge(self, pair: LivePair, edge: LiveEdge) -> bool:
        return False

    def volatile(self) -> int:
        """How much of the number is of what trials have added that may still fail and be taken
        back."""
        return 0

    def binds_for_good(self) -> bool:
        """Whether the promise speaks of anything that will be in the finished graph for sure."""
        return True

    def unmet(self) -> int:
        """How much higher the number would be if nothing more came."""
        return 0

    def forbids_start(self, live: LiveNode) -> bool:
        """Whether the promise could not be kept if `live` started now."""
        return False

    def existing(self) -> str:
        """How many there are, in words."""
        return said(self.entry.have, self.unit)

    def allowed(self) -> str:
        """How many there may be, in words."""
        return f"; it allows at most {self.entry.promise.max}"

    def forced(self) -> str:
        """Who must still bring some of what is counted, in words; empty if nobody must."""
        growers = [grower for grower, span in self.entry.shares.items() if span[0]]
        if not growers:
            return ""
        words = f", and at least {self.entry.low:.0f} more must still come from what "
        return words + f"{' and '.join(grower.id for grower in growers[:3])} must grow"


def said(number: int, unit: str) -> str:
    return f"1 such {unit} exists" if number == 1 else f"{number or 'no'} such {unit}s exist"


def may_grow(around: Surroundings, grower: LiveNode) -> list[str | None]:
    """The tasks of what `grower` itself may grow (None: any)."""
    form = around.forms.of(grower)
    return [None] if form.open else [spot.task for spot in form.spots.values()]
