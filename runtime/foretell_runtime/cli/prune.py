"""`foretell prune`: deletes runs that are long over."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import get_args

import click

from foretell_runtime.cli.options import json_option, print_json, store_option
from foretell_runtime.cli.runs import summary, table
from foretell_runtime.cli.times import Duration
from foretell_runtime.pruning import OVER, Prunable


@click.command("prune")
@click.option(
    "--older-than",
    type=Duration(),
    required=True,
    metavar="DURATION",
    help="Nothing has happened in it for so long: 30d, 12h.",
)
@click.option(
    "--state",
    "states",
    type=click.Choice(get_args(Prunable)),
    multiple=True,
    help=f"Only runs that ended so; repeat for more. Unless said: {', '.join(OVER)}.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@json_option
@store_option
def command(
    older_than: timedelta,
    states: tuple[Prunable, ...],
    dry_run: bool,
    as_json: bool,
    store: Path,
) -> None:
    """Delete whole runs that are over: their journals, what their tasks wrote, and their pictures.

    What somebody runs, what waits, and what was left something to go on with, is never deleted.
    """
    from foretell_runtime.pruning import prune

    found = asyncio.run(prune(store, older_than, states or OVER, dry=dry_run))
    if as_json:
        print_json([summary(run) for run in found])
        return
    if found:
        table(found)
    would = "would be deleted" if dry_run else "deleted"
    click.echo(f"{len(found)} run{'' if len(found) == 1 else 's'} {would}", err=True)
