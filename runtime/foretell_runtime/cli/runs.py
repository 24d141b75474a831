"""`foretell runs`: what is in the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.options import json_option, print_json, reading, store_option
from foretell_runtime.cli.words import brief, clock, cut, visible

if TYPE_CHECKING:
    from foretell_runtime.store.protocol import RunRecord


@click.command("runs")
@json_option
@store_option
def command(store: Path, as_json: bool) -> None:
    """List the runs in the store, newest first."""
    from foretell.errors import StoreMissing

    try:
        found = reading(store, lambda opened: opened.runs())
    except StoreMissing:
        found = []
    if as_json:
        print_json([summary(run) for run in found])
    elif not found:
        click.echo(f"no runs yet in {store}")
    else:
        table(found)


def summary(run: RunRecord) -> dict[str, Any]:
    """A run as `--json` tells it."""
    return {
        "run": run.id,
        "status": run.status,
        "output": run.output,
        "workflow": run.name,
        "error": run.error,
        "created": run.created,
        "events": run.events,
        "owner": run.owner,
        "since": run.since,
        "due": run.due,
        "queue": _queue(run),
    }


def _queue(run: RunRecord) -> dict[str, Any] | None:
    ticket = run.ticket
    if ticket is None:
        return None
    return {
        "priority": ticket.priority,
        "after": ticket.after,
        "deadline": ticket.deadline,
        "key": ticket.key,
        "patience": ticket.patience,
        "attempts": run.attempts,
        "deaths": run.deaths,
    }


def table(found: Sequence[RunRecord]) -> None:
    """One run a line."""
    rows = [("RUN", "STATUS", "CREATED", "EVENTS", "RESULT")]
    for run in found:
        result = visible(cut(run.error.partition("\n")[0])) if run.error else brief(run.output, 40)
        rows.append((run.id, run.status, clock(run.created), str(run.events), result))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[4]]).rstrip())
