"""`foretell output`: what a run, or one of its nodes, has come to, in full."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foretell_runtime.cli.options import reading, store_option
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import whole

if TYPE_CHECKING:
    from foretell.values.ground import Ground
    from foretell_runtime.store.protocol import RunRecord, Store


@click.command("output")
@click.argument("run")
@click.argument("node", required=False)
@click.option(
    "--at", default="", metavar="POINTER", help="A place in it, as a JSON Pointer: /rows/0."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write to, instead of stdout.",
)
@store_option
def command(run: str, node: str | None, at: str, out: Path | None, store: Path) -> None:
    """Print what RUN has come to, or one NODE of it, however large that is.

    RUN is an id, the beginning or the end of one, or 'last'. What is bytes, or was written by a codec,
    is printed as these bytes; everything else as JSON, in which such values stand as references.
    """
    from foretell.graph.pointers import NoSuchPlace, get
    from foretell.graph.references import JSON, KEY, is_reference
    from foretell_runtime.values import shown

    value, ground = _value(run, node, store)
    try:
        value = shown(ground, get(value, at))
    except NoSuchPlace as fault:
        raise CommandError(f"--at {at}: {fault}") from None
    if is_reference(value) and value[KEY]["codec"] != JSON:
        _write_bytes(ground, value, out)
    elif out is None:
        click.echo(whole(value))
    else:
        out.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _value(run: str, node: str | None, store: Path) -> tuple[Any, Ground]:
    from foretell.graph.pointers import CannotPutTogether
    from foretell_runtime.cli.log import require_node
    from foretell_runtime.machine import replay
    from foretell_runtime.machine.values import complete
    from foretell_runtime.values import ground_at

    record, events = reading(store, lambda opened: _read(opened, run))
    state = replay(event.fact for event in events)
    ground = ground_at(store, state.values, record.id)
    if node is None:
        if record.status != "done":
            raise CommandError(f"{record.id} has no output: it is {record.status}")
        return state.output, ground
    require_node(node, events, record.id)
    if node not in state.outputs:
        raise CommandError(f"{node!r} of {record.id} has no output: it has not ended well")
    try:
        return complete(state.outputs, node), ground
    except CannotPutTogether as fault:
        raise CommandError(f"the output of {node!r} is not complete: {fault}") from None


async def _read(store: Store, run: str) -> tuple[RunRecord, Any]:
    record = await store.run(run)
    return record, await store.events(record)


def _write_bytes(ground: Ground, value: Any, out: Path | None) -> None:
    from foretell.values.loading import Loader

    with Loader(ground).opened(value) as file:
        if out is not None:
            with out.open("wb") as target:
                shutil.copyfileobj(file, target)
        elif sys.stdout.isatty():
            raise CommandError("this is no text; write it to a file with -o FILE")
        else:
            shutil.copyfileobj(file, sys.stdout.buffer)
