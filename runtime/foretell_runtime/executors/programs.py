"""Trials of tasks that are programs; trials of Python functions are left to whoever runs those.

What cannot be started is the end of its own trial, told in words that say what to do: no such
program, not executable, inputs that it cannot be given. That the machine has no process left to give
is another matter, and may be over at the next trial.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from foretell.document.model import TaskSpec
from foretell.document.programs import Container, Program
from foretell.errors import UserError
from foretell.protocol.messages import Fail, FromTask, Start, ToTask
from foretell_runtime.executors.checked import Checked, Specs
from foretell_runtime.executors.child import PipedChild, Process
from foretell_runtime.executors.contained import ContainerProcess
from foretell_runtime.executors.engines import Contained, Engine, find_engine
from foretell_runtime.executors.filling import CannotFill, Filled, complete, fill
from foretell_runtime.executors.fresh import line_of, spawn_foreign
from foretell_runtime.executors.guard import Guard
from foretell_runtime.executors.light import Light, Lost, with_values
from foretell_runtime.executors.pipes import OurEnds
from foretell_runtime.executors.plain import PlainChild, Wanted
from foretell_runtime.executors.protocol import (
    HELPER,
    MARK,
    CannotStart,
    Child,
    Executor,
    Gone,
    OnLog,
)

_TRANSIENT = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ETXTBSY})


class Programs:
    """An `Executor`. `python` runs the tasks that are functions; `specs` gives all tasks of the run.
    Processes carry `mark`, as in `Fresh`, and containers are labelled with it; `engine` gives what
    runs these."""

    def __init__(
        self,
        python: Executor,
        specs: Specs,
        *,
        mark: str = "",
        engine: Callable[[], Engine] = find_engine,
    ) -> None:
        self._python = python
        self._specs = specs
        self._mark = mark
        self._engine = engine
        self._children: set[PipedChild | PlainChild] = set()
        self._guard: Guard | None = None

    async def start(self, start: Start, on_log: OnLog) -> Child:
        spec = self._specs()[start.task]
        if spec.program is None:
            return await self._python.start(start, on_log)
        try:
            # Files of ours need not be there for it, in a container say.
            full = replace(await with_values(start), values=None)
            return Light(self._start(full, spec, spec.program, on_log), start)
        except (CannotFill, Lost, UserError) as error:
            return Told(f"cannot be started: {error}")

    async def close(self) -> None:
        children = tuple(self._children)
        await asyncio.gather(*(child.kill("the run is being closed") for child in children))
        if self._guard is not None:
            self._guard.dismiss()
        await self._python.close()

    def _start(self, start: Start, spec: TaskSpec, program: Program, on_log: OnLog) -> Child:
        if not program.speaks and start.streams:
            raise CannotFill(
                f"it would have to read {start.streams[0]!r} while that is still being written, which "
                f"only a program that speaks foretell's protocol can"
            )
        line = line_of(replace(start, inputs=complete(start, spec))) if program.speaks else b""
        filled = fill(start, spec, program)
        folder = Path(start.base) / program.folder
        try:
            if program.container is not None:
                process, ends = self._contained(filled, program.container, folder, on_log)
            else:
                process, ends = spawn_foreign(filled.words, self._env(filled.env), str(folder))
        except OSError as error:
            if error.errno in _TRANSIENT:
                raise CannotStart(f"{start.task}: {error.strerror}") from error
            return Told(_why_not(error, filled.words, folder))
        if not program.speaks:
            wanted = Wanted(spec, program, start.retry_on is None)
            plain = PlainChild(process, ends, on_log, filled.stdin, wanted)
            self._keep(plain)
            return plain
        child = PipedChild(process, ends, on_log)
        self._keep(child)
        child.write(line)
        return Checked(child, spec, self._specs)

    def _contained(
        self, filled: Filled, container: Container, base: Path, on_log: OnLog
    ) -> tuple[Process, OurEnds]:
        engine = self._engine()
        inner = Contained(filled.words, filled.env, filled.hidden)
        name = f"foretell-{self._mark.partition('@')[0] or 'x'}-{os.urandom(8).hex()}"
        words = engine.run_words(container, name, self._mark, base, inner)
        env = {**engine.environment(inner), HELPER: self._mark}
        client, ends = spawn_foreign(words, env, str(base), self._clients(engine))
        return ContainerProcess(client, engine, name, on_log), ends

    def _clients(self, engine: Engine) -> int:
        """What the engine's clients are to hold, so that the guard knows of them."""
        if self._guard is None or not self._guard.is_there:
            self._guard = Guard(engine, self._mark)
        return self._guard.clients

    def _env(self, more: Mapping[str, str]) -> dict[str, str]:
        mark = {MARK: self._mark} if self._mark else {}
        return {**more, **mark}

    def _keep(self, child: PipedChild | PlainChild) -> None:
        self._children.add(child)
        child.ended.add_done_callback(lambda _: self._children.discard(child))


class Told:
    """A `Child` that never was: a trial that ended before it began, and why."""

    pid = 0

    def __init__(self, why: str) -> None:
        self._why = why

    async def send(self, message: ToTask) -> None:
        """There is nobody to be told."""

    async def messages(self) -> AsyncIterator[FromTask | Gone]:
        yield Fail(self._why, permanent=True)
        yield Gone(self._why, over=True)

    async def kill(self, why: str) -> None:
        """There is nobody to be killed."""


def _why_not(error: OSError, words: Sequence[str], folder: Path) -> str:
    if not folder.is_dir():
        return f"cannot be started: the folder {folder} that it is to run in is not there"
    reason = _REASONS.get(error.errno or 0, str(error))
    return f"cannot be started: {reason.format(word=words[0] if words else '', folder=folder)}"


_REASONS: Mapping[int, str] = {
    errno.ENOENT: (
        "there is no program {word!r}: a bare name is looked for on the PATH, a path from {folder}; or it "
        "is a script, and what its first line names is not there"
    ),
    errno.EACCES: "{word!r} may not be executed: is it a folder, or not marked as executable (chmod +x)?",
    errno.ENOEXEC: (
        "{word!r} is no program that this machine can run; a script says in its first line by what it is "
        "run (#!/bin/sh)"
    ),
    errno.E2BIG: "its arguments and environment are longer than the system allows; pass large values on stdin",
    errno.ENOTDIR: "{word!r} lies in what is no folder",
}
