"""`foretell pause`: has a run start nothing more for now."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from foretell_runtime.cli.answer import who
from foretell_runtime.cli.options import store_option
from foretell_runtime.cli.restart import by_option


@click.command("pause")
@click.argument("run")
@click.option("--why", default="", metavar="TEXT", help="Why, for the journal.")
@by_option
@store_option
def command(run: str, why: str, by: str | None, store: Path) -> None:
    """Have RUN start nothing more; what runs may end. It stays paused, whoever resumes it, until
    'foretell unpause'.

    RUN is an id, the beginning or the end of one, or 'last'. Answers and time-outs go on meanwhile.
    """
    from foretell_runtime import Runtime

    runtime = Runtime(store)
    told = asyncio.run(runtime.pause(run, who() if by is None else by, why))
    click.echo("paused; what runs may end" if told else "paused", err=True)
