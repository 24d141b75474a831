"""One trial from `ready` to the last word: load the task, run it, say how it ended.

Whatever the user's code does in between, exactly one `finish` or `fail` is sent, unless the
process is killed, kills itself, or is told to stop: then silence is the answer.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from io import TextIOWrapper
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from foretell.author.running import set_running
from foretell.author.secrets import give
from foretell.errors import ForetellError, ProtocolError
from foretell.graph.references import references_in
from foretell.protocol.framing import VERSION
from foretell.worker import stopping
from foretell.worker.channel import Channel
from foretell.worker.reports import Reporter, capture_logging

if TYPE_CHECKING:
    from collections.abc import Callable

    from foretell.author.tasks import Task


Find: TypeAlias = "Callable[[str, str], Task[..., Any]]"
"""Finds the task of an entry point and a base folder."""


def find_task(entry: str, base: str) -> Task[..., Any]:
    """Import it."""
    from foretell.author.loading import load_entry

    return load_entry(entry, base)


def prepare_process() -> None:
    """What a process needs before it may run a trial, or be forked to run one."""
    stopping.obey()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Lines appear in the log when they are printed, and no odd character fails a `print`.
            stream.reconfigure(line_buffering=True, errors="backslashreplace")


def run(channel: Channel, find: Find = find_task) -> NoReturn:
    """Say `ready`, wait for `start`, run it, and end this process."""
    try:
        channel.send({"kind": "ready", "version": VERSION})
        _conclude(channel, channel.receive(), find)
    except stopping.Cancelled:
        flush_printing()
        _run_exit_functions()
        os._exit(128 + signal.SIGTERM)
    os._exit(0)


def _conclude(channel: Channel, start: dict[str, Any], find: Find) -> None:
    reporter = Reporter(channel)
    set_running(reporter, start)
    try:
        last_word = _perform(channel, start, find, reporter)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the task's end
        if stopping.told():
            raise stopping.Cancelled from None
        last_word = _failure(error, start.get("retry_on"))
    if stopping.told():  # and would not hear of it; nobody asks for its result any more
        raise stopping.Cancelled
    set_running(None)
    flush_printing()
    reporter.flush()
    try:
        channel.send(last_word)
    except ProtocolError as error:
        channel.send({"kind": "fail", "error": f"the output {error.why}"})
    except ForetellError as error:
        channel.send(_failure(error, start.get("retry_on")))
    _run_exit_functions()


def _perform(
    channel: Channel, start: dict[str, Any], find: Find, reporter: Reporter
) -> dict[str, Any]:
    if start.get("version", VERSION) != VERSION:
        raise ProtocolError(
            f"the orchestrator speaks version {start['version']} of the protocol; "
            f"this foretell speaks {VERSION}"
        )
    channel.begin(start)
    task = find(start["entry"], start["base"])
    reporter.emits(task.__name__, [port.name for port in task._emits])
    capture_logging(channel)
    if start.get("secrets"):
        give(start["secrets"])
    arguments = _arguments(channel, start, task)
    try:
        result = task.fn(*_rights(channel, start, task), **arguments)
        if isinstance(result, CoroutineType):
            result = stopping.run_async(result)
    except BaseException as error:
        if isinstance(error, Exception) or not start.get("back_to"):
            raise
        return _another_round(error)
    output, holes = task.ports.dump_output(result)
    finish: dict[str, Any] = {"kind": "finish", "output": output}
    if holes:
        from foretell.graph import plain

        finish["holes"] = plain.encode(holes)
    return finish


def _another_round(error: BaseException) -> dict[str, Any]:
    """The last word of a task that ended by `again(...)`."""
    from foretell.author.rounds import asked_in

    asked = asked_in(error)
    if asked is None:
        raise error
    return {"kind": "finish", "output": asked.value, "again": asked.target}


def _arguments(channel: Channel, start: dict[str, Any], task: Task[..., Any]) -> dict[str, Any]:
    inputs = start.get("inputs", {})
    if any(references_in(inputs)):
        from foretell.worker.reading import fetched

        ports = task.ports.inputs
        inputs = fetched(start, {name for name in ports if ports[name].unread})
    if not start.get("streams"):
        return task.ports.load_inputs(inputs)
    from foretell.worker import reading

    return reading.arguments(channel, start, task.ports, inputs)


def _rights(channel: Channel, start: dict[str, Any], task: Task[..., Any]) -> list[Any]:
    """What a growing task gets as its first argument; nothing for others."""
    if task.growth is None:
        return []
    from foretell.author.growth import live_growth
    from foretell.worker.growing import ChannelGrower

    return [live_growth(task, ChannelGrower(start, channel))]


def _failure(error: BaseException, retry_on: list[str] | None) -> dict[str, Any]:
    from foretell.worker.trouble import failure

    return failure(error, retry_on)


def flush_printing() -> None:
    """Let go of what was printed and stands in a buffer."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed or replaced by the task: its own affair
            stream.flush()


def _run_exit_functions() -> None:
    """Let `atexit` clean up, as it would at the end of a program.

    The interpreter itself is not taken down (that costs more than many a task), and threads that
    the task left behind are not waited for.
    """
    try:
        atexit._run_exitfuncs()
    except BaseException as error:  # noqa: BLE001 - the outcome is out already
        sys.excepthook(type(error), error, error.__traceback__)
    flush_printing()
