"""From what was judged to what may still happen: puts the horizon of a moment together.

The real nodes and edges come from the live graph, the classes from `foretell.horizon.coming`, and
what may still attach to either from `foretell.horizon.opening`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from foretell.graph.collecting import collector_paused
from foretell.graph.live import LiveNode, LivePair, Status
from foretell.graph.model import EdgeKind, NodeId
from foretell.horizon.bounds import Left, left_of
from foretell.horizon.coming import Future
from foretell.horizon.joining import Ahead, joined
from foretell.horizon.model import (
    ClassId,
    Existence,
    Horizon,
    NodeClass,
    NodeStatus,
    RunStatus,
    SeenEdge,
    SeenNode,
)
from foretell.horizon.opening import Openings
from foretell.horizon.rounds import Turns
from foretell.horizon.wide import WideOpenings, is_too_much
from foretell.promises.judge import Judge

GOING_ON: tuple[RunStatus, ...] = ("ready", "running", "waiting")


@collector_paused()
def foresee(
    judge: Judge,
    *,
    name: str,
    event: int = 0,
    status: RunStatus = "ready",
    trials: Mapping[NodeId, int] | None = None,
    iterations: Mapping[NodeId, int] | None = None,
) -> Horizon:
    """The horizon of what `judge` knows.

    Costs one pass over the graph for each way that loops may take, and bounded work where much may
    still be wired.
    """
    turns = Turns(judge) if status in GOING_ON else None
    begun = _Begun(trials or {}, iterations or {})
    ahead = joined(_ahead(way, status, begun) for way in (turns.judges if turns else [judge]))
    if judge.graph.back.all:
        ahead = _with_loops(ahead, judge, begun)
    return Horizon(
        name=name,
        event=event,
        status=status,
        nodes=tuple(ahead.nodes.values()),
        classes=tuple(ahead.classes.values()),
        edges=tuple(ahead.edges),
        groups=tuple(ahead.groups),
        bundles=tuple(ahead.bundles),
        exact=not ahead.why and not (turns and turns.why),
        why=(*ahead.why, *(turns.why if turns else ())),
    )


class _Begun(NamedTuple):
    """How often nodes have been begun: the trials of each, and how many rounds came before."""

    trials: Mapping[NodeId, int]
    rounds: Mapping[NodeId, int]


def _ahead(judge: Judge, status: RunStatus, begun: _Begun) -> Ahead:
    """What may come if no loop comes round."""
    future = _future(judge, status)
    judge, unsettled = future.judge, set(judge.ledger.unsettled())
    wide = is_too_much(judge, future)
    openings = WideOpenings(judge, future) if wide else Openings(judge, future)
    return Ahead(
        nodes={
            node: _seen_node(
                live,
                openings.of_node(live) if live.status is Status.WAITING else (),
                live.maker in unsettled,
                begun,
            )
            for node, live in judge.graph.nodes.items()
        },
        classes={
            drawn.node_class.id: replace(drawn.node_class, in_open=openings.of_class(drawn))
            for drawn in future.drawn
        },
        edges=[*[_seen_edge(pair, unsettled) for pair in judge.graph.pairs()], *future.edges],
        groups=future.groups,
        bundles=future.bundles,
        why=tuple(future.why),
    )


def _with_loops(ahead: Ahead, judge: Judge, begun: _Begun) -> Ahead:
    """`ahead`, with the real nodes as they are, those too that are about to go, and the loops."""
    graph, unsettled, rounds = judge.graph, set(judge.ledger.unsettled()), judge.rounds
    nodes = {}
    for node, live in graph.nodes.items():
        then = ahead.nodes.get(node)
        may_go = then is None or then.may_go
        nodes[node] = _seen_node(live, then.in_open if then else (), may_go, begun)
    edges = {(edge.source, edge.target): edge for edge in ahead.edges}
    gone = [p for p in graph.pairs() if (p.source.id, p.target.id) not in edges]
    loops = [
        SeenEdge(
            loop.source.id,
            loop.target.id,
            kind="loop",
            rounds=rounds.most(loop) if judge.owed else 0,
        )
        for loop in graph.back.all
    ]
    return replace(
        ahead,
        nodes=nodes,
        classes={at: _beside(judge, drawn) for at, drawn in ahead.classes.items()},
        edges=[*ahead.edges, *[_seen_edge(pair, unsettled) for pair in gone], *loops],
    )


def _beside(judge: Judge, drawn: NodeClass) -> NodeClass:
    """The class, with how many real nodes there are in its place now."""
    maker = judge.graph.nodes.get(drawn.maker)
    if maker is None or maker not in judge.have:
        return drawn
    slot = drawn.id.removeprefix(f"{drawn.maker}/")
    return replace(drawn, beside=judge.forms.of(maker).have(slot, judge.have[maker]))


def left_ahead(judge: Judge, status: RunStatus) -> Left:
    """`left_of` the horizon, of which nothing else is built: for who asks again and again."""
    if judge.graph.back.all and status in GOING_ON:
        return left_of(foresee(judge, name="", status=status))
    future = _future(judge, status)
    classes = tuple(drawn.node_class for drawn in future.drawn)
    ahead = left_of(Horizon("", classes=classes, groups=tuple(future.groups)))
    here = sum(live.status in _OPEN for live in judge.graph.nodes.values())
    going = sum(len(live.made) for live in judge.ledger.unsettled())
    return Left(here - going + ahead.low, None if ahead.high is None else here + ahead.high)


def _future(judge: Judge, status: RunStatus) -> Future:
    future = Future(judge)
    if status in GOING_ON:
        future.draw()
    return future


def _seen_node(
    live: LiveNode, in_open: tuple[ClassId, ...], may_go: bool, begun: _Begun
) -> SeenNode:
    node, status = live.node, "asking" if live.asking else _STATUS[live.status]
    maker = live.maker.node.id if live.maker is not None else None
    return SeenNode(
        node.id,
        node.task,
        status,
        node.label,
        node.scope,
        maker,
        begun.trials.get(node.id, 0),
        in_open,
        may_go,
        node.style,
        begun.rounds.get(node.id, 0) + 1,
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

_OPEN = (Status.WAITING, Status.RUNNING)

_KINDS: tuple[EdgeKind, ...] = ("loop", "data", "order", "structural")


def _seen_edge(pair: LivePair, unsettled: set[LiveNode]) -> SeenEdge:
    kind: EdgeKind = pair.edges[0].edge.kind
    if len(pair.edges) > 1:
        kind = min({edge.edge.kind for edge in pair.edges}, key=_KINDS.index)
    source, target = pair.source, pair.target
    # The first question only saves asking the second for most of a large graph.
    thin = (kind == "structural" or bool(source.made)) and _is_redundant(pair, kind)
    may_go = bool(unsettled) and all(edge.maker in unsettled for edge in pair.edges)
    may_go = may_go and not {source.maker, target.maker} & unsettled  # else these may go
    existence: Existence = "may" if may_go else "exists"
    on = pair.waits_for[0]
    early = tuple(sorted(pair.early))
    return SeenEdge(source.node.id, target.node.id, existence, kind, thin, on=on, early=early)


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
