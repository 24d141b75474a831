"""`foretell show`: how a run stands, and what may still happen in it; or the trials of a node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell.horizon.bounds import done_again, left_of, without_bound
from foretell_runtime.cli.foresight import endless, foreseen
from foretell_runtime.cli.options import json_option, print_json, reading, store_option
from foretell_runtime.cli.runs import summary
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.trials import LastHeard, last_heard, silence, why_waits
from foretell_runtime.cli.words import (
    asked_as_json,
    brief,
    broken_report,
    clock,
    failure_report,
    names,
    question_lines,
    visible,
    whole,
)
from foretell_runtime.machine.events import Broken, Fact, Failed, Finished, Recalled, Registered
from foretell_runtime.store.protocol import OPEN

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
    from foretell_runtime.machine import State
    from foretell_runtime.questions import Question
    from foretell_runtime.store.protocol import Place, Post, RunRecord, Store

MOST_NODES = 20


@click.command("show")
@click.argument("run")
@click.argument("node", required=False)
@json_option
@store_option
def command(run: str, node: str | None, store: Path, as_json: bool) -> None:
    """Tell how RUN stands and what may still happen; or each trial of one NODE, if named.

    RUN is an id, the beginning or the end of one, or 'last'.
    """
    from foretell_runtime.machine import replay
    from foretell_runtime.questions import questions

    if node is not None:
        _show_node(run, node, store, as_json)
        return
    record, facts, posts, heard = reading(store, lambda opened: _read(opened, run))
    state = replay(facts)
    asked = questions(state, posts)
    pools = reading(store, lambda opened: _places(opened, state))
    if as_json:
        there = [asdict(place) for place in pools]
        print_json({**_as_json(record, facts, state, asked), "pools": there})
        return
    for line in _told(record, facts, state, asked, pools, heard):
        click.echo(line)


def _show_node(run: str, node: str, store: Path, as_json: bool) -> None:
    from foretell_runtime.cli import log, trials
    from foretell_runtime.history import trials_of
    from foretell_runtime.machine import replay

    found, events, lines = reading(store, lambda opened: log.read(opened, run, node))
    log.require_node(node, events, found)
    state = replay(event.fact for event in events)
    tried = trials_of(node, events, lines)
    if as_json:
        print_json(trials.as_json(node, tried, state))
        return
    ends = [
        e.fact for e in events if isinstance(e.fact, (Recalled, Finished)) and e.fact.node == node
    ]
    recalled = ends[-1] if ends and isinstance(ends[-1], Recalled) else None
    for line in trials.told(node, tried, state, recalled):
        click.echo(line)


async def _read(store: Store, run: str) -> tuple[RunRecord, list[Fact], list[Post], LastHeard]:
    record = await store.run(run)
    events = await store.events(record)
    heard = last_heard(events)
    for node in list(heard)[:MOST_NODES]:
        for line in (await store.logs(record, node))[-1:]:
            heard[node] = max(heard[node], line.time)
    return record, [event.fact for event in events], await store.posts(record), heard


async def _places(store: Store, state: State) -> list[Place]:
    """Who has a place in one of the pools that the run names."""
    return [place for pool in state.ready.pools for place in await store.pool_places(pool)]


def _as_json(
    record: RunRecord, facts: list[Fact], state: State, asked: Sequence[Question]
) -> dict[str, Any]:
    from foretell.graph.plain import encode
    from foretell_runtime.machine import horizon_of

    horizon = horizon_of(state)
    left = left_of(horizon)
    waiting = [node.id for node in horizon.nodes if node.status == "waiting"][:MOST_NODES]
    return {
        **summary(record),
        "inputs": _inputs(facts),
        "asks": [asked_as_json(question) for question in asked],
        "held": {node: why for node in waiting if (why := why_waits(state, node))},
        "promises": _standings(state),
        "left": {"low": left.low, "high": left.high, "unbounded": list(without_bound(horizon))},
        "horizon": encode(horizon),
    }


def _promises(state: State) -> Iterator[str]:
    """How each promise stands."""
    head = "promises"
    for promise in _standings(state):
        yield f"  {head:<8} {promise['standing']:<8} {promise['says']}"
        head = ""


def _standings(state: State) -> list[dict[str, str]]:
    if state.status == "broken":  # the report says all that is left to say
        return []
    judge = state.judge
    return [
        {"says": account.vowed.says or account.vowed.promise.kind,
         "standing": judge.standing(account)}
        for account in judge.promises
    ]  # fmt: skip


def _inputs(facts: list[Fact]) -> dict[str, Any]:
    first = facts[0] if facts else None
    return dict(first.inputs) if isinstance(first, Registered) else {}


def _told(
    record: RunRecord,
    facts: list[Fact],
    state: State,
    asked: Sequence[Question],
    pools: Sequence[Place],
    heard: LastHeard,
) -> Iterator[str]:
    from foretell_runtime.machine import horizon_of

    horizon = horizon_of(state)
    tally = Tally()
    for fact in facts:
        tally(fact)
    over = record.status not in OPEN
    yield visible(f"{record.id}: {record.status}{state.paused.said if state.paused else ''}")
    inputs = ", ".join(f"{name}={brief(value)}" for name, value in _inputs(facts).items())
    yield f"  inputs   {inputs or 'none'}"
    yield f"  created  {clock(record.created)}, {record.events} events"
    yield from _queue(record)
    ahead = "" if over else endless(horizon)
    again = 0 if over else len(done_again(horizon))
    more = f", {again} that ended may run again" if again else ""
    yield f"  nodes    {tally.words(None if over else left_of(horizon))}{more}{ahead}"
    yield from _open_nodes(horizon, state, heard if record.status == "running" else {})
    yield from () if over else _pools(state, pools)
    yield from _asked(asked)
    yield from _promises(state)
    if not over:
        yield from foreseen(horizon)
    for fact in facts:
        if isinstance(fact, Failed) and fact.final and fact.node in state.failures:
            yield failure_report(fact)
        elif isinstance(fact, Broken) and record.status == "broken":
            yield broken_report(fact)
    if record.status == "cancelled" or (record.status == "failed" and not state.failed):
        yield state.error
    if record.status == "dead":
        yield f"dead: {visible(record.error)}"
        yield f"once it is mended: foretell submit --again {record.id}"
    if record.status == "done":
        yield "output:"
        yield whole(record.output)
    elif any(not question.posted for question in asked):
        yield f"answer with: foretell answer {record.id}"
    if record.status == "paused":
        yield f"let it go on with: foretell unpause {record.id}"
    if record.ticket is not None:
        if record.status in ("queued", "interrupted"):
            yield "a worker goes on with it (foretell worker)"
        return
    if record.status == "interrupted" or (
        record.status == "waiting" and any(question.posted for question in asked)
    ):
        yield f"go on with: foretell resume {record.id}"


def _queue(record: RunRecord) -> Iterator[str]:
    """Who runs it, when it goes on, and its place in the queue."""
    if record.owner is not None and record.since is not None:
        yield f"  owner    process {record.owner}, since {clock(record.since)}"
    if record.due is not None and record.status == "waiting":
        yield f"  waits    until {clock(record.due)}"
    ticket = record.ticket
    if ticket is None:
        return
    said = [f"priority {ticket.priority}", f"attempts {record.attempts}"]
    said += [f"not before {clock(ticket.after)}"] if ticket.after else []
    said += [f"to begin by {clock(ticket.deadline)}"] if ticket.deadline else []
    said += [f"{record.deaths} in a row died of it"] if record.deaths else []
    said += [f"key {ticket.key}"] if ticket.key else []
    yield visible(f"  queue    {', '.join(said)}")


def _pools(state: State, places: Sequence[Place]) -> Iterator[str]:
    """Who has the places that this run may wait for."""
    for pool in state.ready.pools:
        who = [f"{one.node or 'a start'} of {one.run}" for one in places if one.pool == pool]
        yield visible(f"  pool     {pool}: {names(who) or 'nobody has a place'}")


def _asked(asked: Sequence[Question]) -> Iterator[str]:
    """What may be answered, first what the run waits for."""
    head = "asks"
    for question in asked[:MOST_NODES]:
        later = "" if question.ready else ", later"
        for line in question_lines(question):
            yield visible(f"  {head:<8} {line}{later}")
            head = later = ""
    if len(asked) > MOST_NODES:
        yield f"  {'':<8} and {len(asked) - MOST_NODES} more"


def _open_nodes(horizon: Horizon, state: State, heard: LastHeard) -> Iterator[str]:
    """The nodes that are neither done nor gone, running ones first, and what holds them back, or how
    long nothing was heard of them."""
    order = ("running", "asking", "failed", "waiting")
    nodes = [node for status in order for node in horizon.nodes if node.status == status]
    for node in nodes[:MOST_NODES]:
        why = why_waits(state, node.id) or silence(heard.get(node.id))
        yield f"    {node.status:<8} {node.id}{f', {why}' if why else ''}"
    if len(nodes) > MOST_NODES:
        yield f"    and {len(nodes) - MOST_NODES} more"
