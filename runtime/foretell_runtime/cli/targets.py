"""`FILE[:WORKFLOW]`: from what somebody typed to a compiled graph; or to a run, where both may
be asked about.

A Python file is imported, which runs its top level; a graph document (.json) is only read. Every
way in which that can go wrong is told in words, with the names that would have been right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from os import path as paths
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from foretell.document.model import Graph, Input, TaskSpec
from foretell.errors import ForetellError, InputError, nearest
from foretell_runtime.cli.options import reading
from foretell_runtime.cli.trouble import CommandError, UserFileError

if TYPE_CHECKING:
    from foretell import Workflow
    from foretell_runtime.foresight import Foresight
    from foretell_runtime.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Target:
    """A compiled workflow and the folder to which its entry points are relative. `words` are the
    `-i` that are left for when it runs."""

    graph: Graph
    base: Path
    workflow: Workflow[..., Any] | None = None
    words: tuple[str, ...] = ()


def load_target(text: str, words: Iterable[str] = ()) -> Target:
    """The graph that `FILE[:WORKFLOW]` names; of `words` (`-i`) those about static inputs are
    used for it."""
    path, name = split(text)
    if path.suffix == ".json":
        return Target(load_graph(path, name), path.resolve().parent, words=tuple(words))
    return compiled(pick(workflows_in(path), name, path), words)


def load_only(text: str, words: Iterable[str]) -> Target:
    """`load_target` where nothing is run, so that no other input has a use."""
    found = load_target(text, words)
    refuse_left(found.words)
    return found


def refuse_left(words: Iterable[str]) -> None:
    """Raises for what was given to inputs that have no value before a run."""
    for word in words:
        raise CommandError(
            f"-i {word}: before a run only Static inputs have a value; the others are given to "
            f"'foretell run'"
        )


def names_a_file(target: str) -> bool:
    """Whether `target` speaks of a file rather than of a run."""
    file = target.rpartition(":")[0] or target
    return Path(target).exists() or file.endswith((".py", ".json")) or "/" in target


def foresight_of(target: str, store: Path, words: Iterable[str] = ()) -> Foresight:
    """What may happen in `FILE[:WORKFLOW]` when it is run, or in a run from now on."""
    from foretell_runtime.foresight import foresee_graph

    if not names_a_file(target):
        return reading(store, lambda opened: _of_run(opened, target))
    found = load_only(target, words)
    return foresee_graph(found.graph, found.base)


async def _of_run(store: Store, name: str) -> Foresight:
    from foretell_runtime.foresight import Foresight
    from foretell_runtime.machine import replay

    record = await store.run(name)
    return Foresight(replay(event.fact for event in await store.events(record)))


def try_targets(text: str, words: Iterable[str] = ()) -> dict[str, Target | ForetellError]:
    """All graphs of a file by name, or the one that is named; instead of a graph that cannot be
    registered, what is wrong with it."""
    path, name = split(text)
    words = tuple(words)
    if path.suffix == ".json" or name is not None or words:
        target = load_only(text, words)
        return {target.graph.name: target}
    return {name: _tried(flow) for name, flow in workflows_in(path).items()}


def _tried(workflow: Workflow[..., Any]) -> Target | ForetellError:
    try:
        return compiled(workflow)
    except ForetellError as error:
        return error


def compiled(workflow: Workflow[..., Any], words: Iterable[str] = ()) -> Target:
    """A workflow, registered. What its body raises is told with its own traceback."""
    from foretell.author.entry import base_of, file_of

    static, left = static_of(workflow, words)
    try:
        return Target(workflow.compile(**static), base_of(workflow), workflow, left)
    except ForetellError:
        raise
    except (Exception, SystemExit) as error:
        what = f"the workflow {workflow.__name__!r} cannot be registered"
        raise UserFileError(Path(file_of(workflow)), what, error) from error


def static_of(
    workflow: Workflow[..., Any], words: Iterable[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values that `-i` gives to static inputs, and the words that are left."""
    from foretell.author.mismatch import Mismatch
    from foretell.author.schemas import schema_of
    from foretell.author.specialising import static_ports
    from foretell_runtime.cli.inputs import parse_inputs

    ports, words = static_ports(workflow), tuple(words)
    if not ports:
        return {}, words
    mine = [word for word in words if word.partition("=")[0] in ports]
    declared = {name: Input(schema_of(port.hint)) for name, port in ports.items()}
    values: dict[str, Any] = {}
    for name, value in parse_inputs(mine, declared, all_of_them=False).items():
        try:
            values[name] = ports[name].read(value)
        except Mismatch as fault:
            raise InputError(name + fault.path(), fault.expected, fault.got) from None
    return values, tuple(word for word in words if word not in mine)


