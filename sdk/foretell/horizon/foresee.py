"""From what was judged to what may still happen: puts the horizon of a moment together.

The real nodes and edges come from the live graph, the classes from `foretell.horizon.coming`, and
what may still attach to either from `foretell.horizon.opening`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from foretell.graph.live import LiveNode, LivePair, Status
from foretell.graph.model import EdgeKind, NodeId
from foretell.horizon.coming import Future
from foretell.horizon.model import (
    ClassId,
    Horizon,
    NodeStatus,
    RunStatus,
    SeenEdge,
    SeenNode,
)
from foretell.horizon.opening import Openings
from foretell.horizon.wide import WideOpenings, is_too_much
from foretell.promises.judge import Judge
from foretell.promises.ledger import Entry


def foresee(
    judge: Judge,
    *,
    name: str,
    event: int = 0,
    status: RunStatus = "ready",
    trials: Mapping[NodeId, int] | None = None,
    ignoring: Collection[Entry] = (),
) -> Horizon:
    """The horizon of what `judge` knows, as if the promises in `ignoring` had not been made.

    Costs one pass over the graph, and bounded work where much may still be wired.
    """
    future = Future(judge, ignoring)
    if status in ("ready", "running"):
        future.draw()
    wide = is_too_much(judge, future)
    openings = WideOpenings(judge, future) if wide else Openings(judge, future)
    return Horizon(
        name=name,
        event=event,
        status=status,
        nodes=tuple(
            _seen_node(live, (trials or {}).get(live.id, 0), openings.of_node(live))
            for live in judge.graph.nodes.values()
        ),
        classes=tuple(
            replace(drawn.node_class, in_open=openings.of_class(drawn)) for drawn in future.drawn
        ),
        edges=(*(_seen_edge(pair) for pair in judge.graph.pairs()), *future.edges),
        groups=tuple(future.groups),
        exact=not future.why,
        why=tuple(future.why),
    )


def _seen_node(live: LiveNode, trial: int, in_open: tuple[ClassId, ...]) -> SeenNode:
    node, status = live.node, _STATUS[live.status]
    maker = live.maker.id if live.maker is not None else None
    return SeenNode(
        node.id, node.task, status, node.label, node.scope, maker, trial, in_open, node.style
    )


_STATUS: dict[Status, NodeStatus] = {
    Status.WAITING: "waiting",
    Status.RUNNING: "running",
    Status.DONE: "done",
    Status.FAILED: "failed",
    Status.RULED_OUT: "ruled_out",
    Status.CANCELLED: "cancelled",
    Status.RETIRED: "retired",
}

_KINDS: tuple[EdgeKind, ...] = ("loop", "data", "order", "structural")


def _seen_edge(pair: LivePair) -> SeenEdge:
    kinds: set[EdgeKind] = {edge.edge.kind for edge in pair.edges}
    kind = min(kinds, key=_KINDS.index)
    return SeenEdge(pair.source.id, pair.target.id, "exists", kind, _is_redundant(pair, kind))


def _is_redundant(pair: LivePair, kind: EdgeKind) -> bool:
    """Whether growth has put nodes between the two ends, which then order them anyway."""
    source, target = pair.source, pair.target
    if source.made and not target.is_under(source):
        return True
    if kind != "structural":
        return False
    if target.maker is source:
        return any(before.maker is source for before in target.into if before is not source)
    return any(after.maker is source.maker for after in source.out)
