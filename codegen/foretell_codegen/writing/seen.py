"""Tasks whose source lies beside the flow: it is read, as a flow is, and nothing of it is run.

Only what is seen to be a task there, and to take and give what the graph says of it, is imported by
what is written. So no graph can have a name imported that is no task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.author.loading import base_of_file
from foretell.author.names import reader
from foretell.author.specs import Specs
from foretell.author.tasks import Task, Workflow
from foretell.document.model import TaskSpec
from foretell.errors import ForetellError
from foretell_codegen.errors import Unreadable
from foretell_codegen.essence import entry_like_import, run_options
from foretell_codegen.names import is_module
from foretell_codegen.reading.modules import Modules
from foretell_codegen.reading.session import Session
from foretell_codegen.reading.text import Source


@dataclass(frozen=True, slots=True)
class Seen:
    """A task that can be imported: `from home import name`."""

    home: str
    name: str
    task: Task[..., Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What was seen beside a flow. `imports` are all tasks and types of the modules in which tasks of the
    graph are, `fields` the names of the types' fields."""

    tasks: Mapping[str, Seen] = field(default_factory=dict)
    imports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()


@contextmanager
def seen_beside(specs: Mapping[str, TaskSpec], path: str | Path) -> Iterator[Beside]:
    """What is seen of these tasks, for as long as the block lasts, from a flow that lies at `path`."""
    wanted: dict[str, tuple[str, str]] = {}
    for task, spec in specs.items():
        home, _, name = entry_like_import(spec.entry).rpartition(":")
        if is_module(home) and is_module(name) and "." not in name and not _is_ours(home):
            wanted[task] = (home, name)
    if not wanted:
        yield Beside()
        return
    file = Path(path).resolve()
    lines = [
        f"from {home} import {name} as task_{i}" for i, (home, name) in enumerate(wanted.values())
    ]
    session = Session(file.name, False)
    modules = Modules(session, Path(base_of_file(file)), {})
    token = reader.set(session)
    try:
        try:
            here = modules.read(Source("\n".join(lines), file.with_name("<beside>.py")), "<beside>")
            for home_ in modules.homes.values():
                home_.annotations.finish()
        except (ForetellError, Unreadable, RecursionError):
            yield Beside()
            return
        names = here.module.__dict__
        found = {task: names.get(f"task_{i}") for i, task in enumerate(wanted)}
        yield _beside(specs, wanted, found, modules, file.parent)
    finally:
        reader.reset(token)


def _is_ours(home: str) -> bool:
    return home.partition(".")[0] in ("foretell", "foretell_runtime", "foretell_codegen")


def _beside(
    specs: Mapping[str, TaskSpec],
    wanted: Mapping[str, tuple[str, str]],
    found: Mapping[str, Any],
    modules: Modules,
    folder: Path,
) -> Beside:
    tasks = {
        name: Seen(*wanted[name], task)
        for name, task in found.items()
        if isinstance(task, Task) and not isinstance(task, Workflow)
    }
    known = Specs(folder)
    same: dict[str, Seen] = {}
    for name, one in tasks.items():
        try:
            own = known.name_of(one.task)
            spec = known.all()[own]
        except (ForetellError, Unreadable, RecursionError):
            continue
        if _is_as_said(spec, specs[name]):
            same[name] = one
    homes = {one.home for one in same.values()}
    imports: dict[str, frozenset[str]] = {}
    fields: set[str] = set()
    for home in modules.homes.values():
        module = home.module
        values = {n: v for n, v in module.__dict__.items()
                  if isinstance(v, Task)
                  or (isinstance(v, type) and v.__module__ == module.__name__)}  # fmt: skip
        if module.__name__ in homes:
            imports[module.__name__] = frozenset(values)
        for value in values.values():
            if isinstance(value, type):
                fields.update(getattr(value, "__annotations__", ()))
    return Beside(same, imports, frozenset(fields))


def _is_as_said(seen: TaskSpec, said: TaskSpec) -> bool:
    """Whether what is there takes and gives what the graph says, and grows the same."""
    return (
        seen.inputs == said.inputs
        and seen.output == said.output
        and seen.grows == said.grows
        and seen.tags == said.tags
        and seen.program == said.program
        and run_options(seen.options) == run_options(said.options)
    )
