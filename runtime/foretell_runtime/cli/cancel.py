"""`foretell cancel`: ends a run before its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from foretell_runtime.cli.answer import who
from foretell_runtime.cli.options import store_option
from foretell_runtime.cli.restart import by_option


@click.command("cancel")
@click.argument("run")
@click.option("--why", default="", metavar="TEXT", help="Why, for the journal.")
@by_option
@store_option
def command(run: str, why: str, by: str | None, store: Path) -> None:
    """End RUN before its end: what runs is stopped, and nothing is started any more.

    RUN is an id, the beginning or the end of one, or 'last'. What was done stays in its journal, but
    it cannot be taken up again.
    """
    from foretell_runtime import Runtime

    runtime = Runtime(store)
    told = asyncio.run(runtime.cancel(run, who() if by is None else by, why))
    click.echo("who runs it was told to stop" if told else "cancelled", err=True)
