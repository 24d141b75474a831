"""The laws of the graph, over random histories of random workflows.

Every history mixes what is allowed with what is not. After each event everything is compared with
what a slow reading of the definitions says.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from foretell.errors import PromiseBroken
from foretell.graph.live import LiveNode, LivePair, Status
from foretell.graph.plain import encode
from foretell.promises.atoms import Misfits
from foretell.promises.entry import Entry
from foretell.promises.events import below
from foretell.promises.judge import Judge
from foretell.promises.kinds.misfits import MisfitNodes
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    NotKept,
    OneKept,
    Promise,
)
from foretell.promises.prospects import matches_edge
from foretell.promises.selectors import Selector
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, horizon_of, register, replay
from foretell_runtime.machine import events as ev
from tests.laws.universe import Walk, random_graph, with_loops

SEEDS = range(0, 200, 50)
STEPS = 40


def walks(start: int, count: int = 50, loops: bool = False) -> Iterator[Walk]:
    for seed in range(start, start + count):
        rng = Random(seed)
        graph = with_loops(rng, random_graph(rng)) if loops else random_graph(rng)
        try:
            state, decision = register(graph, {}, "", rng.choice([1, 2, 3]))
        except PromiseBroken:
            continue
        yield Walk(rng, state, decision)


def picture(state: State) -> dict[str, Any]:
    """Everything that a state knows, comparable."""
    judge = state.judge
    return {
        "nodes": {
            live.id: (live.node.task, live.node.scope, live.node.slot, live.status, live.birth,
                      live.unmet, live.maker.id if live.maker else None,
                      [made.id for made in live.made], sorted(s.id for s in live.sinks))
            for live in judge.graph.nodes.values()
        },
        "edges": {
            (pair.source.id, pair.target.id): [
                (e.edge.kind, e.birth, e.maker.id if e.maker else None) for e in pair.edges
            ]
            for pair in judge.graph.pairs()
        },
        "numbers": [entry.numbers() for entry in judge.ledger.entries],
        "shares": [
            {grower.id: span for grower, span in entry.shares.items()}
            for entry in judge.ledger.entries
        ],
        "bounds": [entry.promise for entry in judge.ledger.entries],
        "neighbours": [neighbours(entry) for entry in judge.ledger.entries],
        "have": {live.id: have for live, have in judge.have.items() if have.slots or have.groups},
        "growers": sorted(live.id for live in judge.growers),
        "births": judge.graph.births,
        "tasks": sorted(judge.forms),
        "running": dict(state.running),
        "rounds": (
            {node: n for node, n in state.iterations.items() if node in judge.graph.nodes},
            {live.id: n for live, n in judge.graph.back.rounds.items() if n},
            [(back.source.id, back.target.id) for back in judge.graph.back.asked],
            sorted(judge.graph.finished),
        ),
        "status": (state.status, state.output, state.error, state.failed),
        "outputs": {node: encode(output) for node, output in state.outputs.items()},
    }  # fmt: skip


def neighbours(entry: Entry) -> dict[str, Any]:
    if not isinstance(entry.kind, MisfitNodes):
        return {}
    return {
        live.id: (n.fit, n.numbers(), {grower.id: span for grower, span in n.shares.items()})
        for live, n in entry.kind.of.items()
    }


@pytest.mark.parametrize("start", SEEDS)
def test_started_nodes_are_closed_under_predecessors_and_the_graph_stays_acyclic(
    start: int,
) -> None:
    for walk in walks(start):
        for _ in range(STEPS):
            walk.happen(walk.random_happening())
            check_order(walk.state.judge)
            check_structure(walk.state.judge)
            check_ends(walk.state.judge)


ENDED = (Status.DONE, Status.FAILED, Status.RULED_OUT, Status.CANCELLED)


def lets_on(source: LiveNode, pair: LivePair) -> bool:
    strict = any(edge.edge.on == "ok" for edge in pair.edges)
    return source.status is Status.DONE or (source.status in ENDED and not strict)


def check_ends(judge: Judge) -> None:
    """What the books say of who may fail and who may be ruled out is what the edges say."""
    nodes = judge.graph.nodes.values()
    hope: dict[LiveNode, set[LiveNode]] = {live: set() for live in nodes}
    for live in nodes:
        for target, pair in live.out.items():
            left = [edge.edge.on for edge in pair.edges if edge.maker is not live]
            if left and "ok" not in left and target.status not in ENDED[1:]:
                hope[live].add(target)
        assert live.handlers == len(hope[live]), live
        unsettled = bool(hope[live]) and live.status is Status.RUNNING
        assert (live in judge.graph.outcomes.unsettled) == unsettled
    order, left_before = [], {live: len(live.into) for live in nodes}
    free = [live for live in nodes if not live.into]
    for live in free:
        order.append(live)
        for target in live.out:
            left_before[target] -= 1
            if not left_before[target]:
                free.append(target)
    mortal: set[LiveNode] = set()
    for live in order:
        strict = [s for s, p in live.into.items() if any(e.edge.on == "ok" for e in p.edges)]
        dangers = sum(source in mortal for source in strict)
        for pair in live.into.values():
            first = any(e.edge.on == "fail" and e.edge.kind != "structural" for e in pair.edges)
            kin = [pair.source, *below(pair.source)]
            doubt = not any(n.status is Status.FAILED for n in kin)
            dangers += first and doubt and not all(n.status in ENDED for n in kin)
        assert live.dangers == dangers, live
        if live.live and (hope[live] or dangers):
            mortal.add(live)
        assert live.mortal == (live in mortal)


def check_order(judge: Judge) -> None:
    nodes = judge.graph.nodes
    for live in nodes.values():
        waiting_for = [s for s, pair in live.into.items() if not lets_on(s, pair)]
        assert live.unmet == len(waiting_for)
        if live.status in (Status.RUNNING, Status.DONE, Status.FAILED):
            assert not waiting_for
        for other in (*live.into, *live.out):
            assert nodes[other.id] is other
    left = {live: len(live.into) for live in nodes.values()}
    free = [live for live, n in left.items() if n == 0]
    while free:
        live = free.pop()
        del left[live]
        for target in live.out:
            left[target] -= 1
            if left[target] == 0:
                free.append(target)
    assert not left, "a cycle"


def check_structure(judge: Judge) -> None:
    """The invariant of structured growth, by its definition."""
    for live in judge.graph.nodes.values():
        maker = live.maker
        if maker is None:
            continue
        assert live in maker.out
        for sink in maker.out:
            if not under(sink, maker):
                assert sink in live.out, f"{maker.id} -> {sink.id} but not {live.id} -> {sink.id}"


def under(node: LiveNode, ancestor: LiveNode) -> bool:
    maker = node.maker
    while maker is not None:
        if maker is ancestor:
            return True
        maker = maker.maker
    return False


@pytest.mark.parametrize("start", SEEDS)
def test_what_is_refused_or_only_asked_leaves_no_trace(start: int) -> None:
    refused = 0
    for walk in walks(start):
        for _ in range(STEPS):
            happening = walk.random_happening(mischief=0.8)
            before = picture(walk.state)
            decision = walk.happen(happening)
            asked = isinstance(happening, ev.Heard) and isinstance(happening.message, msg.Would)
            kinds = {fact.kind for fact in decision.facts}
            if asked or kinds == {"refused"}:
                refused += 1
                assert picture(walk.state) == before
    assert refused > 50


@pytest.mark.parametrize("start", SEEDS)
def test_would_answers_as_the_change_itself_would_be(start: int) -> None:
    asked = 0
    for walk in walks(start):
        for _ in range(STEPS):
            happening = walk.random_happening(mischief=0.6)
            if isinstance(happening, ev.Heard) and isinstance(happening.message, msg.Propose):
                message = happening.message
                would = msg.Would(message.request, message.change)
                before = walk.happen(ev.Heard(happening.node, happening.trial, would))
                attempt = msg.Propose(message.request, message.change, attempt=True)
                after = walk.happen(ev.Heard(happening.node, happening.trial, attempt))
                assert before.instructions == after.instructions
                asked += 1
            else:
                walk.happen(happening)
    assert asked > 50


@pytest.mark.parametrize("start", SEEDS)
def test_only_a_running_trial_adds(start: int) -> None:
    for walk in walks(start):
        for _ in range(STEPS):
            happening = walk.random_happening()
            if isinstance(happening, ev.Heard):
                before = picture(walk.state)
                late = ev.Heard(happening.node, happening.trial + 1, happening.message)
                assert not walk.happen(late).facts
                assert picture(walk.state) == before
            walk.happen(happening)


@pytest.mark.parametrize("start", SEEDS)
def test_the_journal_replays_to_the_same_state_and_the_same_horizon(start: int) -> None:
    for walk in walks(start):
        for step in range(STEPS):
            walk.happen(walk.random_happening())
            if step % 5 == 4 or walk.state.status != "running":
                again = replay(walk.facts)
                assert picture(again) == picture(walk.state)
                assert horizon_of(again) == horizon_of(walk.state)


@pytest.mark.parametrize("start", SEEDS)
def test_the_ledger_kept_by_events_equals_the_ledger_counted_anew(start: int) -> None:
    for walk in walks(start):
        for _ in range(STEPS):
            walk.happen(walk.random_happening())
            check_ledger(walk.state)


def check_ledger(state: State) -> None:
    judge = state.judge
    anew = judge.without(()).ledger.entries
    for entry, fresh in zip(judge.ledger.entries, anew, strict=True):
        if not isinstance(entry.promise, Misfits):
            assert entry.have == counted(judge, entry)
        if state.status != "broken":
            assert entry.promise == fresh.promise
        assert neighbours(entry) == neighbours(fresh)
        assert entry.shares == fresh.shares
        assert entry.numbers() == fresh.numbers()


def counted(judge: Judge, entry: Any) -> int:
    if isinstance(entry.promise, Count):
        return sum(entry.kind.counts_node(n) for n in judge.graph.nodes.values())
    return sum(
        any(entry.kind.counts_edge(pair, e) for e in pair.edges) for pair in judge.graph.pairs()
    )


def kept(promise: Promise, judge: Judge, since: int) -> bool:
    """Whether the graph as it is keeps `promise`, by the plain definition."""

    def chosen(selector: Selector, live: LiveNode) -> bool:
        return judge.matcher.selects(selector, live, since) is True

    nodes = judge.graph.nodes.values()
    match promise:
        case Count(of):
            number = sum(chosen(of, live) for live in nodes)
        case Edges():
            number = sum(
                any(
                    matches_edge(
                        promise, judge.matcher, since, pair.source, pair.target, edge.maker,
                        edge.birth > since,
                    )
                    for edge in pair.edges
                )
                for pair in judge.graph.pairs()
            )  # fmt: skip
        case Each(of, out, into):
            numbers = [
                sum(chosen(other, near) for near in (live.into if out is None else live.out))
                for live in nodes
                if chosen(of, live) and (other := out or into) is not None
            ]
            return all(promise.min <= n and fits(n, promise.max) for n in numbers)
        case AllKept(parts):
            return all(kept(part, judge, since) for part in parts)
        case AnyKept(parts):
            return any(kept(part, judge, since) for part in parts)
        case OneKept(parts):
            return sum(kept(part, judge, since) for part in parts) == 1
        case NotKept(part):
            return not kept(part, judge, since)
        case _:
            raise AssertionError(promise)
    return promise.min <= number and fits(number, promise.max)


def fits(number: int, most: int | None) -> bool:
    return most is None or number <= most


@pytest.mark.parametrize("start", SEEDS)
def test_every_walk_ends_and_a_finished_run_has_kept_every_promise(start: int) -> None:
    outcomes = set()
    for walk in walks(start):
        for _ in range(STEPS):
            walk.happen(walk.random_happening())
        for _ in range(1000):
            if walk.state.status == "running":
                walk.happen(walk.next_end())
        assert walk.state.status != "running"
        outcomes.add(walk.state.status)
        if walk.state.status == "done":
            for account in walk.state.judge.promises:
                assert kept(account.vowed.promise, walk.state.judge, account.since)
                assert walk.state.judge.standing(account) == "kept"
    assert outcomes
