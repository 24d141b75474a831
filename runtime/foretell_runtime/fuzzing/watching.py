"""What must be true of a run at each step and at its end, if its drawings tell the truth.

Knows states, drawings and the judge of drawings; how the run came about is not its business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from foretell.admits import Grown, quarrel
from foretell.graph.live import LiveNode
from foretell.graph.model import NodeId
from foretell.horizon.bounds import OPEN, left_of
from foretell.horizon.model import Horizon
from foretell_runtime.drawing import dot, parse
from foretell_runtime.machine import State, horizon_of, replay
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.keeping import KeptHorizon

CLOSELY = 50
"""Of a run of more nodes than this, not each step is drawn, but about so many of them."""
CHECKED = 5
"""Of so many drawings one is drawn anew from the journal, to see whether that is the same."""
LARGE = 40
"""A drawing with more classes and nodes than this is written as text at some steps only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as a drawing said. `step` is the step of the run after which `then`
    was drawn, `facts` what that step consisted of; `end` is the graph as it was when the fault
    showed."""

    why: str
    seed: int
    step: int
    facts: tuple[ev.Fact, ...]
    then: Horizon
    end: Horizon


@dataclass(frozen=True, slots=True)
class Look:
    """A drawing, and after which step it was made. `births` are those of the nodes that there were,
    `ended` those of them that had ended, and how often they had been begun: a node that is grown
    anew under an old name is another one."""

    step: int
    facts: tuple[ev.Fact, ...]
    drawing: Horizon
    births: Mapping[NodeId, int]
    ended: frozenset[tuple[int, int]]


class Watch:
    """Draws a run as it goes, and compares the drawings with what comes of it.

    A cut is not foreseen, nor is what somebody cancels or skips, nor a failure that nobody waits for,
    so the drawings before it promise nothing any more.
    """

    def __init__(self, seed: int, state: State, facts: Sequence[ev.Fact]) -> None:
        self.looks: list[Look] = []
        self._seed = seed
        self._step = 0
        self._since = 0
        self._kept = KeptHorizon(state)
        self._look(state, tuple(facts))

    @property
    def first(self) -> Horizon:
        return self.looks[0].drawing

    def see(self, state: State, facts: list[ev.Fact], journal: list[ev.Fact]) -> Finding | None:
        """One more step has happened."""
        self._step += 1
        self._kept.note(state, facts)
        if any(map(_is_unforeseen, facts)):
            self._since = len(self.looks)
        elif self._step % (len(state.judge.graph.nodes) // CLOSELY + 1):
            return None
        look = self._look(state, tuple(facts))
        return self._of_now(look, journal) if look is not None else None

    def end(self, state: State) -> Finding | None:
        """The run is over: is it what was drawn?"""
        last = horizon_of(state)
        why = not_final(last, state)
        if why:
            return self._finding(_look(self._step, (), last, state), last, why)
        begun = set(_begun(state))
        for look in self.looks[self._since :]:
            nodes, edges = finished(state, look.births)
            left = len(begun - look.ended)
            why = quarrel(look.drawing, nodes, edges) or out_of_bounds(look.drawing, left)
            if why:
                return self._finding(look, last, why)
        return None

    def surprise(self, state: State, why: str) -> Finding:
        """The machine did what it may not do."""
        return self._finding(self.looks[-1], horizon_of(state), why)

    def _look(self, state: State, facts: tuple[ev.Fact, ...]) -> Look | None:
        """Draws the run, unless nothing has changed in the drawing but its number."""
        drawing = self._kept.now()
        if self._since < len(self.looks):
            last = self.looks[-1].drawing
            if replace(last, event=drawing.event) == drawing:
                return None
        self.looks.append(_look(self._step, facts, drawing, state))
        return self.looks[-1]

    def _of_now(self, look: Look, journal: list[ev.Fact]) -> Finding | None:
        drawing = look.drawing
        rarely = (len(drawing.nodes) + len(drawing.classes)) // LARGE + 1
        if look.step % rarely == 0 and _read_again(drawing) != drawing:
            return self._finding(look, drawing, "its DOT text does not read as the drawing again")
        turned = any(isinstance(fact, (ev.Retired, ev.Rearmed, ev.Resumed)) for fact in look.facts)
        if turned or look.step % (CHECKED * rarely) == 0:
            again = horizon_of(replay(journal))
            if again != drawing:
                return self._finding(look, again, "the journal, read again, is drawn otherwise")
        return None

    def _finding(self, look: Look, end: Horizon, why: str) -> Finding:
        return Finding(why, self._seed, look.step, look.facts, look.drawing, end)


def _is_unforeseen(fact: ev.Fact) -> bool:
    failed = isinstance(fact, ev.Failed) and not fact.handled
    return failed or isinstance(fact, (ev.Interrupted, ev.Cancelled, ev.Skipped))


def _read_again(drawing: Horizon) -> Horizon:
    return parse(dot(drawing, fold=None, ruled_out=True, retired=True)).horizon


def _look(step: int, facts: tuple[ev.Fact, ...], drawing: Horizon, state: State) -> Look:
    open_ = {node.id for node in drawing.nodes if node.status in OPEN}
    ended = frozenset(begun for begun in _begun(state, without=open_))
    return Look(step, facts, drawing, births_of(state), ended)


def births_of(state: State) -> dict[NodeId, int]:
    return {live.id: live.birth for live in state.judge.graph.nodes.values()}


def _begun(state: State, without: Collection[NodeId] = ()) -> Iterator[tuple[int, int]]:
    """Each node by its birth, and how many rounds have come to it."""
    for live in state.judge.graph.nodes.values():
        if live.id not in without:
            yield live.birth, state.iterations.get(live.id, 0)


def finished(
    state: State, then: Mapping[NodeId, int] = MappingProxyType({})
) -> tuple[list[Grown], set[tuple[str, str]]]:
    """The live view, as plain nodes and pairs. `then` are the births of nodes at another moment:
    whoever has the name of one of them, and is another one, gets a new name."""
    graph = state.judge.graph

    def name(live: LiveNode) -> str:
        same = then.get(live.id, live.birth) == live.birth
        return live.id if same else f"{live.id}@{live.birth}"

    nodes = [
        Grown(name(n), n.node.task, n.node.slot, name(n.maker) if n.maker else None)
        for n in graph.nodes.values()
    ]
    return nodes, {(name(pair.source), name(pair.target)) for pair in graph.pairs()}


def not_final(last: Horizon, state: State) -> str:
    """Why the last drawing is not the graph itself, or the empty string."""
    nodes, edges = finished(state)
    if last.classes or last.groups:
        return f"the run is over, and {(last.classes or last.groups)[0].id} is still drawn to come"
    if [node.id for node in last.nodes if node.status in OPEN]:
        return "the run is over, and some of its nodes are drawn as still open"
    if {node.id for node in last.nodes} != {node.id for node in nodes}:
        return "the last drawing does not have the nodes of the graph"
    if {(edge.source, edge.target) for edge in last.edges if edge.kind != "loop"} != edges:
        return "the last drawing does not have the edges of the graph"
    return ""


def out_of_bounds(drawing: Horizon, left: int) -> str:
    """Why the run had more or fewer nodes to go than was said, or the empty string."""
    said = left_of(drawing)
    if left < said.low or (said.high is not None and left > said.high):
        return f"{left} nodes were left, and it said {said}"
    return ""
