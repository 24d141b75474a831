"""`foretell code`: a graph document as Python."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.targets import load_graph, rebased, split
from foretell_runtime.cli.trouble import CommandError


@click.command("code")
@click.argument("target", metavar="GRAPH.json")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; otherwise it is printed.",
)
def command(target: str, output: Path | None) -> None:
    """Write a graph document as the Python file of a workflow.

    Registered, the file is the same graph, which is checked before it is written. What its tasks do is
    not in the document, so they are declared: where they are, what they take, and what they give.
    """
    from foretell_codegen.writing import write

    path, name = split(target)
    if path.suffix != ".json":
        raise CommandError(f"{path} is no graph document (.json); 'foretell compile' makes one")
    folder = output.resolve().parent if output else Path.cwd()
    graph = rebased(load_graph(path, name), path.resolve().parent, folder)
    source = write(graph, path=folder / (output.name if output else "flow.py"))
    if output is None:
        click.echo(source, nl=False)
        return
    try:
        output.write_text(source, "utf-8", newline="\n")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {output}")
