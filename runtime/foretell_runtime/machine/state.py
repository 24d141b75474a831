"""The state of a run, and how each fact of the journal changes it: the fold.

`apply` is the only thing that changes a `State`, and facts are all it takes; so the state after N
facts is the same whether they were just decided or read back. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from foretell.document.model import Change, Graph, TaskSpec
from foretell.document.ports import no_port
from foretell.errors import ForetellError, LawBroken
from foretell.graph.back import BackEdge, cone
from foretell.graph.collecting import collector_paused
from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Failure, Json, NodeId, Output, Outside, Pointer, port_key
from foretell.graph.pointers import get
from foretell.graph.streams import gathered
from foretell.graph.trials import trials_fault
from foretell.promises import events as judging
from foretell.promises.growing import Declared
from foretell.promises.judge import Judge, Proposal
from foretell.promises.limits import limit_fault
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Fact, Status
from foretell_runtime.machine.ready import Gate, Ready
from foretell_runtime.machine.streams import Streams
from foretell_runtime.machine.timers import Timers


@dataclass(slots=True)
class Added(judging.Added):
    """What the current trial of a node has added, so that it can be retired."""

    limits: list[Gate] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.edges or self.promises or self.limits or self.dresses)


class State:
    """A run at one moment. `seq` facts have been folded into it.

    `iterations` is how many times loops have come round to a node, `sent` what came along with the
    last one, and where that goes in its inputs. `trials` of a node are numbered on through all of
    them, and on from those of others that had its id; `earlier` is how many these were.
    `running` maps the nodes that run to their trials. `ready` are the nodes that wait for nothing,
    and the limits upon them, `aside` those of them that a promise holds back: they are put back
    when something has come or gone that they may have waited for. `parked` are those that begin
    after a round that was asked for. `timers` are the moments that the run waits for; nodes that
    are `overdue` run, but have had their time. `failed`: a node has failed for
    good, which nobody handles, so the run will, and nothing is owed any more.

    `asks` are the nodes that still want something from outside, each since the fact of that number;
    `answers` what they were given, by the place in their inputs. An answer is for all their trials.
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
        self.earlier: dict[NodeId, int] = {}
        self.iterations: dict[NodeId, int] = {}
        self.timers = Timers()
        self.overdue: set[NodeId] = set()
        self.outputs: dict[str, Output] = {}
        self.streams = Streams()
        self.failures: dict[NodeId, tuple[int, Failure]] = {}
        """Of what has failed for good: at which fact, and what it said."""
        self.sent: dict[NodeId, tuple[Pointer, Json]] = {}
        self.ready = Ready(self.judge.graph, self.judge.matcher)
        self.held: dict[NodeId, str] = {}
        self.aside: list[LiveNode] = []
        self.asks: dict[LiveNode, int] = {}
        self.answers: dict[LiveNode, dict[Pointer, Json]] = {}
        self.parked: list[LiveNode] = []
        self.added: dict[NodeId, Added] = {}
        self.lost: set[NodeId] = set()
        self.jobs = 0

    @property
    def failed(self) -> bool:
        return bool(self.lost)

    @property
    def owed(self) -> bool:
        return not self.failed

    @property
    def asking(self) -> list[LiveNode]:
        """The nodes that could start but for what they want from outside."""
        return [live for live in self.asks if live.asking]

    @property
    def waits_for_somebody(self) -> bool:
        """Whether somebody is asked, and nothing but the clock can make the run go on without."""
        if self.running or self.status != "running":
            return False
        return any(live.asking for live in self.asks) and self.ready.next() is None

    @property
    def waits_outside(self) -> bool:
        """Whether the run goes on only once somebody has answered."""
        return not self.timers and self.waits_for_somebody

    def is_deaf_to(self, node: NodeId) -> bool:
        """Whether what the trial of `node` says counts no longer, although the node runs."""
        return node in self.overdue or node in self.streams.concluded

    def wanted(self, live: LiveNode) -> list[Outside]:
        """What `live` still wants from outside."""
        if live not in self.asks:
            return []
        there = self.answers.get(live, {})
        return [one for one in live.node.outside if one.input not in there]

    def has_begun(self, live: LiveNode) -> bool:
        """Whether `live` has left the beginning of its iteration: it has begun a trial, or it never
        will."""
        trials, before = self.trials.get(live.id, 0), self.earlier.get(live.id, 0)
        return live.status is not NodeStatus.WAITING or trials > before

    @property
    def trials_of_now(self) -> Mapping[NodeId, int]:
        """How many trials each node has begun in the iteration that it is in."""
        if not self.earlier:
            return self.trials
        return {node: n - self.earlier.get(node, 0) for node, n in self.trials.items()}

    def node(self, node_id: NodeId) -> LiveNode:
        return self.judge.graph.nodes[node_id]

    def back_edge(self, source: NodeId, target: NodeId) -> BackEdge:
        """The loop edge between these two."""
        return next(x for x in self.judge.graph.back.of(self.node(source)) if x.target.id == target)

    def propose(self, maker: LiveNode | None, change: Change) -> Proposal:
        """Puts `change` to the judge; see `Judge.propose`. Limits can only be malformed."""
        for limit in change.limits:
            at, why = limit_fault(limit)
            if why:
                raise LawBroken(f"the limit {limit.words:.80}: {at[1:]}: {why}")
        for name, spec in change.tasks.items():
            if why := trials_fault(spec.options):
                raise LawBroken(f"the options of the task {name!r:.80}: {why}")
        self._check_ports(change)
        tasks = {name: declared(spec) for name, spec in change.tasks.items()}
        return self.judge.propose(
            maker, change.nodes, change.edges, change.promises, tasks, change.styles,
            owed=self.owed,
        )  # fmt: skip

    def _check_ports(self, change: Change) -> None:
        """Raises `LawBroken` where an edge reads a port that its source does not have."""
        tasks: dict[NodeId, str] = {}
        for edge in change.edges:
            if edge.port is None:
                continue
            if not tasks:
                tasks = {node.id: node.task for node in change.nodes}
            live = self.judge.graph.nodes.get(edge.source)
            task = live.node.task if live is not None else tasks.get(edge.source, "")
            spec = self.tasks.get(task) or change.tasks.get(task)
            if spec is not None and edge.port not in spec.ports:
                why = no_port(edge.source, edge.port, spec.ports)
                raise LawBroken(f"edge {edge.source} -> {edge.target}: {why}")

    def _keep(self, maker: LiveNode | None, proposal: Proposal, change: Change) -> None:
        """An accepted proposal stands: books what must be kept besides the graph."""
        self.ready.born(proposal.addition.nodes)
        limits = (
            change.limits if maker is None else [replace(x, by=maker.id) for x in change.limits]
        )
        gates = self.ready.open_gates(limits)
        if maker is not None:
            added = self.added.setdefault(maker.id, Added())
            added.edges += proposal.addition.pairs
            added.promises += self.judge.ledger.accounts[proposal.accounts :]
            added.limits += gates
            added.dresses += [proposal.dress] if proposal.dress else []
        for name in proposal.tasks:
            self.tasks[name] = change.tasks[name]
        for live in proposal.addition.nodes:
            if live.missing:
                self.asks[live] = self.seq + 1
            if live.startable or live.wanting:
                self.ready.add(live)
        self.ask_again()

    def ask_again(self) -> None:
        """What is put aside is judged anew. Starts and good ends let nothing go that was held:
        they only take away what might have come."""
        for live in self.aside:
            self.ready.add(live)
        self.aside.clear()

    def why_waits(self, live: LiveNode) -> str:
        """What holds back a node that waits for no other, in words; empty if nothing does, or if
        it does wait."""
        if live.unmet or live.status is not NodeStatus.WAITING:
            return ""
        if self.timers.of(live.id, "retry"):
            return "to be tried again"
        if self.timers.of(live.id, "answer") and not live.asking:
            return "for its moment"
        limit = self.ready.limit_upon(live)
        if limit is not None:
            return f"held by {limit.words}"
        entry = self.judge.ledger.forbids_start(live) if self.owed else None
        return "" if entry is None else f"held by the promise {entry.vowed.says}"

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
    live = state.node(fact.node)
    state.judge.start(live)
    state.running[fact.node] = state.trials[fact.node] = fact.trial
    state.held.pop(fact.node, None)
    _rest_no_more(state, [live])
    if fact.until is not None:
        state.timers.set(fact.node, "timeout", fact.until)
    state.ready.started(live)
    state.streams.begins(live, fact.trial)


