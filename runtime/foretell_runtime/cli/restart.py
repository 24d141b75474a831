"""`foretell restart`: has something done again, with all that comes after it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.answer import who
from foretell_runtime.cli.options import json_option, print_line, reading, store_option
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import goes_on, names, visible

if TYPE_CHECKING:
    from foretell_runtime.restarting import Radius

by_option = click.option(
    "--by", metavar="NAME", help="Who wants it, for the journal. By default your user name."
)


@click.command("restart")
@click.argument("run")
@click.argument("nodes", nargs=-1, required=True)
@click.option("--yes", "-y", is_flag=True, help="Do not ask whether to go on.")
@by_option
@json_option
@store_option
def command(
    run: str, nodes: tuple[str, ...], yes: bool, by: str | None, as_json: bool, store: Path
) -> None:
    """Do NODES of RUN again, and all that comes after them, once you have seen what that takes
    along.

    What they had grown goes, with the promises they made; running ones are cut off. RUN may be over.
    If somebody runs it that happens at once; otherwise 'foretell resume' goes on with it.
    """
    carry_out(store, run, nodes, by, as_json=as_json, ask=not yes)


def carry_out(
    store: Path, run: str, nodes: Sequence[str], by: str | None, *, as_json: bool, ask: bool
) -> None:
    from foretell_runtime.restarting import radius, read, restart
    from foretell_runtime.store.sqlite import SqliteStore

    record, state = reading(store, lambda opened: read(opened, run))
    found = radius(state, nodes)
    for line in _told(found):
        click.echo(visible(line), err=True)
    if ask:
        if not sys.stdin.isatty():
            raise CommandError("there is no terminal to ask in; say --yes to go on")
        click.confirm("Go on?", abort=True, err=True)

    async def post() -> bool:
        async with SqliteStore(store) as opened:
            return await restart(opened, record.id, nodes, who() if by is None else by)

    at_once = asyncio.run(post())
    if as_json:
        again = [*found.tops, *found.again]
        found_too = {"retired": list(found.retired), "running": at_once}
        print_line({"run": record.id, "again": again, **found_too})
    else:
        click.echo(goes_on(record, at_once=at_once), err=True)


def _told(found: Radius) -> list[str]:
    """What a restart takes along, in words."""
    rows = [
        ("done again", found.tops),
        ("and after", found.again),
        ("cut off", found.running),
        ("retired", found.retired),
    ]
    return [f"  {name:<10} {names(nodes)}" for name, nodes in rows if nodes]
