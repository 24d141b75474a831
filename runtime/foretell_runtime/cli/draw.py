"""`foretell draw`: a picture of a workflow before it runs, or of a run at any moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
@click.option(
    "--follow", is_flag=True, help="Draw a run again whenever something happens, until it ends."
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
    follow: bool,
    no_fold: bool,
    as_json: bool,
    store: Path,
) -> None:
    """Draw what exists, what will come, and what may come.

    Of a FILE: before anything runs. Of a RUN (an id, its beginning or end, or 'last'): as it
    stands, or as it was after any event. Without -o, text formats are printed and pictures are
    written to a file named after the workflow. --json is --format json.

    With --follow a picture is written anew as the run goes on (a page that is open in a browser
    shows it), and JSON is printed as one line for each moment.
    """
    wanted = "json" if as_json else format_
    show = _Show(output, wanted, no_fold, follow)
    if not follow:
        show(_horizon(target, assignments, at, store))
    elif at is not None or names_a_file(target):
        raise CommandError("--follow is for a run, as it goes on from now")
    else:
        reading(store, lambda opened: _follow(opened, target, show))
    show.end()


@dataclass(slots=True)
class _Show:
    """Prints or writes horizons, one after the other; says where, once."""

    output: Path | None
    format: str | None
    no_fold: bool
    live: bool
    said: str = ""

    def __call__(self, horizon: Horizon) -> None:
        if self.output is None and self.format in TEXTS:
            click.echo(_text(horizon, self.format or "", self.no_fold, self.live), nl=False)
            return
        from foretell.horizon.foresee import GOING_ON

        name = f"{_file_name(horizon.name)}.{self.format or 'svg'}"
        live = self.live and horizon.status in GOING_ON
        note = _write(horizon, self.format, self.output or Path(name), self.no_fold, live)
        if live and not self.said:
            click.echo(f"{note}; it follows the run (Ctrl-C ends that)")
        self.said = note

    def end(self) -> None:
        if self.said:
            click.echo(self.said)


async def _follow(store: Store, name: str, show: Callable[[Horizon], None]) -> None:
    from foretell_runtime.following import horizons

    async for horizon in horizons(store, await store.run(name)):
        show(horizon)


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


def _text(horizon: Horizon, format_: str, no_fold: bool, line: bool) -> str:
    from foretell_runtime.drawing import as_json, dot, mermaid
    from foretell_runtime.drawing.folding import FOLD

    fold = None if no_fold else FOLD
    match format_:
        case "dot":
            text = dot(horizon, fold=fold)
        case "mermaid":
            text = mermaid(horizon, fold=fold)
        case _:
            text = as_json(horizon, indent=None if line else 1)
    return text if text.endswith("\n") else text + "\n"


def _write(horizon: Horizon, format_: str | None, path: Path, no_fold: bool, live: bool) -> str:
    from foretell_runtime.drawing import FORMATS, format_of, render
    from foretell_runtime.drawing.folding import FOLD

    wanted = format_of(path) if format_ is None else FORMATS[FORMATS.index(format_)]
    try:
        drawing = render(horizon, wanted, path, fold=None if no_fold else FOLD, live=live)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from None
    return drawing.note or f"wrote {drawing.path}"


def _file_name(name: str) -> str:
    """`name` as a file name that stays in the folder."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:100] or "workflow"