def _emitted(state: State, fact: ev.Emitted) -> None:
    if state.streams.add(fact.node, fact.port, fact.chunk):
        for target in state.judge.graph.outcomes.begins(state.node(fact.node), fact.port):
            if target.startable:
                state.ready.add(target)


def _concluded(state: State, fact: ev.Concluded) -> None:
    state.timers.drop(fact.node, "timeout")
    state.streams.concludes(fact.node, fact.word)


def _gather(state: State, live: LiveNode) -> None:
    """What it emitted is among the outputs from now on, as a whole."""
    for port, spec in state.tasks[live.node.task].ports.items():
        whole = gathered(state.streams.of(live.id, port), spec.gather)
        state.outputs[port_key(live.id, port)] = Output(whole)


def _runs_no_more(state: State, live: LiveNode) -> None:
    if state.running.pop(live.id, None) is not None:
        state.ready.ended(live)
        state.timers.drop(live.id, "timeout")
        state.overdue.discard(live.id)
        state.streams.over(live.id)


def _finished(state: State, fact: ev.Finished) -> None:
    live = state.node(fact.node)
    _runs_no_more(state, live)
    _keep_what_would_stay(state, live)
    state.outputs[fact.node] = Output(fact.output, fact.holes)
    _gather(state, live)
    if fact.again is not None:
        state.judge.ask_round(state.back_edge(fact.node, fact.again))
    for target in state.judge.finish(live):
        state.ready.add(target)


