"""The state of a run, and how each fact of the journal changes it: the fold.

`apply` is the only thing that changes a `State`, and facts are all it takes; so the state after N
facts is the same whether they were just decided or read back. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappush
from typing import Any

from foretell.document.model import Change, Graph, TaskSpec
from foretell.errors import ForetellError
from foretell.graph.live import LiveEdge, LiveNode, LivePair, waiting_below
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Json, NodeId, Output
from foretell.promises.growing import Declared
from foretell.promises.judge import Judge, Proposal
from foretell.promises.ledger import Entry
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Fact, Status


@dataclass(slots=True)
class Added:
    """What the current trial of a node has added, so that it can be retired."""

    edges: list[tuple[LivePair, LiveEdge]] = field(default_factory=list)
    promises: list[Entry] = field(default_factory=list)


class State:
    """A run at one moment. `seq` facts have been folded into it.

    `running` maps the nodes that run to their trials. `ready` is a heap of (birth, id) of nodes
    that wait for nothing; entries may be stale. `failed`: a node has failed for good, so the run
    will, and nothing is owed any more.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.judge = Judge()
        self.name = ""
        self.base = ""
        self.status: Status = "running"
        self.output: Json = None
        self.error = ""
        self.inputs: Mapping[str, Json] = {}
        self.result = Output()
        self.tasks: dict[str, TaskSpec] = {}
        self.running: dict[NodeId, int] = {}
        self.trials: dict[NodeId, int] = {}
        self.retries_used: dict[NodeId, int] = {}
        self.outputs: dict[NodeId, Output] = {}
        self.ready: list[tuple[int, NodeId]] = []
        self.held: dict[NodeId, str] = {}
        self.added: dict[NodeId, Added] = {}
        self.failed = False
        self.jobs = 0

    @property
    def owed(self) -> bool:
        return not self.failed

    def node(self, node_id: NodeId) -> LiveNode:
        return self.judge.graph.nodes[node_id]

    def propose(self, maker: LiveNode | None, change: Change) -> Proposal:
        """Puts `change` to the judge; see `Judge.propose`."""
        tasks = {name: declared(spec) for name, spec in change.tasks.items()}
        return self.judge.propose(
            maker, change.nodes, change.edges, change.promises, tasks, owed=self.owed
        )

    def _keep(self, maker: LiveNode | None, proposal: Proposal, change: Change) -> None:
        """An accepted proposal stands: books what must be kept besides the graph."""
        if maker is not None:
            added = self.added.setdefault(maker.id, Added())
            added.edges += proposal.addition.pairs
            added.promises += self.judge.ledger.entries[proposal.entries :]
        for name in proposal.tasks:
            self.tasks[name] = change.tasks[name]
        for live in proposal.addition.nodes:
            if live.unmet == 0:
                self.make_ready(live)

    def make_ready(self, live: LiveNode) -> None:
        heappush(self.ready, (live.birth, live.id))

    def apply(self, fact: Fact, proposal: Proposal | None = None) -> None:
        """Folds one fact in. `proposal` is the fact's change where it stands already."""
        change = _change_in(fact)
        if change is not None:
            maker = self.node(fact.node) if isinstance(fact, (ev.Changed, ev.Finished)) else None
            if proposal is None:
                proposal = self.propose(maker, change)
            if proposal.breach is not None:
                raise ForetellError(f"the journal holds a change that breaks {proposal.breach}")
            self._keep(maker, proposal, change)
        _APPLY[type(fact)](self, fact)
        self.seq += 1


def declared(spec: TaskSpec) -> Declared:
    return Declared(spec.entry, spec.grows, spec.where, frozenset(spec.tags))


def _change_in(fact: Fact) -> Change | None:
    if isinstance(fact, ev.Registered):
        return fact.graph.as_change()
    return fact.change if isinstance(fact, (ev.Changed, ev.Finished)) else None


def _registered(state: State, fact: ev.Registered) -> None:
    graph: Graph = fact.graph
    state.name, state.base, state.inputs = graph.name, fact.base, fact.inputs
    state.result = graph.output


