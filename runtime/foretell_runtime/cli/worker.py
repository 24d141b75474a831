"""`foretell worker`: runs what is in the queue of a store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.options import (
    engine_options,
    otel_option,
    secrets_given,
    secrets_option,
    store_option,
    tracing,
)
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import clock, cut, visible

if TYPE_CHECKING:
    from foretell_runtime.outcome import Outcome
    from foretell_runtime.store.protocol import RunRecord


@click.command("worker")
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How many runs at the same time.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="How many tasks of each run at the same time; unless said, what the run was submitted with.",
)
@click.option("--once", is_flag=True, help="Take one run, if there is one, and stop after it.")
@click.option("--drain", is_flag=True, help="Stop when nothing in the queue can be run now.")
@secrets_option
@engine_options
@otel_option
@store_option
def command(
    runs: int,
    jobs: int | None,
    once: bool,
    drain: bool,
    secrets: tuple[str, ...],
    engine: str | None,
    engine_flags: str | None,
    otel: bool,
    store: Path,
) -> None:
    """Run what was submitted to the store, and go on with what waits there, until you are stopped.

    Any number of workers may share a store: no two run the same run, and if one dies another goes on.
    A run that only waits, for an answer or a moment, is left; it is gone on with when that comes.
    Ctrl-C or SIGTERM takes nothing more and lets running tasks end; a second one stops them too. Either
    way other workers, or the next one, go on.
    """
    from foretell_runtime import Runtime
    from foretell_runtime.worker import Worker

    if once and drain:
        raise CommandError("--once and --drain contradict each other")
    runtime = Runtime(
        store,
        jobs,
        secrets=secrets_given(secrets),
        engine=engine,
        engine_flags=engine_flags,
        leave=True,
        on_begin=tracing() if otel else None,
    )
    worker = Worker(store, runtime, Teller(), runs)
    if not (once or drain):
        click.echo(f"working on {store}; Ctrl-C stops", err=True)
    asyncio.run(worker.work("once" if once else "drained" if drain else "stopped"))


class Teller:
    """Says on stderr what a worker does, a line for each thing."""

    def taken(self, run: RunRecord) -> None:
        again = f", attempt {run.attempts}" if run.attempts > 1 else ""
        _say(run, f"taken{again}")

    def over(self, run: RunRecord, outcome: Outcome) -> None:
        if outcome.status == "waiting":
            _say(run, waits(outcome.asks, outcome.until))
        elif outcome.status == "interrupted":
            _say(run, "given up, for another worker to go on")
        else:
            _say(run, f"{outcome.status}{f': {outcome.error}' if outcome.error else ''}")

    def failed(self, run: RunRecord, error: Exception) -> None:
        _say(run, f"could not be run: {type(error).__name__}: {error}")

    def dead(self, run: RunRecord) -> None:
        _say(run, f"dead: {run.error}. Once it is mended: foretell submit --again {run.id}")

    def draining(self, runs: int) -> None:
        running = f"{runs} running; their tasks may end" if runs else "none is running"
        click.echo(f"no more runs are taken, {running}. Once more stops them too.", err=True)


def waits(asks: object, until: float | None) -> str:
    """For what a run was left."""
    what = ["for an answer"] if asks else []
    return f"waits {', or '.join([*what, *([f'until {clock(until)}'] if until else [])])}"


def _say(run: RunRecord, what: str) -> None:
    click.echo(visible(f"{run.id}  {cut(' '.join(what.split()), 400)}"), err=True)
