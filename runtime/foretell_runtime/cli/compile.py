"""`foretell compile`: a workflow as a graph document."""

from __future__ import annotations

from pathlib import Path

import click

from foretell.errors import PromiseBroken, UserError
from foretell_runtime.cli.foresight import warn
from foretell_runtime.cli.options import static_option
from foretell_runtime.cli.targets import Target, load_only, rebased
from foretell_runtime.cli.trouble import CommandError


@click.command("compile")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; otherwise it is printed.",
)
@static_option
def command(target: str, output: Path | None, assignments: tuple[str, ...]) -> None:
    """Write a workflow as a graph document, which 'foretell run' takes like the file itself.

    Places of task files in it are relative to the folder it is written to (printed: the current
    one), so the two can be moved together.
    """
    from foretell.document import jsonform

    found = load_only(target, assignments)
    warn(_doubts(found))
    folder = output.resolve().parent if output else Path.cwd()
    text = jsonform.dumps(rebased(found.graph, found.base, folder))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {output}")


def _doubts(found: Target) -> list[str]:
    """What would be said of it when it is run. It may be for another time, so nothing is refused."""
    from foretell_runtime.foresight import foresee_graph

    try:
        return foresee_graph(found.graph, found.base).warnings
    except (UserError, PromiseBroken) as error:
        return [f"as it is, it cannot be run: {error}"]
