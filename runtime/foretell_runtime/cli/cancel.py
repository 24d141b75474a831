"""`foretell cancel`: ends a run before its end, or single nodes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell.errors import CannotCancel, InputError
from foretell_runtime.cli.answer import who
from foretell_runtime.cli.inputs import value_of
from foretell_runtime.cli.options import json_option, print_line, reading, store_option
from foretell_runtime.cli.restart import by_option
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import goes_on, names, visible
from foretell_runtime.store.protocol import OPEN

if TYPE_CHECKING:
    from foretell.graph.model import Json
    from foretell_runtime.cancelling import Loss
    from foretell_runtime.machine.events import Fact


@click.command("cancel")
@click.argument("run")
@click.argument("nodes", nargs=-1)
@click.option("--skip", is_flag=True, help="End the node well, with --value as its output.")
@click.option(
    "--value",
    metavar="JSON",
    help="The output of a node that is skipped (null unless said): JSON, or plain text where a string is "
    "expected; @FILE reads it from a file.",
)
@click.option("--force", is_flag=True, help="Also if a promise can not be kept without the node.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask whether to go on.")
@click.option("--why", default="", metavar="TEXT", help="Why, for the journal.")
@by_option
@json_option
@store_option
def command(
    run: str,
    nodes: tuple[str, ...],
    skip: bool,
    value: str | None,
    force: bool,
    yes: bool,
    why: str,
    by: str | None,
    as_json: bool,
    store: Path,
) -> None:
    """End RUN before its end: what runs is stopped, and nothing is started any more. Or end only these
    NODES of it, once you have seen what that takes along.

    RUN is an id, the beginning or the end of one, or 'last'. What was done stays in its journal. A run
    that is cancelled cannot be taken up again; a node that is cancelled can be restarted.
    """
    if value is not None and not skip:
        raise CommandError("--value is the output of a node that is skipped; say --skip too")
    if skip and len(nodes) != 1:
        raise CommandError("--skip takes one NODE, since its output is its own")
    if force and not nodes:
        raise CommandError("--force is for NODES; a run may be cancelled whatever it promised")
    name = who() if by is None else by
    if nodes:
        _cancel_nodes(
            store,
            run,
            nodes,
            value,
            name,
            why,
            skip=skip,
            force=force,
            ask=not yes,
            as_json=as_json,
        )
        return
    from foretell_runtime import Runtime

    told = asyncio.run(Runtime(store).cancel(run, name, why))
    if as_json:
        print_line({"run": run, "running": told})
    else:
        click.echo("who runs it was told to stop" if told else "cancelled", err=True)


def _cancel_nodes(
    store: Path, run: str, nodes: Sequence[str], text: str | None, by: str, why: str, *,
    skip: bool, force: bool, ask: bool, as_json: bool,
) -> None:  # fmt: skip
    from foretell_runtime import Runtime
    from foretell_runtime.cancelling import loss, read
    from foretell_runtime.machine.events import CancelNode

    record, facts = reading(store, lambda opened: read(opened, run))
    value = _value(facts, nodes[0], text) if text is not None else None
    orders = [CancelNode(node, by, why, force, skip, value) for node in dict.fromkeys(nodes)]
    found = loss(facts, orders)
    for line in _told(found, skip=skip):
        click.echo(visible(line), err=True)
    if ask and not (found.promises and not force):  # else it is refused below
        if not sys.stdin.isatty():
            raise CommandError("there is no terminal to ask in; say --yes to go on")
        click.confirm("Go on?", abort=True, err=True)
    at_once = asyncio.run(Runtime(store).order_nodes(record.id, orders))
    if as_json:
        print_line(
            {
                "run": record.id, "ended": list(found.ended), "ruled_out": list(found.ruled_out),
                "retired": list(found.retired), "promises": list(found.promises),
                "running": at_once,
            }
        )  # fmt: skip
    else:
        now = reading(store, lambda opened: opened.run(record.id))
        over = f"{now.id} is over by that: {now.status}"
        click.echo(goes_on(record, at_once=at_once) if now.status in OPEN else over, err=True)


def _value(facts: Sequence[Fact], node: str, text: str) -> Json:
    """What is given as the output of `node`."""
    from foretell_runtime.machine import replay

    state = replay(facts)
    live = state.judge.graph.nodes.get(node)
    schema = state.tasks[live.node.task].output if live else {}
    try:
        return value_of(node, text, schema, "--value ")
    except InputError as fault:
        raise CannotCancel(
            f"the output of {fault.name!r}: expected {fault.expected}, got {fault.got}"
        ) from None


def _told(found: Loss, *, skip: bool) -> list[str]:
    """What it takes along, in words."""
    rows = [
        ("skipped" if skip else "cancelled", names(found.ended)),
        ("stopped", names(found.running)),
        ("retired", names(found.retired)),
        ("ruled out", names(found.ruled_out)),
        *(("promise", text) for text in found.promises),
        ("no result", found.result),
    ]
    return [f"  {name:<10} {text}" for name, text in rows if text]
