"""`foretell show`: how a run stands, and what may still happen in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell.horizon.bounds import left_of, without_bound
from foretell_runtime.cli.foresight import endless, foreseen
from foretell_runtime.cli.options import json_option, print_json, reading, store_option
from foretell_runtime.cli.runs import summary
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.words import brief, broken_report, clock, failure_report, whole
from foretell_runtime.machine.events import Broken, Fact, Failed, Registered

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
    from foretell_runtime.machine import State
    from foretell_runtime.store.protocol import RunRecord, Store

MOST_NODES = 20


@click.command("show")
@click.argument("run")
@json_option
@store_option
def command(run: str, store: Path, as_json: bool) -> None:
    """Tell how RUN stands and what may still happen.

    RUN is an id, the beginning or the end of one, or 'last'.
    """
    from foretell_runtime.machine import replay

    record, facts = reading(store, lambda opened: _read(opened, run))
    state = replay(facts)
    if as_json:
        print_json(_as_json(record, facts, state))
        return
    for line in _told(record, facts, state):
        click.echo(line)


async def _read(store: Store, run: str) -> tuple[RunRecord, list[Fact]]:
    record = await store.run(run)
    return record, [event.fact for event in await store.events(record)]


def _as_json(record: RunRecord, facts: list[Fact], state: State) -> dict[str, Any]:
    from foretell.graph.plain import encode
    from foretell_runtime.machine import horizon_of

    horizon = horizon_of(state)
    left = left_of(horizon)
    waiting = [node.id for node in horizon.nodes if node.status == "waiting"][:MOST_NODES]
    return {
        **summary(record),
        "inputs": _inputs(facts),
        "held": {node: why for node in waiting if (why := _why_waits(state, node))},
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


def _why_waits(state: State, node: str) -> str:
    return state.why_waits(state.node(node)) if state.status == "running" else ""


def _told(record: RunRecord, facts: list[Fact], state: State) -> Iterator[str]:
    from foretell_runtime.machine import horizon_of

    horizon = horizon_of(state)
    tally = Tally()
    for fact in facts:
        tally(fact)
    over = record.status not in ("running", "interrupted")
    yield f"{record.id}: {record.status}"
    inputs = ", ".join(f"{name}={brief(value)}" for name, value in _inputs(facts).items())
    yield f"  inputs   {inputs or 'none'}"
    yield f"  created  {clock(record.created)}, {record.events} events"
    ahead = "" if over else endless(horizon)
    yield f"  nodes    {tally.words(None if over else left_of(horizon))}{ahead}"
    yield from _open_nodes(horizon, state)
    yield from _promises(state)
    if not over:
        yield from foreseen(horizon)
    for fact in facts:
        if isinstance(fact, Failed) and fact.final:
            yield failure_report(fact)
        elif isinstance(fact, Broken):
            yield broken_report(fact)
    if record.status == "failed" and not state.failed:
        yield state.error
    if record.status == "done":
        yield "output:"
        yield whole(record.output)
    elif record.status == "interrupted":
        yield f"go on with: foretell resume {record.id}"


def _open_nodes(horizon: Horizon, state: State) -> Iterator[str]:
    """The nodes that are neither done nor gone, running ones first, and what holds them back."""
    order = ("running", "asking", "failed", "waiting")
    nodes = [node for status in order for node in horizon.nodes if node.status == status]
    for node in nodes[:MOST_NODES]:
        why = _why_waits(state, node.id)
        yield f"    {node.status:<8} {node.id}{f', {why}' if why else ''}"
    if len(nodes) > MOST_NODES:
        yield f"    and {len(nodes) - MOST_NODES} more"
