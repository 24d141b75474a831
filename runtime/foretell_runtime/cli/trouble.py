"""What to say, and which exit code to leave with, when something goes wrong.

Blame is kept apart: a user's mistake gets a sentence and never a traceback, a user's file that
raises gets its own traceback from its own first line, and a bug of ours gets all there is.
"""

from __future__ import annotations

import traceback
from itertools import dropwhile, takewhile
from pathlib import Path
from types import TracebackType

import click

from foretell import errors
from foretell.errors import ForetellError, PromiseBroken, StoreError, TaskError, UserError
from foretell_runtime.cli.app import BAD_INPUT, BROKEN, DONE, FAILED, OUR_BUG
from foretell_runtime.cli.words import visible

REPORT_IT = (
    "This is a bug in foretell, not in your workflow. Please report it with the traceback above "
    "and the command that led to it."
)


class CommandError(UserError):
    """Something on the command line does not name what it should."""


class UserFileError(UserError):
    """A user's file raised while it was read. `trace` starts at the file's own first frame."""

    def __init__(self, path: Path, what: str, error: BaseException) -> None:
        self.path = path
        self.trace = "" if isinstance(error, ForetellError) else own_traceback(path, error)
        super().__init__(f"{what}: {_one_line(path, error)}")


def explain(error: Exception) -> int:
    """Prints what went wrong to stderr; returns the exit code."""
    if isinstance(error, FileNotFoundError) and _folder_is_gone():
        click.echo("Error: the current folder does not exist any more; go to another", err=True)
        return BAD_INPUT
    if not isinstance(error, ForetellError):
        click.echo("".join(traceback.format_exception(error)) + REPORT_IT, err=True)
        return OUR_BUG
    if isinstance(error, UserFileError):
        click.echo(error.trace, err=True, nl=False)
    click.echo(visible(f"Error: {error}"), err=True)
    return exit_code(error)


def _folder_is_gone() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def exit_code(error: ForetellError | None) -> int:
    match error:
        case None:
            return DONE
        case PromiseBroken():
            return BROKEN
        case TaskError():
            return FAILED
        case UserError() | StoreError():
            return BAD_INPUT
        case _:
            return FAILED


def own_traceback(path: Path, error: BaseException) -> str:
    """The traceback of `error` without the frames above the file's own."""
    tb: TracebackType | None = error.__traceback__
    while tb is not None and Path(tb.tb_frame.f_code.co_filename) != path:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(error), error, tb, chain=tb is not None))


def _one_line(path: Path, error: BaseException) -> str:
    if isinstance(error, ForetellError):
        return _with_place(path, error)
    lines = traceback.format_exception_only(error)
    return lines[-1].strip()


def _with_place(path: Path, error: ForetellError) -> str:
    """Our own words; and the line of the user's that called us, unless they name it."""
    theirs = dropwhile(
        lambda frame: Path(frame.filename) != path, traceback.extract_tb(error.__traceback__)
    )
    place = ""
    for frame in takewhile(lambda frame: not _is_ours(frame.filename), theirs):
        place = f"{Path(frame.filename).name}:{frame.lineno}"
    said = str(error)
    return said if place in said else f"{said} ({place})"


def _is_ours(file: str) -> bool:
    return any(Path(file).is_relative_to(home) for home in _OURS)


_OURS = (Path(errors.__file__).parent, Path(__file__).parent.parent)
