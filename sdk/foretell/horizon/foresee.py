"""From what was judged to what may still happen: puts the horizon of a moment together.

The real nodes and edges come from the live graph, the classes from `foretell.horizon.coming`, and
what may still attach to either from `foretell.horizon.opening`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from foretell.graph.collecting import collector_paused
from foretell.graph.live import Status
from foretell.graph.model import NodeId
from foretell.horizon.bounds import Left, left_of
from foretell.horizon.coming import Future
from foretell.horizon.joining import Ahead, joined
from foretell.horizon.model import Horizon, NodeClass, RunStatus, SeenEdge
from foretell.horizon.opening import Openings
from foretell.horizon.real import Begun, Real, seen_edge, seen_node
from foretell.horizon.rounds import Turns
from foretell.horizon.wide import WideOpenings, is_too_much
from foretell.promises.judge import Judge

GOING_ON: tuple[RunStatus, ...] = ("ready", "running", "waiting", "paused")


@collector_paused()
def foresee(
    judge: Judge,
    *,
    name: str,
    event: int = 0,
    status: RunStatus = "ready",
    trials: Mapping[NodeId, int] | None = None,
    iterations: Mapping[NodeId, int] | None = None,
    real: Real | None = None,
) -> Horizon:
    """The horizon of what `judge` knows.

    Costs one pass over the graph for each way that loops may take, and bounded work where much may
    still be wired. `real` is what was drawn of this graph before, if that is kept: then what exists
    costs what has been touched since, unless a loop may come round.
    """
    turns = Turns(judge) if status in GOING_ON else None
    begun = Begun(trials or {}, iterations or {})
    ways = turns.judges if turns else [judge]
    kept = real if real is not None and ways == [judge] else Real()
    ahead = joined(_ahead(way, status, begun, kept if way is judge else Real()) for way in ways)
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


def _ahead(judge: Judge, status: RunStatus, begun: Begun, real: Real) -> Ahead:
    """What may come if no loop comes round."""
    future = _future(judge, status)
    judge = future.judge
    wide = is_too_much(judge, future)
    openings = WideOpenings(judge, future) if wide else Openings(judge, future)
    real.draw(judge, openings, begun)
    return Ahead(
        nodes=real.nodes,
        classes={
            drawn.node_class.id: replace(drawn.node_class, in_open=openings.of_class(drawn))
            for drawn in future.drawn
        },
        edges=[*real.edges, *future.edges],
        groups=future.groups,
        bundles=future.bundles,
        why=tuple(future.why),
    )


def _with_loops(ahead: Ahead, judge: Judge, begun: Begun) -> Ahead:
    """`ahead`, with the real nodes as they are, those too that are about to go, and the loops."""
    graph, unsettled, rounds = judge.graph, set(judge.ledger.unsettled()), judge.rounds
    nodes = {}
    for node, live in graph.nodes.items():
        then = ahead.nodes.get(node)
        may_go = then is None or then.may_go
        nodes[node] = seen_node(live, then.in_open if then else (), may_go, begun)
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
        edges=[*ahead.edges, *[seen_edge(pair, unsettled) for pair in gone], *loops],
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


_OPEN = (Status.WAITING, Status.RUNNING)
