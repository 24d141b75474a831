"""`read`: from the source of a workflow to its graph, and to where each part of it is written.

The top level is followed, statement by statement; then foretell's own registration compiles the
workflow, as in a run. Only foretell's words, and what stands for the source's functions and
classes, are ever called.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from foretell.author.compiling import compile_workflow
from foretell.author.entry import base_of
from foretell.author.loading import base_of_file, named_after
from foretell.author.names import reader
from foretell.author.tasks import Workflow
from foretell.document.model import Graph
from foretell.errors import nearest
from foretell_codegen.errors import ReadError, Unreadable
from foretell_codegen.provenance import Provenance
from foretell_codegen.reading.manifest import Manifest, tasks_of
from foretell_codegen.reading.modules import Modules
from foretell_codegen.reading.scopes import Unknown
from foretell_codegen.reading.session import Note, Session
from foretell_codegen.reading.text import Source, read_bytes
from foretell_codegen.reading.tracing import provenance_of

Static: TypeAlias = Mapping[str, Any] | Callable[[Workflow[..., Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. File entry points of the graph are relative to `base`; `notes` say what could
    not be known and is left open in it."""

    graph: Graph
    provenance: Provenance
    base: Path
    notes: tuple[Note, ...] = ()


def read(
    source: bytes | str,
    *,
    path: str | Path = "workflow.py",
    workflow: str | None = None,
    manifest: Manifest | None = None,
    static: Static = MappingProxyType({}),
    strict: bool = False,
) -> Reading:
    """The graph of a workflow in `source`, which is neither imported nor run.

    `path` is where the source lies: other modules are read beside it, and places are said by it.
    `workflow` names one of several; `static` are values of its Static inputs (or gives them, when the workflow is
    known), `manifest` the specs
    of tasks whose source is not there, by their entry points. What cannot be read becomes a frozen
    region, or if `strict` a `ReadError`.
    """
    file = Path(path).resolve()
    with without_pauses():
        return _read(Source(source, file), workflow, manifest or {}, static, strict)


def read_file(path: str | Path, **options: Any) -> Reading:
    """`read` of a file."""
    file = Path(path)
    try:
        source = read_bytes(file)
    except OSError as error:
        raise ReadError(file.name, 0, f"it cannot be read: {error.strerror}") from None
    return read(source, path=file, **options)


def _read(
    source: Source,
    name: str | None,
    manifest: Manifest,
    static: Static,
    strict: bool,
) -> Reading:
    session = Session(source.name, strict)
    root = Path(base_of_file(source.path))
    modules = Modules(session, root, tasks_of(manifest))
    token = reader.set(session)
    try:
        home = modules.read(source, named_after(source.path))
        for each in modules.homes.values():
            each.annotations.finish()
        flow = _pick(home.module.__dict__, home.module.__name__, name, source)
        base = base_of(flow)
        known = static if isinstance(static, Mapping) else static(flow)
        graph = compile_workflow(flow, base, known)
    except Unreadable as fault:
        raise ReadError(source.name, fault.line, fault.why, fault.hint) from None
    except RecursionError:
        raise ReadError(source.name, session.site.line, "it is nested too deeply") from None
    finally:
        reader.reset(token)
    if strict and session.notes:
        note = session.notes[0]
        raise ReadError(source.name, note.line, note.why, "name it in a manifest")
    provenance = provenance_of(source, flow, session, graph)
    return Reading(graph, provenance, base, tuple(session.notes))


def _pick(
    names: Mapping[str, Any], module: str, wanted: str | None, source: Source
) -> Workflow[..., Any]:
    found = {n: flow for n, flow in names.items() if isinstance(flow, Workflow)}
    own = {n: flow for n, flow in found.items() if flow.__module__ == module} or found
    if wanted is None or wanted not in own:
        _refuse_unknown(names, wanted, own, source)
    if not own:
        raise ReadError(source.name, 0, "it defines no workflow", "decorate one with @workflow")
    known = ", ".join(own)
    if wanted is not None:
        if wanted not in own:
            raise ReadError(
                source.name,
                0,
                f"it has no workflow {wanted!r}{nearest(wanted, own)} (it has {known})",
            )
        return own[wanted]
    stem = source.path.stem
    if len(own) > 1 and stem not in own:
        raise ReadError(source.name, 0, f"it has several workflows: {known}", "name one of them")
    return own.get(stem) or next(iter(own.values()))


def _refuse_unknown(
    names: Mapping[str, Any], wanted: str | None, own: Mapping[str, Any], source: Source
) -> None:
    """Raises for a workflow that is there and could not be read."""
    for statement in source.tree.body:
        if not isinstance(statement, ast.FunctionDef) or not statement.decorator_list:
            continue
        found = names.get(statement.name)
        if isinstance(found, Unknown) and (statement.name == wanted or not own):
            raise ReadError(
                source.name, statement.lineno, f"{statement.name!r} cannot be read: {found.why}"
            )


@contextmanager
def without_pauses() -> Iterator[None]:
    """A reading makes many objects and drops few; looking for garbage among them, meanwhile or at
    its end, would take as long as the reading. So they are old at once."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
