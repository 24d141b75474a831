"""`foretell run`: a workflow of a Python file, or a compiled graph, to its end."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.inputs import parse_inputs
from foretell_runtime.cli.options import (
    inputs_option,
    json_option,
    running_options,
    secrets_given,
    store_option,
)
from foretell_runtime.cli.running import Settings, carry_out
from foretell_runtime.cli.targets import load_target
from foretell_runtime.eventlines import EventLines
from foretell_runtime.settings import How


@click.command("run")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@inputs_option
@running_options
@json_option
@store_option
def command(
    target: str,
    assignments: tuple[str, ...],
    jobs: int | None,
    start: How | None,
    wait: bool,
    no_cache: bool,
    leave: bool,
    secrets: tuple[str, ...],
    engine: str | None,
    engine_flags: str | None,
    events: str | None,
    otel: bool,
    as_json: bool,
    store: Path,
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
    settings = Settings(
        store,
        jobs,
        start,
        secrets_given(secrets),
        as_json,
        wait,
        leave,
        engine,
        engine_flags,
        otel,
        not no_cache,
    )
    lines = EventLines(events) if events is not None else None
    return carry_out(
        settings, lambda with_: with_.run_graph(found.graph, inputs, found.base), lines
    )
