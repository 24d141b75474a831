"""`foretell gc`: frees the disk of large values that no run mentions any more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from foretell_runtime.cli.options import json_option, print_json, store_option


@click.command("gc")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
@store_option
def command(store: Path, dry_run: bool, as_json: bool) -> None:
    """Remove the files of large values that no run in the store mentions.

    Safe while runs go on. Runs themselves go with 'foretell prune'.
    """
    from foretell.graph.references import say_size
    from foretell_runtime.clearing import clear_away

    found = asyncio.run(clear_away(store, dry=dry_run))
    if as_json:
        print_json(
            {"files": found.files, "size": found.size, "kept": found.kept, "removed": not dry_run}
        )
        return
    done = "would go" if dry_run else "are gone"
    click.echo(f"{found.files} files {done}, {say_size(found.size)}; {found.kept} are in use")
