"""`foretell run`: a workflow of a Python file, or a compiled graph, to its end."""

from __future__ import annotations

import click

from foretell_runtime.cli.inputs import parse_inputs
from foretell_runtime.cli.options import (
    Settings,
    inputs_option,
    running_options,
)
from foretell_runtime.cli.running import carry_out
from foretell_runtime.cli.targets import load_target
from foretell_runtime.eventlines import EventLines


@click.command("run")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@inputs_option
@running_options
def command(
    target: str,
    assignments: tuple[str, ...],
    events: str | None,
    settings: Settings,
) -> int:
    """Run a workflow to its end.

    FILE is a Python file, whose only workflow is meant unless one is named, or a compiled graph
    (.json). The result goes to stdout, all else to stderr; with --json the last line of stdout is
    {"run": ..., "status": ..., "output": ...}. Ctrl-C lets running tasks end and starts no more;
    pressed twice it stops them too; either way 'foretell resume' goes on later. A run that goes on
    only once somebody has answered is left with exit code 4, unless it is told to --wait.
    """
    found = load_target(target, assignments)
    inputs = parse_inputs(found.words, found.graph.inputs)
    lines = EventLines(events) if events is not None else None
    return carry_out(
        settings, lambda with_: with_.run_graph(found.graph, inputs, found.base), lines
    )
