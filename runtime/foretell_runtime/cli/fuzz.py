"""`foretell fuzz`: random futures of a workflow, each compared with every drawing before it."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.app import DONE, OUR_BUG
from foretell_runtime.cli.inputs import parse_inputs
from foretell_runtime.cli.options import inputs_option, json_option, print_json
from foretell_runtime.cli.targets import load_target
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import sentence
from foretell_runtime.settings import DEFAULT_STORE

if TYPE_CHECKING:
    from foretell_runtime.fuzzing.report import Report
    from foretell_runtime.fuzzing.watching import Finding


@click.command("fuzz")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.option(
    "--runs", type=click.IntRange(min=1), default=100, show_default=True, help="How many to play."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the first run; each run after it has the next one. The same seed plays the same run.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="After so many, a run grows no more than it must.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(DEFAULT_STORE).parent / "pictures",
    show_default=True,
    help="The folder for the pictures of a fault.",
)
@inputs_option
@json_option
def command(
    target: str,
    runs: int,
    seed: int,
    steps: int,
    output: Path,
    assignments: tuple[str, ...],
    as_json: bool,
) -> int:
    """Play random futures of a workflow without running its tasks, and check that each lies inside
    every drawing made on the way.

    All that shapes and promises allow is played: any order, any number at a time, growth, wires,
    failures, crashes. Inputs may be left out. A fault is a bug in foretell: its seed is printed, and
    what was drawn and what came of it are written as pictures.
    """
    from foretell_runtime.fuzzing.campaign import fuzz_graph

    found = load_target(target, assignments)
    graph = found.graph
    inputs = parse_inputs(found.words, graph.inputs, all_of_them=False)
    progress = _Progress(runs)
    report = fuzz_graph(
        graph, runs=runs, seed=seed, steps=steps, inputs=inputs, on_run=progress.show
    )
    progress.end()
    pictures = _pictures(report.finding, output) if report.finding else []
    if as_json:
        print_json({**report.as_json(), "pictures": [str(path) for path in pictures]})
    else:
        click.echo(str(report))
    if report.finding is None:
        return DONE
    click.echo(_fault(report.finding, target, steps, assignments, pictures), err=True)
    return OUR_BUG


def _pictures(finding: Finding, folder: Path) -> list[Path]:
    from foretell_runtime.fuzzing.report import draw_finding

    try:
        return draw_finding(finding, folder)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written to: {error.strerror or error}") from None


def _fault(
    finding: Finding, target: str, steps: int, assignments: tuple[str, ...], pictures: list[Path]
) -> str:
    """All that is needed to see the fault, and to see it again."""
    import shlex

    given = [word for assignment in assignments for word in ("-i", assignment)]
    again = ["foretell", "fuzz", target, "--seed", str(finding.seed), "--runs", "1"]
    rows = [
        ("because", finding.why),
        ("seed", str(finding.seed)),
        ("step", f"{finding.step}: {'; '.join(map(sentence, finding.facts)) or 'the end'}"),
        ("drawn", str(pictures[0])),
        ("came", str(pictures[1])),
        ("again", shlex.join([*again, "--steps", str(steps), *given])),
    ]
    lines = [f"  {name:<8} {text}" for name, text in rows]
    said = "This is a bug in foretell, not in your workflow. Please report it with these pictures."
    return "\n".join(["A future was played that is not as it was drawn.", *lines, said])


class _Progress:
    """A line that redraws itself on a terminal, else a line a second; on stderr."""

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._on_terminal = sys.stderr.isatty()
        self._begun = perf_counter()
        self._next = self._begun + 1.0

    def show(self, report: Report) -> None:
        now = perf_counter()
        if now < self._next:
            return
        self._next = now + (0.1 if self._on_terminal else 1.0)
        told = f"{report.runs} of {self._runs} runs, {report.coverage.graphs} different graphs"
        if self._on_terminal:
            click.echo(f"\r\x1b[K{told}", err=True, nl=False)
        else:
            click.echo(f"{now - self._begun:6.1f} s  {told}", err=True)

    def end(self) -> None:
        if self._on_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)
