"""The state of a run, and how each fact of the journal changes it: the fold.

`apply` is the only thing that changes a `State`, and facts are all it takes; so the state after N
facts is the same whether they were just decided or read back. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from foretell.document.model import Change, TaskSpec
from foretell.document.ports import no_port
from foretell.document.programs import fingerprint
from foretell.document.running import cache_fault, running_fault
from foretell.errors import ForetellError, LawBroken
from foretell.graph.back import BackEdge
from foretell.graph.collecting import collector_paused
from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Failure, Json, NodeId, Output, Outside, Pointer
from foretell.graph.trials import trials_fault
from foretell.promises.growing import Declared
from foretell.promises.judge import Judge, Proposal
from foretell.promises.limits import limit_fault
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Fact, Status
from foretell_runtime.machine.folding import APPLY, Added
from foretell_runtime.machine.lookups import Lookups
from foretell_runtime.machine.ready import Ready
from foretell_runtime.machine.streams import Streams
from foretell_runtime.machine.timers import Timers


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

    `stopping` are orders about nodes that ran when they came: each is carried out once the process
    is gone. `cancelled` are the nodes that somebody cancelled while the run went on.

    `paused` says who wants nothing to be started for now. `opens_at` is when a limit lets somebody
    start for whom there is room, as of the last decision.

    `asks` are the nodes that still want something from outside, each since the fact of that number;
    `answers` what they were given, by the place in their inputs. An answer is for all their trials.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.judge = Judge()
        self.name = ""
        self.base = ""
        self.values = ""
        self.lookups: Lookups | None = None
        """None: there is no cache."""
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
        self.ready = Ready(self.judge.graph, self.judge.matcher, self._priority)
        self.opens_at: float | None = None
        self.places: dict[NodeId, int] = {}
        """In pools, of the nodes that run; whoever takes the run up finds none of them running."""
        self.anew: set[NodeId] = set()
        """Nodes that somebody wants done again, until they are begun: whatever the cache has."""
        self.held: dict[NodeId, str] = {}
        self.aside: list[LiveNode] = []
        self.asks: dict[LiveNode, int] = {}
        self.answers: dict[LiveNode, dict[Pointer, Json]] = {}
        self.parked: list[LiveNode] = []
        self.added: dict[NodeId, Added] = {}
        self.lost: set[NodeId] = set()
        self.stopping: dict[NodeId, ev.CancelNode] = {}
        self.cancelled: set[NodeId] = set()
        self.paused: ev.Paused | None = None
        self.jobs = 0

    @property
    def room(self) -> int:
        """How many trials may run at a time, if one more is to start."""
        return 0 if self.paused else self.jobs

    @property
    def next_moment(self) -> float | None:
        """What the run waits for by the clock."""
        timer = self.timers.next
        moments = [self.opens_at, None if timer is None else timer.at]
        return min((at for at in moments if at is not None), default=None)

    def _priority(self, live: LiveNode) -> int:
        own = live.node.options.get("priority")
        found = self.tasks[live.node.task].options.get("priority", 0) if own is None else own
        return int(found)

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

    def use_cache(self) -> None:
        """From now on, nodes whose tasks say so are looked for in the cache before they run."""
        self.lookups = Lookups()
        self.ready.fresh = self.ready.waiting()

    @property
    def waits_for_somebody(self) -> bool:
        """Whether somebody is asked, or has paused the run, and nothing but the clock can make it go
        on without them."""
        if self.running or self.status != "running" or (self.lookups and self.lookups.pending):
            return False
        return bool(self.paused) or (any(live.asking for live in self.asks) and self.ready.is_empty)

    @property
    def waits_outside(self) -> bool:
        """Whether the run goes on only once somebody has answered, or lets it."""
        return bool(self.paused or not self.timers) and self.waits_for_somebody

    @property
    def was_cut_short(self) -> bool:
        """Whether the run is over although all that had begun had ended, and nothing was wrong."""
        return self.status == "cancelled" or (self.status == "failed" and not self.trials)

    def is_deaf_to(self, node: NodeId) -> bool:
        """Whether what the trial of `node` says counts no longer, although the node runs."""
        return node in self.overdue or node in self.streams.concluded or node in self.stopping

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
            at, why = running_fault(spec)
            if why:
                raise LawBroken(f"the task {name!r:.80}: {at[1:]}: {why}")
            if why := cache_fault(spec, spec.options):
                raise LawBroken(f"the task {name!r:.80} {why}")
        for node in change.nodes:
            known = self.tasks.get(node.task) or change.tasks.get(node.task)
            if known is not None and (why := cache_fault(known, node.options)):
                raise LawBroken(f"the task {node.task!r:.80} of {node.id!r:.80} {why}")
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

    def why_waits(self, live: LiveNode, now: float = 0.0) -> str:
        """What holds back a node that waits for no other, in words; empty if nothing does, or if
        it does wait. `now` is what time it is."""
        if live.unmet or live.status is not NodeStatus.WAITING:
            return ""
        if self.timers.of(live.id, "retry"):
            return "to be tried again"
        if self.timers.of(live.id, "answer") and not live.asking:
            return "for its moment"
        gate = self.ready.gate_upon(live, now)
        if gate is not None:
            return f"held by {gate.limit.words}: {gate.why(now)}"
        if self.paused:
            return f"the run is paused{self.paused.said}"
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
        APPLY[type(fact)](self, fact)
        self.seq += 1


def declared(spec: TaskSpec) -> Declared:
    is_what = spec.entry or (fingerprint(spec.program) if spec.program else "")
    return Declared(is_what, spec.grows, spec.where, frozenset(spec.tags))


def _change_in(fact: Fact) -> Change | None:
    if isinstance(fact, ev.Registered):
        return fact.graph.as_change()
    return fact.change if isinstance(fact, (ev.Changed, ev.Finished)) else None


@collector_paused()
def replay(facts: Iterable[Fact]) -> State:
    """The state after these facts. Its `jobs` are 0: it starts nothing until told."""
    state = State()
    for fact in facts:
        state.apply(fact)
    return state
