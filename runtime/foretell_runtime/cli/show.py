"""`foretell show`: how a run stands, and what may still happen in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell.horizon.bounds import left_of
from foretell_runtime.cli.foresight import foreseen
from foretell_runtime.cli.options import json_option, print_json, reading, store_option
from foretell_runtime.cli.runs import summary
from foretell_runtime.cli.tally import Tally
from foretell_runtime.cli.words import brief, broken_report, clock, failure_report, whole
from foretell_runtime.machine.events import Broken, Fact, Failed, Registered

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
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
    from foretell_runtime.machine import horizon_of, replay

    record, facts = reading(store, lambda opened: _read(opened, run))
    horizon = horizon_of(replay(facts))
    if as_json:
        print_json(_as_json(record, facts, horizon))
        return
    for line in _told(record, facts, horizon):
        click.echo(line)


async def _read(store: Store, run: str) -> tuple[RunRecord, list[Fact]]:
    record = await store.run(run)
    return record, [event.fact for event in await store.events(record)]


def _as_json(record: RunRecord, facts: list[Fact], horizon: Horizon) -> dict[str, Any]:
    from foretell.graph.plain import encode

    left = left_of(horizon)
    return {
        **summary(record),
        "inputs": _inputs(facts),
        "left": {"low": left.low, "high": left.high},
        "horizon": encode(horizon),
    }


def _inputs(facts: list[Fact]) -> dict[str, Any]:
    first = facts[0] if facts else None
    return dict(first.inputs) if isinstance(first, Registered) else {}


def _told(record: RunRecord, facts: list[Fact], horizon: Horizon) -> Iterator[str]:
    tally = Tally()
    for fact in facts:
        tally(fact)
    over = record.status not in ("running", "interrupted")
    yield f"{record.id}: {record.status}"
    inputs = ", ".join(f"{name}={brief(value)}" for name, value in _inputs(facts).items())
    yield f"  inputs   {inputs or 'none'}"
    yield f"  created  {clock(record.created)}, {record.events} events"
    yield f"  nodes    {tally.words(None if over else left_of(horizon))}"
    yield from _open_nodes(horizon)
    if not over:
        yield from foreseen(horizon)
    for fact in facts:
        if isinstance(fact, Failed) and fact.final:
            yield failure_report(fact)
        elif isinstance(fact, Broken):
            yield broken_report(fact)
    if record.status == "done":
        yield "output:"
        yield whole(record.output)
    elif record.status == "interrupted":
        yield f"go on with: foretell resume {record.id}"


def _open_nodes(horizon: Horizon) -> Iterator[str]:
    """The nodes that are neither done nor gone, running ones first."""
    order = ("running", "asking", "failed", "waiting")
    nodes = [node for status in order for node in horizon.nodes if node.status == status]
    for node in nodes[:MOST_NODES]:
        yield f"    {node.status:<8} {node.id}"
    if len(nodes) > MOST_NODES:
        yield f"    and {len(nodes) - MOST_NODES} more"
