"""`foretell can`: whether nodes of a task must, may or can never come, and why."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.options import (
    json_option,
    print_json,
    static_option,
    store_option,
)
from foretell_runtime.cli.targets import foresight_of


@click.command("can")
@click.argument("target", metavar="FILE[:WORKFLOW]|RUN")
@click.argument("task")
@static_option
@json_option
@store_option
def command(
    target: str, task: str, assignments: tuple[str, ...], as_json: bool, store: Path
) -> None:
    """Tell whether nodes of TASK must, may or can never come.

    Of a FILE: when it is run. Of a RUN (an id, its beginning or end, or 'last'): from now on. The
    reasons name the growth that brings them and the promises that bound or forbid them.
    """
    from foretell.graph.plain import encode

    answer = foresight_of(target, store, assignments).can(task)
    if as_json:
        print_json(encode(answer))
    else:
        click.echo(str(answer))