def _keep_what_would_stay(state: State, live: LiveNode) -> None:
    """`live` is done. If it is ever done again, what it grew goes with all edges there; the rest of
    what it has added must be known."""
    added = state.added.pop(live.id, None)
    if added is not None:
        added.edges = [
            (pair, edge)
            for pair, edge in added.edges
            if not (pair.source.is_under(live) or pair.target.is_under(live))
        ]
        if added:
            state.added[live.id] = added


def _failed(state: State, fact: ev.Failed) -> None:
    live = state.node(fact.node)
    _runs_no_more(state, live)
    if fact.final:
        state.failures[fact.node] = (state.seq, Failure(fact.node, live.node.task, fact.error))
        for target in state.judge.fail(live, handled=fact.handled):
            state.ready.add(target)
        if fact.handled:
            return
        state.lost.add(fact.node)
        if not state.error:
            state.error = f"node {fact.node!r} failed: {fact.error}"
    else:
        state.retries_used[fact.node] = state.retries_used.get(fact.node, 0) + 1
        if fact.again_at is not None:
            state.timers.set(fact.node, "retry", fact.again_at, fact.wait)
            live.resting = True
        _wait_again(state, live)


def _due(state: State, fact: ev.Due) -> None:
    live = state.node(fact.node)
    if fact.what == "timeout":
        state.timers.drop(live.id, "timeout")
        state.overdue.add(live.id)
        return
    _come_back(state, live)


def _come_back(state: State, live: LiveNode) -> None:
    _rest_no_more(state, [live])
    if live.startable:
        state.ready.add(live)


def _rest_no_more(state: State, nodes: Iterable[LiveNode]) -> None:
    """These do not wait for the moment of their next trial."""
    for live in nodes:
        state.timers.drop(live.id, "retry")
        live.resting = False


def _interrupted(state: State, fact: ev.Interrupted) -> None:
    live = state.node(fact.node)
    _runs_no_more(state, live)
    _wait_again(state, live)


def _wait_again(state: State, live: LiveNode) -> None:
    state.judge.wait_again(live)
    if live.startable:
        state.ready.add(live)


def _asked(state: State, fact: ev.Asked) -> None:
    state.timers.set(fact.node, "answer", fact.until, fact.within)


def _answered(state: State, fact: ev.Answered) -> None:
    live = state.node(fact.node)
    if not any(one.timed for one in state.wanted(live) if one.input != fact.input):
        state.timers.drop(live.id, "answer")
    state.answers.setdefault(live, {})[fact.input] = fact.value
    live.missing -= 1
    if not live.missing:
        del state.asks[live]
    if live.startable:
        state.ready.add(live)


def _ask_no_more(state: State, nodes: Iterable[LiveNode]) -> None:
    for live in nodes:
        state.asks.pop(live, None)
        state.answers.pop(live, None)
        state.timers.drop(live.id, "answer")


def _ask_anew(state: State, live: LiveNode) -> None:
    """What it was told was for the iteration that is over."""
    _ask_no_more(state, [live])
    live.missing = len(live.node.outside)
    if live.missing:
        state.asks[live] = state.seq + 1


def _retired(state: State, fact: ev.Retired) -> None:
    """Everything that the last trial of `fact.node` added goes, its edges, promises, limits
    and styles too."""
    maker = state.node(fact.node)
    added = state.added.pop(fact.node, Added())
    gone, ready = state.judge.retire(maker, added.edges, added.promises, added.dresses)
    state.ready.gone(gone)
    _ask_no_more(state, gone)
    _rest_no_more(state, gone)
    _forget(state, gone)
    state.ready.drop_gates(added.limits)
    for live in ready:
        state.ready.add(live)
    state.ask_again()


