"""`foretell cache`: what is in the cache, and clearing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from foretell_runtime.cli.options import json_option, print_json, store_option
from foretell_runtime.cli.times import Duration
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.settings import CACHE_VARIABLE

if TYPE_CHECKING:
    from foretell_runtime.cache.protocol import Cache, Entry

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("cache")
def command() -> None:
    """Look at what tasks came to that is kept for later runs, and clear it."""


def _at_option(command: Command) -> Command:
    return click.option(
        "--cache",
        "where",
        metavar="PLACE",
        envvar=CACHE_VARIABLE,
        help="A cache elsewhere: a folder, or an address that fsspec reaches.",
    )(command)


@command.command("ls")
@_at_option
@json_option
@store_option
def ls(where: str | None, store: Path, as_json: bool) -> None:
    """List what is there, oldest first."""
    found = _cache(store, where).entries()
    if as_json:
        print_json([_as_json(entry) for entry in found])
    else:
        _table(found)


@command.command("prune")
@click.option(
    "--older-than", type=Duration(), metavar="DURATION", help="What is older goes: 30d, 12h."
)
@click.option(
    "--larger-than",
    type=click.IntRange(min=0),
    metavar="BYTES",
    help="The oldest go until no more than so many bytes are left.",
)
@click.option(
    "--task", "tasks", multiple=True, help="What this task came to goes; repeat for more."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@_at_option
@json_option
@store_option
def prune(
    older_than: timedelta | None,
    larger_than: int | None,
    tasks: tuple[str, ...],
    dry_run: bool,
    where: str | None,
    store: Path,
    as_json: bool,
) -> None:
    """Remove part of it. What only it mentioned goes with the next 'foretell gc'."""
    from foretell_runtime import caching

    if older_than is None and larger_than is None and not tasks:
        raise CommandError("say what goes: --older-than, --larger-than or --task; all: cache clear")
    gone = caching.prune(
        _cache(store, where),
        older_than=older_than,
        larger_than=larger_than,
        goes=lambda entry: entry.task in tasks,
        dry=dry_run,
    )
    _tell_gone(gone, as_json=as_json, dry=dry_run)


@command.command("clear")
@_at_option
@json_option
@store_option
def clear(where: str | None, store: Path, as_json: bool) -> None:
    """Remove all of it."""
    from foretell_runtime import caching

    gone = caching.prune(_cache(store, where), goes=lambda entry: True)
    _tell_gone(gone, as_json=as_json, dry=False)


def _cache(store: Path, where: str | None) -> Cache:
    from foretell_runtime.caching import OFF, cache_of

    found = cache_of(store, True if where == OFF else where)
    assert found is not None
    return found


def _tell_gone(gone: list[Entry], *, as_json: bool, dry: bool) -> None:
    if as_json:
        print_json([_as_json(entry) for entry in gone])
        return
    if gone and dry:
        _table(gone)
    noun = "entry" if len(gone) == 1 else "entries"
    click.echo(f"{len(gone)} {noun} {'would go' if dry else 'gone'}", err=True)


def _as_json(entry: Entry) -> dict[str, Any]:
    from foretell_runtime.caching import size_of

    said = {"key": entry.key, "task": entry.task, "run": entry.run, "created": entry.created}
    return {**said, "size": size_of(entry), "output": entry.output}


def _table(found: list[Entry]) -> None:
    from foretell.graph.references import say_size
    from foretell_runtime.caching import size_of
    from foretell_runtime.cli.words import brief, clock, visible

    for entry in found:
        cells = (entry.key[:8], clock(entry.created), say_size(size_of(entry)).rjust(8))
        click.echo(
            visible(f"{'  '.join(cells)}  {entry.task} -> {brief(entry.output, 60)} ({entry.run})")
        )
    if not found:
        click.echo("nothing is there", err=True)
