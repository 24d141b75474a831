"""`foretell submit`: leaves a run to the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.inputs import parse_inputs
from foretell_runtime.cli.options import (
    engine_options,
    inputs_option,
    json_option,
    print_line,
    store_option,
)
from foretell_runtime.cli.targets import load_target
from foretell_runtime.cli.times import Moment
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import clock
from foretell_runtime.settings import WAYS, How

if TYPE_CHECKING:
    from foretell_runtime import Runtime
    from foretell_runtime.queueing import Submission
    from foretell_runtime.store.protocol import Store, Submitted


@click.command("submit")
@click.argument("target", metavar="FILE[:WORKFLOW]|RUN")
@inputs_option
@click.option(
    "--after",
    type=Moment(),
    metavar="WHEN",
    help="Not to be begun before: a moment, or how long from now (2h30m).",
)
@click.option(
    "--deadline",
    type=Moment(),
    metavar="WHEN",
    help="If no worker has begun it by then, it fails.",
)
@click.option("--priority", type=int, default=0, help="Higher ones are begun first; 0 unless said.")
@click.option(
    "--dedup",
    is_flag=True,
    help="If the same was submitted with the same inputs, and has not ended badly: that run, and no "
    "new one.",
)
@click.option("--key", metavar="KEY", help="The same, of what was submitted under this key.")
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="When N workers in a row have died of it, no other takes it.",
)
@click.option(
    "--again", is_flag=True, help="RUN is in the store already: workers may go on with it."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="How many of its tasks may run at the same time."
)
@click.option("--start", type=click.Choice(WAYS), help="How its tasks are started, as for 'run'.")
@engine_options
@json_option
@store_option
def command(
    target: str,
    assignments: tuple[str, ...],
    after: datetime | timedelta | None,
    deadline: datetime | timedelta | None,
    priority: int,
    dedup: bool,
    key: str | None,
    patience: int,
    again: bool,
    jobs: int | None,
    start: How | None,
    engine: str | None,
    engine_flags: str | None,
    as_json: bool,
    store: Path,
) -> None:
    """Leave a run of FILE[:WORKFLOW] to the workers, and print its id.

    It is registered now, with everything that may be wrong with it; a 'foretell worker' on the same store
    runs it. With --again, RUN is one that is in the store: workers died of it, or somebody
    began it by hand.
    """
    from foretell_runtime import Runtime
    from foretell_runtime.queueing import Submission

    how = Submission(after, deadline, priority, dedup, key, patience)
    if again:
        if assignments or jobs or start:
            raise CommandError(
                f"--again goes on with {target} as it is: it takes no -i, --jobs, --start"
            )
        put_back(store, target, how, as_json=as_json)
    else:
        runtime = Runtime(store, jobs, start, engine=engine, engine_flags=engine_flags)
        done = _submit(runtime, target, assignments, how)
        _tell(done, again=False, as_json=as_json)


def put_back(store: Path, run: str, how: Submission | None = None, *, as_json: bool) -> None:
    """Lets workers go on with a run that is in the store."""
    from foretell_runtime.queueing import Submission, submit_again

    how = how or Submission()
    done = _in_store(store, lambda opened: submit_again(opened, run, how))
    _tell(done, again=True, as_json=as_json)


def _submit(
    runtime: Runtime, target: str, assignments: tuple[str, ...], how: Submission
) -> Submitted:
    found = load_target(target, assignments)
    inputs = parse_inputs(found.words, found.graph.inputs)
    return asyncio.run(runtime.submit_graph(found.graph, inputs, found.base, how))


def _in_store(store: Path, work: Callable[[Store], Awaitable[Submitted]]) -> Submitted:
    from foretell_runtime.store.sqlite import SqliteStore

    async def opened() -> Submitted:
        async with SqliteStore(store) as found:
            return await work(found)

    return asyncio.run(opened())


def _tell(done: Submitted, *, again: bool, as_json: bool) -> None:
    if as_json:
        status = done.run.status
        found = {"run": done.run.id, "status": status, "new": done.new, "same": done.same}
        print_line({**found, "heard": done.heard})
        return
    click.echo(done.run.id)
    click.echo(_told(done, again=again), err=True)


def _told(done: Submitted, *, again: bool) -> str:
    run, ticket = done.run, done.run.ticket
    if not done.new and not again:
        what = "" if done.same else ", of another graph or with other inputs"
        return f"it was submitted before{what}: {run.status}"
    when = f", not before {clock(ticket.after)}" if ticket is not None and ticket.after else ""
    if run.status == "done":
        return "there was nothing to do: done"
    nobody = "" if done.heard else ". No worker is there; start one with: foretell worker"
    return f"{run.status}{when}{nobody}"