def _rearmed(state: State, fact: ev.Rearmed) -> None:
    """What comes after `fact.node` is done again, with what came along."""
    back, output = state.back_edge(fact.by, fact.node), state.outputs[fact.by].value
    _do_again(state, [state.node(fact.node)], fact.nodes, counted=True)
    state.sent.pop(fact.node, None)
    if back.edge.input is not None:
        state.sent[fact.node] = back.edge.input, get(output, back.edge.output or "")


def _restarted(state: State, fact: ev.Restarted) -> None:
    """Somebody had this done again; what had come along to `fact.tops` still does."""
    _do_again(state, [state.node(node) for node in fact.tops], fact.nodes, counted=False)
    if not state.failed:
        state.error = ""
        state.judge.owe_again()
    state.status, state.output = "running", None


def _do_again(
    state: State, tops: Sequence[LiveNode], nodes: Iterable[NodeId], *, counted: bool
) -> None:
    members, begun = cone(*tops), set(nodes)
    added = {live: state.added.pop(live.id) for live in members if live.id in state.added}
    for live in members:
        state.outputs.pop(live.id, None)
        for port in state.tasks[live.node.task].ports:
            state.outputs.pop(port_key(live.id, port), None)
        state.retries_used.pop(live.id, None)
        state.failures.pop(live.id, None)
        state.lost.discard(live.id)
        if live not in tops:
            state.sent.pop(live.id, None)
    _rest_no_more(state, members)
    gone, stay = state.judge.do_again(tops, added, counted=counted)
    for live in stay:
        state.held.pop(live.id, None)
        if live.id in begun:
            state.iterations[live.id] = state.iterations.get(live.id, 0) + 1
            state.earlier[live.id] = state.trials.get(live.id, 0)
            _ask_anew(state, live)
        if live.startable or live.wanting:
            state.ready.add(live)
    for live in state.parked:
        state.ready.add(live)
    state.parked.clear()
    state.ready.gone(gone)
    _ask_no_more(state, gone)
    _forget(state, gone)
    state.ready.drop_gates([gate for one in added.values() for gate in one.limits])
    state.ask_again()


def _forget(state: State, gone: Iterable[LiveNode]) -> None:
    """Whoever gets the id of one of these is another node."""
    for live in gone:
        state.iterations.pop(live.id, None)
        if live.id in state.trials:
            state.earlier[live.id] = state.trials[live.id]


def _ruled_out(state: State, fact: ev.RuledOut) -> None:
    nodes = [state.node(node_id) for node_id in fact.nodes]
    _rest_no_more(state, nodes)
    for target in state.judge.give_up(nodes, NodeStatus.RULED_OUT):
        state.ready.add(target)
    _ask_no_more(state, nodes)
    state.ask_again()


def _cancelled(state: State, fact: ev.Cancelled) -> None:
    nodes = [state.node(node_id) for node_id in fact.nodes]
    for live in nodes:
        _runs_no_more(state, live)
    state.judge.give_up(nodes, NodeStatus.CANCELLED)


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
    for timer in state.timers:
        if timer.what == "retry":  # should the run be gone on with, it is tried again at once
            _come_back(state, state.node(timer.node))
    state.timers.clear()


def _resumed(state: State, fact: ev.Resumed) -> None:
    if fact.at is not None:
        state.timers.resumed(fact.at)


def _nothing(state: State, fact: Fact) -> None:
    """Told for the record."""


_APPLY: dict[type[Any], Callable[[State, Any], None]] = {
    ev.Registered: _registered,
    ev.Started: _started,
    ev.Changed: _nothing,
    ev.Refused: _nothing,
    ev.Progressed: _nothing,
    ev.Emitted: _emitted,
    ev.Concluded: _concluded,
    ev.Finished: _finished,
    ev.Failed: _failed,
    ev.Due: _due,
    ev.Interrupted: _interrupted,
    ev.Retired: _retired,
    ev.Rearmed: _rearmed,
    ev.Restarted: _restarted,
    ev.RuledOut: _ruled_out,
    ev.Cancelled: _cancelled,
    ev.Held: _held,
    ev.Asked: _asked,
    ev.Answered: _answered,
    ev.Broken: _broken,
    ev.Resumed: _resumed,
    ev.Ended: _ended,
}


@collector_paused()
def replay(facts: Iterable[Fact]) -> State:
    """The state after these facts. Its `jobs` are 0: it starts nothing until told."""
    state = State()
    for fact in facts:
        state.apply(fact)
    return state
