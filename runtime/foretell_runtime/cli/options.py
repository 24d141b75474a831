"""Options that several commands share, and the store they all read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from foretell_runtime.settings import DEFAULT_STORE, STORE_VARIABLE, WAYS, How

if TYPE_CHECKING:
    from foretell_runtime.handle import Run
    from foretell_runtime.store.protocol import Store

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])


def store_option(command: Command) -> Command:
    return click.option(
        "--store",
        type=click.Path(path_type=Path),
        envvar=STORE_VARIABLE,
        default=DEFAULT_STORE,
        show_default=True,
        show_envvar=True,
        help="The file that keeps the runs.",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")(
        command
    )


def inputs_option(command: Command) -> Command:
    return _assignments(
        command,
        "An input: JSON, or plain text where a string is expected; @FILE reads it from a file. "
        "Repeat for more.",
    )


def static_option(command: Command) -> Command:
    """For commands that run nothing: what a `Static` input is, they must know."""
    return _assignments(
        command, "The value of a Static input, as for 'foretell run'. Repeat for more."
    )


def _assignments(command: Command, help_: str) -> Command:
    option = click.option(
        "-i", "--input", "assignments", metavar="NAME=VALUE", multiple=True, help=help_
    )
    return option(command)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run. `jobs` and `start` None: what the run had, or else the usual."""

    store: Path
    jobs: int | None
    start: How | None
    secrets: Mapping[str, str]
    as_json: bool
    wait: bool
    leave: bool
    engine: str | None
    engine_flags: str | None
    otel: bool
    cached: bool


def running_options(told: Callable[..., int]) -> Callable[..., int]:
    """How to run, and how to tell of it: `told` gets `settings`, and `events`."""

    @wraps(told)
    def gathered(*, secrets: tuple[str, ...], no_cache: bool, **given: Any) -> int:
        how = {
            field.name: given.pop(field.name) for field in fields(Settings) if field.name in given
        }
        settings = Settings(secrets=secrets_given(secrets), cached=not no_cache, **how)
        return told(settings=settings, **given)

    command = json_option(store_option(gathered))
    command = click.option(
        "--start",
        type=click.Choice(WAYS),
        default=None,
        help="Start each task in a new interpreter (fresh), or as a fork of a warm one that has "
        "imported your file (forked: faster).",
    )(command)
    command = secrets_option(command)
    command = click.option(
        "--leave",
        is_flag=True,
        help="When nothing is left to do but to wait for a moment, stay no more: a worker goes on.",
    )(command)
    command = engine_options(command)
    command = click.option(
        "--events",
        metavar="FILE|-|FD",
        default=None,
        help="Write each event as a line of JSON to a file, which is gone on with after a crash, to stdout "
        "(-), or to an open file descriptor.",
    )(command)
    command = otel_option(command)
    command = click.option(
        "--no-cache",
        is_flag=True,
        help="Run also what the cache has, and let it have nothing.",
    )(command)
    command = click.option(
        "--wait",
        is_flag=True,
        help="When it goes on only once somebody has answered, stay until they have.",
    )(command)
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=None,
        help="How many tasks may run at the same time (1 unless said).",
    )(command)


def engine_options(command: Command) -> Command:
    command = click.option(
        "--engine",
        metavar="COMMAND",
        default=None,
        help="How containers are run: podman or docker, or a path, with options of its own. "
        "[env var: FORETELL_ENGINE]",
    )(command)
    return click.option(
        "--engine-flags",
        metavar="FLAGS",
        default=None,
        help="Further options for each container, as after 'podman run'. "
        "[env var: FORETELL_ENGINE_FLAGS]",
    )(command)


def otel_option(command: Command) -> Command:
    return click.option(
        "--otel", is_flag=True, help="Report runs and their trials as OpenTelemetry spans."
    )(command)


def tracing() -> Callable[[Run], object]:
    """What to call when a run begins, to report it. Raises `UserError` where that cannot be."""
    from foretell_runtime import telemetry

    telemetry.require()
    return telemetry.trace


def secrets_option(command: Command) -> Command:
    return click.option(
        "--secret",
        "secrets",
        metavar="NAME=@FILE",
        multiple=True,
        help="The value of a secret is what FILE holds, instead of the environment variable NAME. "
        "Repeat for more.",
    )(command)


def secrets_given(said: Iterable[str]) -> dict[str, str]:
    """The values that `--secret NAME=@FILE` stands for; a last line's end is not part of one."""
    from foretell_runtime.cli.trouble import CommandError

    found: dict[str, str] = {}
    for text in said:
        name, equals, file = text.partition("=")
        if not equals or not file.startswith("@"):
            # What was typed may be the value itself, so it is not repeated.
            raise CommandError(
                "--secret takes NAME=@FILE; a value on the command line could be read by everybody"
            )
        try:
            found[name] = Path(file[1:]).read_text().removesuffix("\n").removesuffix("\r")
        except OSError as error:
            why = error.strerror
            raise CommandError(f"--secret {name}: {file[1:]} cannot be read: {why}") from None
        except UnicodeDecodeError:
            raise CommandError(f"--secret {name}: {file[1:]} is not text in UTF-8") from None
    return found


def reading(path: Path, ask: Callable[[Store], Awaitable[T]]) -> T:
    """What `ask` finds in the store at `path`, which is not changed."""
    from foretell_runtime.store.sqlite import SqliteStore

    found: list[
        T
    ] = []  # not returned: asyncio of Python 3.11 spells out what its main task returns

    async def opened() -> None:
        async with SqliteStore(path, reading=True) as store:
            found.append(await ask(store))

    asyncio.run(opened())
    return found[0]


def print_json(value: Any) -> None:
    """One JSON document, on lines of its own."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_line(value: Any) -> None:
    """One JSON document on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))
