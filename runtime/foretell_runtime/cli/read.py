"""`foretell read`: a workflow as a graph document, from its source alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.foresight import warn
from foretell_runtime.cli.options import static_option
from foretell_runtime.cli.targets import load_graph, rebased, refuse_left, split, static_of
from foretell_runtime.cli.trouble import CommandError

if TYPE_CHECKING:
    from foretell import Workflow
    from foretell.document.model import Graph
    from foretell_codegen.reading import Reading


@click.command("read")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; otherwise it is printed.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse a source of which a part cannot be read; otherwise that part becomes one node "
    "that may grow whatever the promises of others allow.",
)
@click.option(
    "--manifest",
    "manifests",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A graph document that knows tasks whose source is not beside the file. Repeat for more.",
)
@static_option
def command(
    target: str,
    output: Path | None,
    strict: bool,
    manifests: tuple[Path, ...],
    assignments: tuple[str, ...],
) -> None:
    """Write a workflow as a graph document without importing or running its file.

    It is the graph that 'foretell compile' writes, got from the source alone: nothing of the file,
    and of what it imports, is executed.
    """
    from foretell.document import jsonform

    found = _read(target, strict, manifests, assignments)
    warn(f"line {one.line}: {one.why}; it is left open" for one in found.notes)
    warn(
        f"line {one.line} is frozen as the node {one.node!r}: {one.why}; {one.hint}"
        for one in found.provenance.frozen
    )
    folder = output.resolve().parent if output else Path.cwd()
    text = jsonform.dumps(_with_base(rebased(found.graph, found.base, folder), found, target))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {output}")


def _with_base(graph: Graph, found: Reading, target: str) -> Graph:
    """The graph with the version of its source, which `foretell update` asks for, and where its nodes
    are in a picture."""
    from foretell_codegen.updating.sidecar import loads, placed, sidecar_of

    based = replace(graph, layout={**graph.layout, "base": found.provenance.base_hash})
    beside = sidecar_of(split(target)[0])
    return placed(based, loads(beside.read_bytes())) if beside.is_file() else based


def _read(
    target: str, strict: bool, manifests: tuple[Path, ...], assignments: tuple[str, ...]
) -> Reading:
    from foretell_codegen.reading import read_file

    path, name = split(target)
    if path.suffix != ".py":
        raise CommandError(f"{path} is no Python file; only sources are read")
    known = {spec.entry: spec for one in manifests for spec in load_graph(one).tasks.values()}

    def static(flow: Workflow[..., Any]) -> Mapping[str, Any]:
        values, left = static_of(flow, assignments)
        refuse_left(left)
        return values

    return read_file(path, workflow=name, manifest=known, strict=strict, static=static)