def split(text: str) -> tuple[Path, str | None]:
    """The file and the name after the last colon; raises unless the file is there."""
    path, name = Path(text), None
    if not path.exists() and ":" in text:
        file, _, name = text.rpartition(":")
        path = Path(file)
    if path.is_dir():
        raise CommandError(f"{path} is a folder; name a workflow file in it")
    if not path.exists():
        raise CommandError(f"there is no file {path}{_nearby(path)}")
    if path.suffix not in {".py", ".json"}:
        raise CommandError(f"{path} is neither a Python file (.py) nor a compiled graph (.json)")
    return path, name


def _nearby(path: Path) -> str:
    as_module = Path(*path.name.split(".")).with_suffix(".py")
    if "." in path.name.strip(".") and (path.parent / as_module).is_file():
        return f"; did you mean '{path.parent / as_module}'?"
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    return nearest(path.name, beside)


def load_graph(path: Path, name: str | None = None) -> Graph:
    """The graph document at `path`; nothing it names is imported."""
    from foretell.document import jsonform

    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    try:
        graph = jsonform.loads(data)
    except ForetellError as error:
        raise CommandError(f"{path} is not a graph that can be run: {error}") from None
    if name not in (None, graph.name):
        raise CommandError(f"{path} holds the workflow {graph.name!r}, not {name!r}")
    return graph


def load_module(path: Path) -> ModuleType:
    """The user's file as a module; what it raises is told with its own traceback."""
    from foretell.author.entry import load_file

    file = path.resolve()
    try:
        return load_file(file)
    except (Exception, SystemExit) as error:
        raise UserFileError(file, f"{path} cannot be imported", error) from error


def workflows_in(path: Path) -> dict[str, Workflow[..., Any]]:
    """The workflows of a file by the names they have in it: its own, or else imported ones."""
    from foretell.author import entry

    found = entry.workflows_in(load_module(path))
    if not found:
        raise CommandError(
            f"{path} defines no workflow. Put @workflow on the function that wires your tasks."
        )
    return found


def pick(
    workflows: Mapping[str, Workflow[..., Any]], name: str | None, path: Path
) -> Workflow[..., Any]:
    """The workflow of that name; or the only one, or the one that is called like the file."""
    names = ", ".join(workflows)
    if name is not None:
        if name not in workflows:
            close = nearest(name, workflows)
            raise CommandError(f"{path} has no workflow {name!r}{close} (it has {names})")
        return workflows[name]
    if len(workflows) > 1 and path.stem not in workflows:
        first = next(iter(workflows))
        raise CommandError(f"{path} has several workflows: {names}. Name one: {path}:{first}")
    return workflows.get(path.stem) or next(iter(workflows.values()))


def rebased(graph: Graph, old: Path, new: Path) -> Graph:
    """`graph` with its file entry points, and the folders in which its programs run, relative to the
    folder `new` instead of `old`."""
    tasks = {name: _rebased_task(spec, old, new) for name, spec in graph.tasks.items()}
    return replace(graph, tasks=tasks)


def _rebased_task(spec: TaskSpec, old: Path, new: Path) -> TaskSpec:
    if spec.entry:
        spec = replace(spec, entry=_rebased_entry(spec.entry, old, new))
    if spec.program is None or old.resolve() == new.resolve():
        return spec

    def seen(place: str) -> str:
        return (
            place if Path(place).is_absolute() else Path(paths.relpath(old / place, new)).as_posix()
        )

    box = spec.program.container
    if box is None:
        return replace(spec, program=replace(spec.program, folder=seen(spec.program.folder)))
    mounts = tuple(replace(one, source=seen(one.source)) for one in box.mounts)
    return replace(spec, program=replace(spec.program, container=replace(box, mounts=mounts)))


def _rebased_entry(entry: str, old: Path, new: Path) -> str:
    file, colon, qualname = entry.rpartition(":")
    if not file.endswith(".py"):
        # A module beside the workflow is found from its folder only; others need none.
        tail = Path(*file.split("."))
        beside = [p for p in (tail.with_suffix(".py"), tail / "__init__.py") if (old / p).is_file()]
        if not beside:
            return entry
        file = beside[0].as_posix()
    return Path(paths.relpath(old / file, new)).as_posix() + colon + qualname
