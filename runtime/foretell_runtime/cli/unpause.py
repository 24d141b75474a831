"""`foretell unpause`: lets a paused run go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from foretell_runtime.cli.answer import who
from foretell_runtime.cli.options import reading, store_option
from foretell_runtime.cli.restart import by_option
from foretell_runtime.cli.words import goes_on


@click.command("unpause")
@click.argument("run")
@by_option
@store_option
def command(run: str, by: str | None, store: Path) -> None:
    """Let RUN go on, which was paused.

    RUN is an id, the beginning or the end of one, or 'last'. If somebody runs it, it goes on at once;
    otherwise 'foretell resume' goes on with it, or a worker if it was submitted.
    """
    from foretell_runtime import Runtime

    told = asyncio.run(Runtime(store).unpause(run, who() if by is None else by))
    record = reading(store, lambda opened: opened.run(run))
    click.echo(goes_on(record, at_once=told), err=True)
