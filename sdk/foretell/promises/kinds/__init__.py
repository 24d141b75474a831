"""The kinds of numbers that promises speak of. A new kind: its file here, and a line below."""

from __future__ import annotations

from foretell.promises.atoms import Misfits
from foretell.promises.entry import Entry
from foretell.promises.kinds.kind import Kind, Surroundings
from foretell.promises.kinds.misfits import MisfitNodes
from foretell.promises.kinds.nodes import Nodes
from foretell.promises.kinds.pairs import Pairs
from foretell.promises.language import Count, Edges

KINDS: dict[type[object], type[Kind]] = {
    Count: Nodes,
    Edges: Pairs,
    Misfits: MisfitNodes,
}


def kind_for(entry: Entry, around: Surroundings) -> Kind:
    """What counts for `entry`."""
    return KINDS[type(entry.promise)](entry, around)
