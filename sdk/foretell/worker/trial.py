"""One trial from `ready` to the last word: load the task, run it, say how it ended.

Whatever the user's code does in between, exactly one `finish` or `fail` is sent, unless the
process is killed, kills itself, or is told to stop: then silence is the answer.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
from types import CoroutineType, FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from foretell.author.running import set_running
from foretell.errors import ProtocolError
from foretell.protocol.framing import VERSION
from foretell.worker.channel import Channel
from foretell.worker.reports import Reporter, capture_logging

if TYPE_CHECKING:
    from foretell.author.tasks import Task


class Cancelled(KeyboardInterrupt):
    """Raised in the task when it is told to stop, so that its `finally` blocks run.

    A kind of Ctrl-C, because that is what event loops know to let through.
    """


def run(channel: Channel) -> NoReturn:
    """Say `ready`, wait for `start`, run it, and end this process."""
    main_thread = _thread.get_ident()
    _make_printing_prompt()
    channel.send({"kind": "ready", "version": VERSION})
    start = channel.receive()
    if start is None:
        os._exit(0)
    signal.signal(signal.SIGTERM, _cancel)
    try:
        channel.listen(on_cancel=lambda: signal.pthread_kill(main_thread, signal.SIGTERM))
        _conclude(channel, start)
    except Cancelled:
        os._exit(128 + signal.SIGTERM)
    os._exit(0)


def _conclude(channel: Channel, start: dict[str, Any]) -> None:
    reporter = Reporter(channel)
    set_running(reporter)
    try:
        last_word = _perform(channel, start)
    except Cancelled:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the task's end
        last_word = _failure(error)
    set_running(None)
    _flush_printing()
    reporter.flush()
    try:
        channel.send(last_word)
    except ProtocolError as error:
        channel.send({"kind": "fail", "error": f"the output {error.why}"})
    _run_exit_functions()


def _perform(channel: Channel, start: dict[str, Any]) -> dict[str, Any]:
    from foretell.author.entry import load_entry

    if start.get("version", VERSION) != VERSION:
        raise ProtocolError(
            f"the orchestrator speaks version {start['version']} of the protocol; "
            f"this foretell speaks {VERSION}"
        )
    task = load_entry(start["entry"], start["base"])
    capture_logging(channel)
    arguments = task.ports.load_inputs(start.get("inputs", {}))
    result = task.fn(*_rights(channel, start, task), **arguments)
    if isinstance(result, CoroutineType):
        import asyncio

        result = asyncio.run(result)
    output, holes = task.ports.dump_output(result)
    finish: dict[str, Any] = {"kind": "finish", "output": output}
    if holes:
        from foretell.graph import plain

        finish["holes"] = plain.encode(holes)
    return finish


def _rights(channel: Channel, start: dict[str, Any], task: Task[..., Any]) -> list[Any]:
    """What a growing task gets as its first argument; nothing for others."""
    if task.growth is None:
        return []
    from foretell.author.growth import live_growth
    from foretell.worker.growing import ChannelGrower

    return [live_growth(task, ChannelGrower(start["node"], start.get("tasks", {}), channel))]


def _failure(error: BaseException) -> dict[str, Any]:
    from foretell.worker.trouble import failure

    return failure(error)


def _cancel(number: int, frame: FrameType | None) -> NoReturn:
    raise Cancelled


def _make_printing_prompt() -> None:
    """Lines appear in the log when they are printed, and no odd character fails a `print`."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr] # pyright: ignore


def _flush_printing() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed or replaced by the task: its own affair
            stream.flush()


def _run_exit_functions() -> None:
    """Let `atexit` clean up, as it would at the end of a program.

    The interpreter itself is not taken down (that costs more than many a task), and threads that
    the task left behind are not waited for.
    """
    import atexit

    try:
        atexit._run_exitfuncs()
    except BaseException as error:  # noqa: BLE001 - the outcome is out already
        sys.excepthook(type(error), error, error.__traceback__)
    _flush_printing()
