"""`foretell can`: whether nodes of a task must, may or can never come, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell_runtime.cli.draw import names_a_file
from foretell_runtime.cli.options import json_option, print_json, reading, store_option

if TYPE_CHECKING:
    from foretell_runtime.foresight import Foresight
    from foretell_runtime.store.protocol import Store


@click.command("can")
@click.argument("target", metavar="FILE[:WORKFLOW]|RUN")
@click.argument("task")
@json_option
@store_option
def command(target: str, task: str, as_json: bool, store: Path) -> None:
    """Tell whether nodes of TASK must, may or can never come.

    Of a FILE: when it is run. Of a RUN (an id, its beginning or end, or 'last'): from now on. The
    reasons name the growth that brings them and the promises that bound or forbid them.
    """
    from foretell.graph.plain import encode

    answer = _foresight(target, store).can(task)
    if as_json:
        print_json(encode(answer))
    else:
        click.echo(str(answer))


def _foresight(target: str, store: Path) -> Foresight:
    if not names_a_file(target):
        return reading(store, lambda opened: _of_run(opened, target))
    from foretell_runtime.cli.targets import load_target
    from foretell_runtime.foresight import foresee_graph

    found = load_target(target)
    return foresee_graph(found.graph, found.base)


async def _of_run(store: Store, name: str) -> Foresight:
    from foretell_runtime.foresight import Foresight
    from foretell_runtime.machine import replay

    record = await store.run(name)
    return Foresight(replay(event.fact for event in await store.events(record)))
