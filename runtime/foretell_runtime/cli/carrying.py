"""What `import` and `export` share: where the text goes, and telling what was not carried over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from foretell_runtime.cli.app import DONE, FAILED
from foretell_runtime.cli.trouble import CommandError
from foretell_runtime.cli.words import visible

if TYPE_CHECKING:
    from foretell_codegen.interchange import Note

FORMATS = ("workglow", "dependencies", "wfcommons", "pwd")
"""The names of the formats, which only those who use one need to import."""

Command = TypeVar("Command", bound=Callable[..., Any])


def strict_option(command: Command) -> Command:
    """How much is made of what is not carried over."""
    command = click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write all of what is told to this file, as JSON.",
    )(command)
    return click.option(
        "--strict", is_flag=True, help="Exit with 1 if anything could not be carried over as it is."
    )(command)


def write_text(text: str, output: Path | None) -> None:
    """To a file, or to stdout."""
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)
    click.echo(f"wrote {output}")


def tell(notes: tuple[Note, ...], strict: bool, report: Path | None) -> int:
    """Says on stderr what was not carried over; the exit code."""
    from foretell_codegen.interchange import summary

    for line in summary(notes):
        click.echo(visible(line), err=True)
    if report is not None:
        _write(
            report,
            json.dumps([asdict(note) for note in notes], ensure_ascii=False, indent=1) + "\n",
        )
    return FAILED if strict and notes else DONE


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
