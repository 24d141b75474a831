"""`foretell resume`: goes on with a run that was interrupted."""

from __future__ import annotations

from pathlib import Path

import click

from foretell_runtime.cli.options import (
    json_option,
    reading,
    running_options,
    secrets_given,
    store_option,
)
from foretell_runtime.cli.running import Settings, carry_out
from foretell_runtime.eventlines import EventLines
from foretell_runtime.settings import How


@click.command("resume")
@click.argument("run")
@running_options
@json_option
@store_option
def command(
    run: str,
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
    """Take up RUN where its journal ends. No finished node runs again.

    RUN is an id, the beginning or the end of one, or 'last'. A run that is over is not run again;
    its result is told once more.
    """
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
    lines = None
    if events is not None:
        lines = EventLines(events, reading(store, lambda opened: opened.run(run)).id)
    return carry_out(settings, lambda with_: with_.resume(run), lines)
