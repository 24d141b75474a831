"""`foretell resume`: goes on with a run that was interrupted."""

from __future__ import annotations

import click

from foretell_runtime.cli.options import (
    Settings,
    reading,
    running_options,
)
from foretell_runtime.cli.running import carry_out
from foretell_runtime.eventlines import EventLines


@click.command("resume")
@click.argument("run")
@running_options
def command(
    run: str,
    events: str | None,
    settings: Settings,
) -> int:
    """Take up RUN where its journal ends. No finished node runs again.

    RUN is an id, the beginning or the end of one, or 'last'. A run that is over is not run again;
    its result is told once more.
    """
    lines = None
    if events is not None:
        lines = EventLines(events, reading(settings.store, lambda opened: opened.run(run)).id)
    return carry_out(settings, lambda with_: with_.resume(run), lines)
