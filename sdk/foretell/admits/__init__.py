"""Whether a finished graph lies inside a drawing, read off the drawing alone.

Knows the plain records of a drawing and plain lists of nodes and edges. It shares nothing with
what makes drawings, so that it may be their judge: `foretell fuzz` and the proofs of the laws ask
it about every finished graph they meet.

    quarrel(drawing, nodes, edges)      # "" or "3 of plan/square, drawn as at most 2"

Each node of the finished graph has its *place* in the drawing: itself if it is drawn, else the
class that its maker's place, its slot and its task lead to. Folded recursion leads back up: what
lies below a class that says `again` lies below the class it names, which is called its *home*.
"""

from __future__ import annotations

from foretell.admits.comparing import quarrel_with
from foretell.admits.placed import Placed
from foretell.admits.reading import Grown, Reading
from foretell.horizon.model import Horizon

__all__ = ["Grown", "Placed", "Reading", "quarrel", "quarrel_with"]


def quarrel(drawing: Horizon, nodes: list[Grown], edges: set[tuple[str, str]]) -> str:
    """Why the finished graph is not one that the drawing shows, or the empty string.

    `nodes` and `edges` are all that were not retired in the end; `edges` are pairs of node ids, each
    once. To compare many graphs with one drawing, keep a `Reading` of it.
    """
    return quarrel_with(Placed(Reading(drawing), nodes, edges))
