"""Tasks that are known by their specs alone: those of modules whose source is not there."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, TypeAlias

from foretell.author.fields import UNKNOWN
from foretell.author.ports import Port, Ports
from foretell.author.readers import reader_of
from foretell.author.source import Text, write_text
from foretell.author.tasks import Task
from foretell.document.model import TaskSpec

Manifest: TypeAlias = Mapping[str, TaskSpec]
"""By entry point: `package.module:qualname`."""


def tasks_of(manifest: Manifest) -> dict[str, Task[..., Any]]:
    """What stands for each of the tasks."""
    return {entry: _task(entry, spec) for entry, spec in manifest.items()}


def _task(entry: str, spec: TaskSpec) -> Task[..., Any]:
    home, _, qualname = entry.rpartition(":")

    def declared() -> Any:
        raise NotImplementedError

    declared.__name__ = qualname.rpartition(".")[2]
    declared.__qualname__ = qualname
    declared.__module__ = home
    write_text(declared, Text(ModuleType(home), None, str, spec))
    task: Task[..., Any] = Task(declared, dict(spec.options))
    task._ports = _ports(declared.__name__, spec)
    return task


def _ports(name: str, spec: TaskSpec) -> Ports:
    read, _ = reader_of(UNKNOWN)
    properties: Any = spec.inputs.get("properties", {})
    required: Any = spec.inputs.get("required", ())
    ports = {n: Port(n, UNKNOWN, n in required, None, read, True) for n in properties}
    return Ports(f"task {name!r}", ports, UNKNOWN)
