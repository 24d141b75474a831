"""`foretell import`: a workflow of another system as a graph document that can be run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell.document.model import Graph
from foretell.errors import DocumentError
from foretell_runtime.cli.carrying import FORMATS, strict_option, tell, write_text
from foretell_runtime.cli.targets import rebased
from foretell_runtime.cli.trouble import CommandError

if TYPE_CHECKING:
    from foretell_codegen.interchange import Imported


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "format_",
    type=click.Choice(FORMATS),
    help="The format; otherwise it is seen from what is in FILE.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the graph; otherwise it is printed.",
)
@click.option(
    "--pace",
    type=click.FloatRange(min=0, max=1000),
    default=0.0,
    metavar="FACTOR",
    help="WfCommons: let each task take this part of the time that was measured (0.01: a hundredth).",
)
@strict_option
def command(
    file: Path,
    format_: str | None,
    output: Path | None,
    pace: float,
    strict: bool,
    report: Path | None,
) -> int:
    """Read a workflow of another system, as a graph that 'foretell run' takes.

    Nothing in FILE is run or imported. Tasks whose code it does not bring are stand-ins, which give what
    the real ones are said to give. What could not be taken over is told on stderr.
    """
    from foretell.document import jsonform
    from foretell_codegen import interchange

    data = _read(file)
    try:
        found = interchange.import_graph(data, format_, pace=pace)
    except DocumentError as error:
        raise CommandError(f"{file} cannot be imported: {error}") from None
    folder = output.resolve().parent if output else Path.cwd()
    text = jsonform.dumps(_seen_from(folder, file.resolve().parent, found))
    write_text(text, output)
    graph = found.graph
    click.echo(
        f"read {interchange.FORMATS[found.format].title}: {len(graph.nodes)} nodes, {len(graph.edges)} edges",
        err=True,
    )
    return tell(found.notes, strict, report)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None


def _seen_from(folder: Path, old: Path, found: Imported) -> Graph:
    """The graph, whose programs are to run where FILE lies: there are the modules that they import."""
    return rebased(found.graph, old, folder) if found.format == "pwd" else found.graph
