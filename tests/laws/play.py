"""Plays the moments and moves of an enumerated universe on the machine.

The machine starts nothing by itself here (it has no places to run), so that every order of starts
can be tried: a start is the fact in the journal that it would be.
"""

from __future__ import annotations

import copyreg
import pickle
from io import BytesIO
from typing import Any, get_args

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import PromiseBroken
from foretell.graph.live import Status
from foretell.graph.model import Edge, Node, Output, Outside, Restyle
from foretell.promises.form import Form
from foretell.promises.growing import Declared
from foretell.promises.language import Promise, Vowed
from foretell.promises.selectors import Selector
from foretell.promises.shapes import Shape
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev
from tests.laws.enumerator import Universe
from tests.laws.moments import Moment, Move

QUESTION = Outside("question", "/yes", "Go on?")

_unchanging: dict[int, object] = {}
"""What all copies of a machine may share, by identity."""


def _share(record: object) -> tuple[Any, ...]:
    _unchanging[id(record)] = record
    return _shared, (id(record),)


def _shared(number: int) -> object:
    return _unchanging[number]


SHARED = copyreg.dispatch_table | dict.fromkeys(
    (
        *(Node, Edge, Output, TaskSpec, Declared, Vowed, Form),
        *(kind for said in (Shape, Promise, Selector) for kind in get_args(said)),
    ),
    _share,
)


def packed(state: State) -> bytes:
    """A copy of the machine, from which to go on more than once. (Between two events nothing is to
    be undone.)"""
    state.judge.ledger.stand()
    buffer = BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = SHARED
    pickler.dump(state)
    return buffer.getvalue()


def unpacked(copy: bytes) -> State:
    state = pickle.loads(copy)
    assert isinstance(state, State)
    return state


def graph_of(universe: Universe) -> Graph:
    specs = {
        task: TaskSpec(f"m:{task}", shape, tags=universe.tags.get(task, ()))
        for task, shape in universe.grows.items()
        if task not in universe.late
    }
    return Graph(
        universe.name,
        tasks=specs,
        nodes=tuple(
            Node(node, task, outside=(QUESTION,) if node in universe.asks else ())
            for node, task in universe.given
        ),
        edges=(
            *(Edge(*ends) for ends in universe.edges),
            *map(_edge_on, universe.outcomes),
            *(Edge(*ends, kind="loop") for ends in universe.loops),
        ),
        promises=tuple(Vowed(promise, f"p{i}") for i, promise in enumerate(universe.promises)),
    )


def _edge_on(outcome: tuple[str, str, str]) -> Edge:
    source, target, on = outcome
    assert on in ("fail", "any")
    return Edge(source, target, on="fail" if on == "fail" else "any")


def registered(universe: Universe) -> State | None:
    """The machine at the first moment; None if it says that nothing can come of it."""
    try:
        return register(graph_of(universe), {}, "", 0)[0]
    except PromiseBroken:
        return None


def change_of(universe: Universe, move: Move) -> Change:
    if move.promise is not None:
        return Change(promises=(Vowed(move.promise, "while running"),))
    if move.look is not None:
        target, key, value, _ = move.look
        return Change(styles=(Restyle(target, style={key: value}),))
    if move.birth is None:
        return Change(edges=(Edge(*move.ends),))
    born = move.birth
    tags = tuple(tag for tag in born.tags if tag not in universe.tags.get(born.task, ()))
    node = Node(born.id, born.task, slot=born.slot, tags=tags)
    tasks = {}
    if born.task in universe.late:
        tasks = {born.task: TaskSpec(f"m:{born.task}", universe.grows[born.task])}
    return Change((node,), tasks=tasks)


def answer(state: State, universe: Universe, move: Move) -> str:
    """What the machine would say of a change: `ok`, `law` or `promise`."""
    return answer_to(state, move.node, change_of(universe, move))


def answer_to(state: State, node: str, change: Change) -> str:
    told = decide(state, heard(state, node, msg.Would(1, change))).instructions[0]
    assert isinstance(told, ev.Tell)
    return "ok" if told.reply.ok else told.reply.against


def heard(state: State, node: str, message: msg.FromTask) -> ev.Heard:
    """The trial of `node` that runs says something."""
    return ev.Heard(node, state.running[node], message)


def play(state: State, universe: Universe, move: Move) -> str:
    """Lets a move happen. Returns the status of the run after it."""
    match move.kind:
        case "start":
            live = state.node(move.node)
            for one in state.wanted(live):
                decide(state, ev.Answer(live.id, one.input, None, state.seq))
            state.apply(ev.Started(move.node, state.trials.get(move.node, 0) + 1))
        case "finish":
            decide(state, heard(state, move.node, msg.Finish()))
        case "again":
            decide(state, heard(state, move.node, msg.Finish(again=move.back)))
        case "fail":
            decide(state, heard(state, move.node, msg.Fail("bad")))
        case _:
            change = change_of(universe, move)
            decide(state, heard(state, move.node, msg.Propose(1, change, attempt=False)))
    return state.status


def cancelled(state: State, order: ev.CancelNode) -> None:
    """Somebody cancels or skips a node, whose process ends at once if it runs."""
    decide(state, order)
    if order.node in state.stopping:
        decide(state, ev.Lost(order.node, state.running[order.node], "stopped"))
        decide(state, order)


def disagreement(
    state: State, moment: Moment, out: frozenset[str], cancelled: frozenset[str] = frozenset()
) -> str:
    """Where the machine's live view is not that of the moment, or the empty string. `out` can never
    start; of these, some were `cancelled`."""
    graph = state.judge.graph
    nodes = {(n.id, n.node.task, n.node.slot, n.maker.id if n.maker else None)
             for n in graph.nodes.values()}  # fmt: skip
    if nodes != {(b.id, b.task, b.slot, b.maker) for b in moment.world.nodes}:
        return f"the machine has the nodes {sorted(map(str, nodes))}"
    pairs = {(pair.source.id, pair.target.id) for pair in graph.pairs()}
    wanted = {(tie.source, tie.target) for tie in moment.world.ties}
    if pairs != wanted:
        return f"the machine has the edges {sorted(pairs)}, not {sorted(wanted)}"
    for live in graph.nodes.values():
        status = Status.WAITING
        if live.id in moment.started:
            status = Status.DONE if live.id in moment.done else Status.RUNNING
        if live.id in moment.failed | out:
            status = Status.FAILED if live.id in moment.failed else Status.RULED_OUT
        if live.id in cancelled & out:
            status = Status.CANCELLED
        if live.status is not status:
            return f"{live.id} is {live.status}, not {status}"
        looks = {key: value for node, key, value, _ in moment.looks if node == live.id}
        if dict(live.node.style) != looks:
            return f"{live.id} looks {live.node.style}, not {looks}"
    return ""
