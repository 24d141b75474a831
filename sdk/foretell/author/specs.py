"""Tasks as a graph knows them: their names there, and their specs, with all they may grow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from foretell.author.emitting import Port
from foretell.author.entry import entry_of, file_of, is_entry_of
from foretell.author.guarding import guard_growing
from foretell.author.names import is_placed, place_of
from foretell.author.options import RUN_OPTIONS
from foretell.author.programs import check_runs, identity_of, program_of
from foretell.author.schemas import inputs_schema, schema_of
from foretell.author.shaping import promised_shape, shape_of
from foretell.author.source import source_of, text_of
from foretell.author.tasks import Task, Workflow
from foretell.author.writing import Writer
from foretell.document.model import PortSpec, TaskSpec
from foretell.errors import WiringError
from foretell.promises.shapes import NOTHING, Shape


class Specs:
    """The tasks of one graph, named as they are first met.

    `known` maps the names that a running graph already has to their entry points; those tasks keep
    their names and get no new spec.
    """

    def __init__(self, base: Path, known: Mapping[str, str] | None = None) -> None:
        self.base = base
        self.known = known or {}
        self.writer = Writer(self.name_of, self.place_of)
        self._names: dict[int, str] = {}
        self._tasks: dict[str, Task[..., Any]] = {}
        self._specs: dict[str, TaskSpec] = {}

    def name_of(self, task: Task[..., Any]) -> str:
        """The name of `task` in the graph: its function's, or `module.qualname` where another
        task has that already; of a use of a task `when`, `when#2` ..."""
        task = task if task._use else task._origin
        key = id(task._use or task)
        name = self._names.get(key)
        if name is None:
            name = None if task._use else known_name(task, self.known)
            if name is None:
                name = self._new_name(task)
                self._tasks[name] = task
            self._names[key] = name
        return name

    def _new_name(self, task: Task[..., Any]) -> str:
        if task._use is not None:
            names = (task._use.name + (f"#{n}" if n > 1 else "") for n in count(1))
            return next(n for n in names if n not in self._tasks and n not in self.known)
        name = task.__name__
        if name in self._tasks or name in self.known:
            name = full_name(task)
        while name in self._tasks or name in self.known:
            name += "_"
        return name

    def all(self) -> dict[str, TaskSpec]:
        """The specs of all tasks named so far and of all that their nodes may grow."""
        queue = [name for name in self._tasks if name not in self._specs]
        while queue:
            for name in queue:
                self._specs[name] = self._spec(self._tasks[name])
            queue = [name for name in self._tasks if name not in self._specs]
        return dict(self._specs)

    def _spec(self, task: Task[..., Any]) -> TaskSpec:
        text = text_of(task)
        if text is not None and text.spec is not None:
            return text.spec
        growth = task.growth
        shape: Shape = NOTHING
        if growth is not None:
            guard_growing(task)
        ports = task.ports
        options = {k: v for k, v in task._defaults.items() if k in RUN_OPTIONS}
        try:
            if growth is not None and task._use is None:
                shape = shape_of(growth, self.name_of, self.writer.of)
            elif growth is not None and task._use is not None:
                shape = promised_shape(task._use.shape, self.name_of, self.writer.of)
            spec = TaskSpec(
                entry=task._extern or entry_of(task, self.base),
                grows=shape,
                inputs=inputs_schema(ports),
                output=schema_of(task.result, "serialization"),
                options=options,
                tags=task._defaults.get("tags", ()),
                digest="" if task._extern else digest_of(task),
                where=self.where(task),
                ports={port.name: _port(port) for port in task._emits},
                program=None if task._runs is None else program_of(task._runs, task),
            )
            if spec.program is not None:
                check_runs(spec)
            return spec
        except WiringError as error:
            if is_placed(str(error)):
                raise
            raise WiringError(f"{self.where(task)}: task {task.__name__!r}: {error}") from None

    def place_of(self, frame: FrameType) -> str:
        """Where in the source a frame is, as `where` says it."""
        return place(*place_of(frame), self.base)

    def where(self, task: Task[..., Any]) -> str:
        """`daily.py:14`, the file relative to the base folder."""
        return place(file_of(task), task._fn.__code__.co_firstlineno, self.base)


def _port(port: Port[Any, Any]) -> PortSpec:
    return PortSpec(schema_of(port.chunk, "serialization"), port.gather)


def place(file: str, line: int, base: Path) -> str:
    """`daily.py:14`: relative to `base` where the file lies below it."""
    try:
        shown = Path(file).resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        shown = os.path.basename(file)  # noqa: PTH119
    return f"{shown}:{line}"


def full_name(task: Task[..., Any]) -> str:
    """`module.qualname`; the same in every process that loads the task."""
    module = task.__module__
    stem = Path(file_of(task)).stem
    home = stem if module == "__main__" or module.startswith("foretell_file_") else module
    return f"{home}.{task.__qualname__}"


def known_name(task: Task[..., Any], known: Mapping[str, str]) -> str | None:
    """The name under which a graph with the tasks `known` (name -> entry) knows `task`, if any."""
    likely = (task.__name__, full_name(task)) if known else ()
    for name in likely:
        if name in known and is_entry_of(known[name], task):
            return name
    return next((n for n, entry in known.items() if is_entry_of(entry, task)), None)


def digest_of(task: Task[..., Any] | Workflow[..., Any]) -> str:
    """The SHA-256 of a task's source, and of the program that it runs if it does; empty where there
    is no source to read."""
    source = source_of(task._fn)
    if not source:
        return ""
    if task._runs is not None:
        source += "".join(f"\n{part}" for part in identity_of(task._runs, task))
    return sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
