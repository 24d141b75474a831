"""`foretell retry`: has done again what failed in a run, or was stopped."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.options import json_option, reading, store_option
from foretell_runtime.cli.restart import by_option, carry_out
from foretell_runtime.cli.submit import put_back


@click.command("retry")
@click.argument("run")
@by_option
@json_option
@store_option
def command(run: str, by: str | None, as_json: bool, store: Path) -> None:
    """Do again what failed in RUN, or was stopped, and what waited for it. What has ended well is not
    run again.

    If somebody runs the run that happens at once; otherwise 'foretell resume' goes on with it, or a
    worker if it was submitted. One that is dead is given to the workers again.
    """
    if reading(store, lambda opened: opened.run(run)).status == "dead":
        put_back(store, run, as_json=as_json)
        return
    carry_out(store, run, (), by, as_json=as_json, ask=False)
