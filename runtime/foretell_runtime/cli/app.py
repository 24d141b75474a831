"""The commands, by name, each imported only when it is called; and what an exit code means.

Knows no command's work. `foretell --help` must answer at once, so nothing heavier than click is
imported here.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from keyword import iskeyword
from typing import NoReturn

import click

DONE, FAILED, BAD_INPUT, BROKEN, WAITING, CANCELLED, OUR_BUG, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 70, 130,
)  # fmt: skip

COMMANDS = {
    "run": "Run a workflow, or a compiled graph, to its end.",
    "resume": "Take up a run that was interrupted, or that waited for an answer.",
    "submit": "Leave a run to the workers.",
    "worker": "Run what was submitted, and go on with what waits.",
    "answer": "Answer what a run asks.",
    "retry": "Do again what failed in a run, or was stopped.",
    "restart": "Do nodes of a run again, and all that comes after them.",
    "pause": "Have a run start nothing more for now.",
    "unpause": "Let a paused run go on.",
    "cancel": "End a run before its end.",
    "runs": "List the runs in the store, newest first.",
    "show": "Tell how a run stands and what may still happen.",
    "prune": "Delete runs that are long over.",
    "output": "Print what a run, or one of its nodes, has come to, in full.",
    "log": "Print what a run's tasks wrote, and its journal.",
    "draw": "Draw a workflow or a run, at any moment of it.",
    "cache": "Look at what is kept of tasks for later runs, and clear it.",
    "gc": "Remove files of large values that no run mentions any more.",
    "can": "Tell whether nodes of a task must, may or can never come, and why.",
    "diff": "Tell what a changed workflow allows that it did not before.",
    "fuzz": "Play random futures of a workflow, and prove its drawings by them.",
    "compile": "Write a workflow as a graph document (JSON).",
    "code": "Write a graph document as the Python file of a workflow.",
    "read": "Write the same from the source alone; imports and runs nothing.",
    "update": "Put an edited graph back into the Python file that it was read from.",
    "import": "Read a workflow of another system, as a graph that can be run.",
    "export": "Write a workflow for another system, or as a diagram.",
    "check": "Register the workflows of a file and report; runs nothing.",
}

EPILOG = """\b
Exit codes:
  0    done
  1    a task failed
  2    bad input: a file, a workflow, an input, a run or a store is not as it must be
  3    a promise was broken
  4    it waits: for an answer ('foretell answer', then 'foretell resume'), or a moment;
       or it is paused: 'foretell unpause', then 'foretell resume'
  5    it was cancelled
  70   a bug in foretell itself; a traceback, or the seed and the pictures of fuzz, say where
  130  interrupted; 'foretell resume' goes on"""


class Lazy(click.Group):
    """Lists commands from the table, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"foretell_runtime.cli.{cmd_name}{'_' * iskeyword(cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}{_nearest(args[0])}", ctx)
        return super().resolve_command(ctx, args)


def _nearest(name: str) -> str:
    from foretell.errors import nearest

    return nearest(name, COMMANDS)


@click.group(
    cls=Lazy,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="foretell", message="foretell %(version)s")
def foretell() -> None:
    """Python workflows that may grow while they run, and can tell at every moment everything that
    may happen next."""


def main() -> NoReturn:
    """Runs `sys.argv` and exits with its code."""
    _open_what_is_closed()
    code = answer(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
    sys.exit(code)


def answer(args: list[str]) -> int:
    """Runs one command line; explains whatever goes wrong; returns the exit code."""
    try:
        code = foretell.main(args, prog_name="foretell", standalone_mode=False)
    except (BrokenPipeError, SystemExit):  # click turns the one into the other
        _hush()
        return DONE
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as mistake:
        mistake.show()
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the border: everything is explained to a person
        from foretell_runtime.cli.trouble import explain

        return explain(error)
    return code if isinstance(code, int) else DONE


def _open_what_is_closed() -> None:
    """Whoever started us may have closed our standard streams (`>&-`). The next file we opened
    would take the place of one, and get what is printed."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode))


def _hush() -> None:
    """The reader of our output is gone (`foretell log | head`); that is not an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
