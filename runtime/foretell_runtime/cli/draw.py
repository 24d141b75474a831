"""`foretell draw`: a picture of a workflow before it runs, or of a run at any moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.foresight import before
from foretell_runtime.cli.options import json_option, reading, static_option, store_option
from foretell_runtime.cli.targets import load_only, names_a_file
from foretell_runtime.cli.trouble import CommandError

if TYPE_CHECKING:
    from foretell.horizon.model import Horizon
    from foretell_runtime.machine.events import Fact
    from foretell_runtime.store.protocol import Store

TEXTS = ("dot", "mermaid", "json")


@click.command("draw")
@click.argument("target", metavar="FILE[:WORKFLOW]|RUN")
@click.option(
    "--at",
    type=click.IntRange(min=0),
    metavar="EVENT",
    help="As the run was after this event of its journal; 0 is before it began.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["svg", "png", "dot", "mermaid", "html", "json"]),
    help="Otherwise what the ending of -o says, or svg.",
)
@click.option("--no-fold", is_flag=True, help="Draw every node, also of hundreds that are alike.")
@static_option
@json_option
@store_option
def command(
    target: str,
    assignments: tuple[str, ...],
    at: int | None,
    output: Path | None,
    format_: str | None,
    no_fold: bool,
    as_json: bool,
    store: Path,
) -> None:
    """Draw what exists, what will come, and what may come.

    Of a FILE: before anything runs. Of a RUN (an id, its beginning or end, or 'last'): as it
    stands, or as it was after any event. Without -o, text formats are printed and pictures are
    written to a file named after the workflow. --json is --format json.
    """
    horizon = _horizon(target, assignments, at, store)
    wanted = "json" if as_json else format_
    if output is None and wanted in TEXTS:
        click.echo(_text(horizon, wanted or "", no_fold), nl=False)
        return
    _write(
        horizon, wanted, output or Path(f"{_file_name(horizon.name)}.{wanted or 'svg'}"), no_fold
    )


def _horizon(target: str, words: tuple[str, ...], at: int | None, store: Path) -> Horizon:
    if not names_a_file(target):
        return reading(store, lambda opened: _run_at(opened, target, at))
    if at is not None:
        raise CommandError(f"--at is for runs; {target} has not run")
    found = load_only(target, words)
    return before(found.graph, found.base)


async def _run_at(store: Store, name: str, at: int | None) -> Horizon:
    record = await store.run(name)
    if at is not None and at > record.events:
        raise CommandError(
            f"run {record.id} has {record.events} events so far; --at {at} is not one"
        )
    events = await store.events(record, None if at is None else max(at, 1))
    return _of_facts([event.fact for event in events], at)


def _of_facts(facts: list[Fact], at: int | None) -> Horizon:
    from foretell_runtime.machine import horizon_of, replay

    horizon = horizon_of(replay(facts))
    return replace(horizon, event=0) if at == 0 else horizon


def _text(horizon: Horizon, format_: str, no_fold: bool) -> str:
    from foretell_runtime.drawing import as_json, dot, mermaid
    from foretell_runtime.drawing.folding import FOLD

    fold = None if no_fold else FOLD
    match format_:
        case "dot":
            text = dot(horizon, fold=fold)
        case "mermaid":
            text = mermaid(horizon, fold=fold)
        case _:
            text = as_json(horizon)
    return text if text.endswith("\n") else text + "\n"


def _write(horizon: Horizon, format_: str | None, path: Path, no_fold: bool) -> None:
    from foretell_runtime.drawing import FORMATS, format_of, render
    from foretell_runtime.drawing.folding import FOLD

    wanted = format_of(path) if format_ is None else FORMATS[FORMATS.index(format_)]
    try:
        drawing = render(horizon, wanted, path, fold=None if no_fold else FOLD)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
    click.echo(drawing.note or f"wrote {drawing.path}")


def _file_name(name: str) -> str:
    """`name` as a file name that stays in the folder."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:100] or "workflow"
