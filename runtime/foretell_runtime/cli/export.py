"""`foretell export`: a workflow as a document of another system, or as the text of a diagram."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.carrying import FORMATS, strict_option, tell, write_text
from foretell_runtime.cli.foresight import before
from foretell_runtime.cli.options import static_option
from foretell_runtime.cli.targets import Target, load_only

DIAGRAMS = ("mermaid", "dot")


@click.command("export")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.option(
    "--to",
    "format_",
    required=True,
    type=click.Choice([*FORMATS, *DIAGRAMS]),
    help="The format, or the kind of diagram.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; otherwise it is printed.",
)
@static_option
@strict_option
def command(
    target: str,
    format_: str,
    output: Path | None,
    assignments: tuple[str, ...],
    strict: bool,
    report: Path | None,
) -> int:
    """Write a workflow for another system.

    What that system cannot say is told on stderr. Diagrams are those of 'foretell draw'.
    """
    found = load_only(target, assignments)
    if format_ in DIAGRAMS:
        write_text(_diagram(found, format_), output)
        return tell((), strict, report)
    from foretell_codegen.interchange import export_graph

    written = export_graph(found.graph, format_)
    write_text(written.text, output)
    return tell(written.notes, strict, report)


def _diagram(found: Target, format_: str) -> str:
    from foretell_runtime.drawing import dot, mermaid
    from foretell_runtime.drawing.folding import FOLD

    horizon = before(found.graph, found.base)
    text = mermaid(horizon, fold=FOLD) if format_ == "mermaid" else dot(horizon, fold=FOLD)
    return text if text.endswith("\n") else text + "\n"
