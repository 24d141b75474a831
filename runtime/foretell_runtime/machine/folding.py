"""How each fact of the journal changes the state of a run: the fold, kind by kind.

Decides nothing: what a fact leaves open is decided when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from foretell.document.model import Graph
from foretell.graph.back import cone
from foretell.graph.live import LiveNode
from foretell.graph.live import Status as NodeStatus
from foretell.graph.model import Failure, NodeId, Output, port_key
from foretell.graph.pointers import get
from foretell.graph.streams import gathered
from foretell.promises import events as judging
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.events import Fact
from foretell_runtime.machine.gates import Gate
from foretell_runtime.machine.values import open_again

if TYPE_CHECKING:
    from foretell_runtime.machine.state import State


@dataclass(slots=True)
class Added(judging.Added):
    """What the current trial of a node has added, so that it can be retired."""

    limits: list[Gate] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.edges or self.promises or self.limits or self.dresses)


def _registered(state: State, fact: ev.Registered) -> None:
    graph: Graph = fact.graph
    state.name, state.base, state.inputs = graph.name, fact.base, fact.inputs
    state.values = fact.values
    state.result = graph.output


def _started(state: State, fact: ev.Started) -> None:
    live = state.node(fact.node)
    state.judge.start(live)
    state.running[fact.node] = state.trials[fact.node] = fact.trial
    state.held.pop(fact.node, None)
    state.anew.discard(fact.node)
    _rest_no_more(state, [live])
    if fact.until is not None:
        state.timers.set(fact.node, "timeout", fact.until)
    state.ready.started(live, fact.at)
    state.streams.begins(live, fact.trial)


def _emitted(state: State, fact: ev.Emitted) -> None:
    if state.streams.add(fact.node, fact.port, fact.chunk):
        for target in state.judge.graph.outcomes.begins(state.node(fact.node), fact.port):
            if target.startable or target.wanting:
                state.ready.add(target)


def _concluded(state: State, fact: ev.Concluded) -> None:
    state.timers.drop(fact.node, "timeout")
    state.streams.concludes(fact.node, fact.word)


def _gather(state: State, live: LiveNode) -> None:
    """What it emitted is among the outputs from now on, as a whole."""
    for port, spec in state.tasks[live.node.task].ports.items():
        whole = gathered(state.streams.of(live.id, port), spec.gather)
        state.outputs[port_key(live.id, port)] = Output(whole)


def _runs_no_more(state: State, live: LiveNode, at: float | None) -> None:
    if state.running.pop(live.id, None) is not None:
        state.ready.ended(live, at)
        state.timers.drop(live.id, "timeout")
        state.overdue.discard(live.id)
        state.streams.over(live.id)


def _finished(state: State, fact: ev.Finished) -> None:
    live = state.node(fact.node)
    _runs_no_more(state, live, fact.at)
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
    _runs_no_more(state, live, fact.at)
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
    _runs_no_more(state, live, fact.at)
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
    state.anew.update(fact.tops)
    if not state.failed:
        state.error = ""
        state.judge.owe_again()
    state.status, state.output = "running", None


def _do_again(
    state: State, tops: Sequence[LiveNode], nodes: Iterable[NodeId], *, counted: bool
) -> None:
    members, begun = cone(*tops), set(nodes)
    added = {live: state.added.pop(live.id) for live in members if live.id in state.added}
    _spare(state, [live.id for live in members])
    for live in members:
        state.cancelled.discard(live.id)
        _open_makers(state, live.maker)
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


def _open_makers(state: State, maker: LiveNode | None) -> None:
    """What a node grew is done again: what that was put into is to be put together anew."""
    while maker is not None and open_again(state.outputs, maker.id):
        maker = maker.maker


def _forget(state: State, gone: Iterable[LiveNode]) -> None:
    """Whoever gets the id of one of these is another node."""
    _spare(state, [live.id for live in gone])
    for live in gone:
        state.iterations.pop(live.id, None)
        state.retries_used.pop(live.id, None)
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
        _runs_no_more(state, live, fact.at)
    _spare(state, fact.nodes)
    _rest_no_more(state, nodes)
    for target in state.judge.give_up(nodes, NodeStatus.CANCELLED):
        state.ready.add(target)
    _ask_no_more(state, nodes)
    if fact.alone:
        state.cancelled.update(fact.nodes)
    state.ask_again()


def _stopping(state: State, fact: ev.Stopping) -> None:
    state.timers.drop(fact.node, "timeout")
    state.overdue.discard(fact.node)
    state.stopping[fact.node] = fact.order
    state.node(fact.node).resting = True


def _cancel_refused(state: State, fact: ev.CancelRefused) -> None:
    if state.stopping.pop(fact.node, None) is not None:
        _come_back(state, state.node(fact.node))


def _spare(state: State, nodes: Iterable[NodeId]) -> None:
    """There is no order any more about these."""
    for node in nodes:
        state.stopping.pop(node, None)


def _skipped(state: State, fact: ev.Skipped | ev.Recalled) -> None:
    live = state.node(fact.node)
    _spare(state, [fact.node])
    _rest_no_more(state, [live])
    _ask_no_more(state, [live])
    state.judge.start(live)
    state.streams.forget(fact.node)
    state.outputs[fact.node] = Output(fact.output)
    _gather(state, live)
    for target in state.judge.finish(live):
        state.ready.add(target)
    state.ask_again()


def _waived(state: State, fact: ev.Waived) -> None:
    state.lost.add(fact.node)
    state.judge.owe_nothing()
    if not state.error:
        state.error = f"node {fact.node!r} was cancelled by force, against the promise {fact.says}"
    state.ask_again()


def _held(state: State, fact: ev.Held) -> None:
    state.held[fact.node] = fact.why


def _broken(state: State, fact: ev.Broken) -> None:
    place = f" ({fact.where})" if fact.where else ""
    made = f" made by {fact.by}" if fact.by else ""
    advice = f" {fact.advice}" if fact.advice else ""
    state.error = f"{fact.event} broke the promise {fact.says}{made}{place}: {fact.why}.{advice}"


def _paused(state: State, fact: ev.Paused) -> None:
    state.paused = fact


def _unpaused(state: State, fact: ev.Unpaused) -> None:
    state.paused = None


def _ended(state: State, fact: ev.Ended) -> None:
    state.status, state.output, state.paused = fact.status, fact.output, None
    state.error = fact.error or state.error
    for timer in state.timers:  # should the run be gone on with ...
        if timer.what == "retry":  # ... it is tried again at once
            _come_back(state, state.node(timer.node))
        elif timer.what == "answer":  # ... it is asked anew until when it waits
            state.ready.add(state.node(timer.node))
    state.timers.clear()
    state.stopping.clear()
    state.opens_at = None


def _resumed(state: State, fact: ev.Resumed) -> None:
    if fact.at is not None:
        state.timers.resumed(fact.at)
        state.ready.resumed(fact.at)


def _nothing(state: State, fact: Fact) -> None:
    """Told for the record."""


APPLY: dict[type[Any], Callable[[State, Any], None]] = {
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
    ev.Stopping: _stopping,
    ev.Skipped: _skipped,
    ev.Recalled: _skipped,
    ev.CancelRefused: _cancel_refused,
    ev.Waived: _waived,
    ev.Paused: _paused,
    ev.Unpaused: _unpaused,
    ev.Resumed: _resumed,
    ev.Ended: _ended,
}
