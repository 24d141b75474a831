"""`foretell answer`: tells a run what it wants to know from outside."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from foretell.errors import BadAnswer, InputError
from foretell_runtime.cli.inputs import value_of
from foretell_runtime.cli.options import (
    json_option,
    print_line,
    reading,
    store_option,
)
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import brief, goes_on, question_lines, visible

if TYPE_CHECKING:
    from foretell.graph.model import Json
    from foretell_runtime.questions import Question


@click.command("answer")
@click.argument("run")
@click.argument("node", required=False)
@click.option(
    "--value",
    metavar="JSON",
    help="The answer: JSON, or plain text where a string is expected; @FILE reads it from a file. "
    "Without it you are asked in the terminal.",
)
@click.option(
    "--by", metavar="NAME", help="Who answers, for the journal. By default your user name."
)
@json_option
@store_option
def command(
    run: str, node: str | None, value: str | None, by: str | None, as_json: bool, store: Path
) -> None:
    """Answer what RUN asks, or what its NODE does; or send the signal of that name.

    RUN is an id, the beginning or the end of one, or 'last'. Without NODE and --value you are asked
    all that the run waits for. If somebody runs the run it goes on at once; otherwise 'foretell resume'
    goes on with it.
    """
    from foretell_runtime.questions import choose, read

    record, state, asked = reading(store, lambda opened: read(opened, run))
    open_ones = [question for question in asked if question.ready and not question.posted]
    if node is None and value is None and len(open_ones) > 1:
        chosen: Sequence[Question] = open_ones
    else:
        chosen = choose(record, state, asked, node)
    if value is None and not sys.stdin.isatty():
        first = chosen[0]
        raise CommandError(
            f"there is no terminal to ask in; give the answer with --value JSON: {first.node} wants "
            f"{first.wants}: {brief(first.says)}"
        )
    groups = [chosen] if chosen[0].kind == "signal" else [[question] for question in chosen]
    at_once = False
    for group in groups:
        given = _value(group[0], value)
        name = node if node is not None else group[0].node + group[0].input
        at_once = _give(store, record.id, name, given, who() if by is None else by)
        for question in group:
            click.echo(visible(f"{question.node}: {brief(given)}"), err=True)
    if as_json:
        print_line({"run": record.id, "answered": [q.node for q in chosen], "running": at_once})
    else:
        click.echo(goes_on(record, at_once=at_once), err=True)


def _value(question: Question, text: str | None) -> Json:
    if text is not None:
        try:
            return value_of(question.node, text, question.schema, "--value ")
        except InputError as fault:
            raise BadAnswer(fault.name, fault.expected, fault.got) from None
    from foretell_runtime.cli.forms import fill_in

    for line in question_lines(question):
        click.echo(visible(line), err=True)
    return fill_in(question.node, question.schema)


def _give(store: Path, run: str, name: str, value: Json, by: str) -> bool:
    from foretell_runtime.questions import answer
    from foretell_runtime.store.sqlite import SqliteStore
    from foretell_runtime.values import ground_at

    async def give() -> bool:
        async with SqliteStore(store) as opened:
            return await answer(opened, run, name, value, by, partial(ground_at, store))

    return asyncio.run(give())


def who() -> str:
    """The name of whoever sits here."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return str(os.getuid())
