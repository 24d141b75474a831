"""`foretell update`: an edited graph put back into the source that it was read from."""

from __future__ import annotations

import io
import os
import tempfile
import tokenize
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.app import DONE, FAILED
from foretell_runtime.cli.options import static_option
from foretell_runtime.cli.targets import load_graph, rebased, refuse_left, split, static_of
from foretell_runtime.cli.trouble import CommandError

if TYPE_CHECKING:
    from foretell import Workflow
    from foretell.document.model import Graph
    from foretell_codegen.updating.update import Updated

DIFFERS = FAILED
"""What `--check` exits with where the source says another graph."""


@click.command("update")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.argument("graph", metavar="GRAPH", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--diff", "how", flag_value="diff", default="diff", help="Print a unified diff; the default."
)
@click.option(
    "--check", "how", flag_value="check", help="Only exit with 1 if there is something to change."
)
@click.option("--write", "how", flag_value="write", help="Change the file.")
@click.option(
    "--base",
    metavar="HASH",
    help="The version of the source from which the graph was made ('foretell read' notes it in the "
    "graph). Another version is refused.",
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
    graph: Path,
    how: str,
    base: str | None,
    manifests: tuple[Path, ...],
    assignments: tuple[str, ...],
) -> int:
    """Put an edited graph back into the Python file that it was read from, by the least edits.

    Nothing of the file is run. What the edits give is read again, and unless it is the edited graph,
    nothing comes of it.
    """
    path, name = split(target)
    if path.suffix != ".py":
        raise CommandError(f"{path} is no Python file; only sources are updated")
    wanted = load_graph(graph, name)
    found = _updated(path, wanted, graph.resolve().parent, base, manifests, assignments)
    if not found.edits:
        if how == "write":
            _write_positions(path, wanted, found)
        if how != "check":
            click.echo(f"{path} says this graph already", err=True)
        return DONE
    if how == "check":
        return DIFFERS
    if how == "diff":
        from foretell_codegen.updating.edits import difference

        click.echo(difference(found.before, found.edits, path.name), nl=False)
        return DONE
    _write(path, found.after)
    _write_positions(path, wanted, found)
    count = len(found.edits)
    click.echo(f"wrote {path}: {count} edit{'s' if count > 1 else ''}")
    return DONE


def _updated(
    path: Path,
    graph: Graph,
    folder: Path,
    base: str | None,
    manifests: tuple[Path, ...],
    assignments: tuple[str, ...],
) -> Updated:
    from foretell.author.loading import base_of_file
    from foretell_codegen.updating.update import updated

    try:
        source = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None

    def static(flow: Workflow[..., Any]) -> Mapping[str, Any]:
        values, left = static_of(flow, assignments)
        refuse_left(left)
        return values

    known = {spec.entry: spec for one in manifests for spec in load_graph(one).tasks.values()}
    home = Path(base_of_file(path.resolve())).resolve()
    wanted = rebased(graph, folder, home)
    return updated(source, wanted, base, path=path, manifest=known, static=static)


def _write(path: Path, text: bytes) -> None:
    """Writes a source as it was encoded, whole or not at all."""
    with path.open("rb") as file:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(file.read()).readline)
    if encoding not in ("utf-8", "utf-8-sig"):
        try:
            text = text.decode().encode(encoding)
        except UnicodeEncodeError as error:
            raise CommandError(
                f"{path} is encoded as {encoding}, which has no {text.decode()[error.start]!r}; save it as "
                f"UTF-8, and read it again"
            ) from None
    _replace(path.resolve(), text)


def _replace(path: Path, text: bytes) -> None:
    try:
        path.touch()
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(made).chmod(path.stat().st_mode)
        Path(made).replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def _write_positions(path: Path, graph: Graph, found: Updated) -> None:
    """Keeps where nodes are in a picture, if anybody has said so."""
    from foretell_codegen.updating.sidecar import dumps, loads, moved, sidecar_of

    place = sidecar_of(path)
    before = loads(place.read_bytes()) if place.is_file() else {}
    positions = moved(before, graph, found.renamed)
    if positions != before:
        _replace(place, dumps(positions).encode())
