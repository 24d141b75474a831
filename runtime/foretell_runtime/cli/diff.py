"""`foretell diff`: what a changed workflow allows that it did not, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence

import click

from foretell_runtime.cli.app import DONE
from foretell_runtime.cli.foresight import before
from foretell_runtime.cli.options import json_option, print_json

NEW_FUTURES = 1


@click.command("diff")
@click.argument("old", metavar="OLD[:WORKFLOW]")
@click.argument("new", metavar="NEW[:WORKFLOW]")
@click.option("--strict", is_flag=True, help="Exit with 1 also if something can no longer happen.")
@json_option
def command(old: str, new: str, strict: bool, as_json: bool) -> int:
    """Tell what may happen in NEW that could not in OLD, and what no longer can.

    Both are workflow files or compiled graphs. Fit for a review, and for a gate: exits with 1 if
    something may happen that could not before.
    """
    from foretell.horizon.difference import compare
    from foretell_runtime.cli.targets import load_target

    first, second = load_target(old), load_target(new)
    found = compare(before(first.graph, first.base), before(second.graph, second.base))
    if as_json:
        print_json({"more": found.more, "less": found.less})
    else:
        _tell("may happen now, and could not before", "+", found.more)
        _tell("can no longer happen", "-", found.less)
        if not found:
            click.echo("nothing else may happen, and nothing less")
    return NEW_FUTURES if found.more or (strict and found.less) else DONE


def _tell(head: str, sign: str, what: Sequence[str]) -> None:
    if what:
        click.echo(f"{head}:")
    for line in what:
        click.echo(f"  {sign} {line}")