def _started(state: State, fact: ev.Started) -> None:
    state.node(fact.node).status = NodeStatus.RUNNING
    state.running[fact.node] = state.trials[fact.node] = fact.trial
    state.held.pop(fact.node, None)


def _finished(state: State, fact: ev.Finished) -> None:
    live = state.node(fact.node)
    del state.running[fact.node]
    state.added.pop(fact.node, None)
    state.outputs[fact.node] = Output(fact.output, fact.holes)
    for target in state.judge.finish(live):
        state.make_ready(target)


def _failed(state: State, fact: ev.Failed) -> None:
    live = state.node(fact.node)
    state.running.pop(fact.node, None)
    if fact.final:
        live.status = NodeStatus.FAILED
        state.failed = True
        state.judge.owed = False
        state.judge.silence((live,))
        if not state.error:
            state.error = f"node {fact.node!r} failed: {fact.error}"
    else:
        state.retries_used[fact.node] = state.retries_used.get(fact.node, 0) + 1
        _wait_again(state, live)


def _interrupted(state: State, fact: ev.Interrupted) -> None:
    del state.running[fact.node]
    _wait_again(state, state.node(fact.node))


def _wait_again(state: State, live: LiveNode) -> None:
    live.status = NodeStatus.WAITING
    state.make_ready(live)


def _retired(state: State, fact: ev.Retired) -> None:
    """Everything that the last trial of `fact.node` added goes, its edges and promises too."""
    maker = state.node(fact.node)
    added = state.added.pop(fact.node, Added())
    _, ready = state.judge.retire(maker, added.edges, added.promises)
    for live in ready:
        state.make_ready(live)


def _ruled_out(state: State, fact: ev.RuledOut) -> None:
    nodes = [state.node(node_id) for node_id in fact.nodes]
    for live in nodes:
        live.status = NodeStatus.RULED_OUT
    state.judge.silence(nodes)


def _cancelled(state: State, fact: ev.Cancelled) -> None:
    nodes = [state.node(node_id) for node_id in fact.nodes]
    for live in nodes:
        live.status = NodeStatus.CANCELLED
        state.running.pop(live.id, None)
    state.judge.silence(nodes)


def _held(state: State, fact: ev.Held) -> None:
    state.held[fact.node] = fact.why


def _broken(state: State, fact: ev.Broken) -> None:
    place = f" ({fact.where})" if fact.where else ""
    made = f" made by {fact.by}" if fact.by else ""
    advice = f" {fact.advice}" if fact.advice else ""
    state.error = f"{fact.event} broke the promise {fact.says}{made}{place}: {fact.why}.{advice}"


def _ended(state: State, fact: ev.Ended) -> None:
    state.status, state.output = fact.status, fact.output
    state.error = fact.error or state.error


def _nothing(state: State, fact: Fact) -> None:
    """Told for the record."""


_APPLY: dict[type[Any], Callable[[State, Any], None]] = {
    ev.Registered: _registered,
    ev.Started: _started,
    ev.Changed: _nothing,
    ev.Refused: _nothing,
    ev.Progressed: _nothing,
    ev.Finished: _finished,
    ev.Failed: _failed,
    ev.Interrupted: _interrupted,
    ev.Retired: _retired,
    ev.RuledOut: _ruled_out,
    ev.Cancelled: _cancelled,
    ev.Held: _held,
    ev.Broken: _broken,
    ev.Resumed: _nothing,
    ev.Ended: _ended,
}


def replay(facts: Iterable[Fact]) -> State:
    """The state after these facts. Its `jobs` are 0: it starts nothing until told."""
    state = State()
    for fact in facts:
        state.apply(fact)
    return state


def cone(live: LiveNode) -> tuple[NodeId, ...]:
    """The waiting nodes that can never start once `live` has failed, in order of birth."""
    return tuple(n.id for n in sorted(waiting_below(live), key=lambda n: n.birth))
