"""Writing WfFormat 1.6 (or 1.5, where that was read): any graph as an instance.

Stand-ins say themselves which files they read and make. Of other tasks a wire is a file: what `a` gives
at `/x` is the file `a/x`, which `a` makes and everybody reads to whom it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.errors import DocumentError
from foretell.graph.model import Edge, Json
from foretell.graph.pointers import tokens
from foretell_codegen.interchange.losses import note_edges, note_graph, note_nodes, note_tasks
from foretell_codegen.interchange.names import Free, fitted, ids_there
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.wfcommons import (
    ID,
    MAKES,
    MEASURED,
    NAME,
    ORIGIN,
    READS,
    SECONDS,
    VERSIONS,
    is_stand_in,
)

_READ_AS_FILES = ("input",)
"""Where a file goes is up to the task that reads it."""


def write(graph: Graph, notes: Notes) -> dict[str, Json]:
    """The instance, as JSON."""
    if not graph.nodes:
        raise DocumentError("$.nodes", f"there are none, and {NAME} needs one task at least")
    origin = _origin(graph)
    ordered = [(i, edge) for i, edge in enumerate(graph.edges) if _kept(i, edge, notes)]
    there = ids_there(graph, origin)
    given = fitted(there.values(), ID.fullmatch, "$.nodes[{}].id", notes)
    ids = {node: given[name] for node, name in there.items()}
    files = _Files(graph, ordered, notes)
    specification = {
        "tasks": _tasks(graph, [e for _, e in ordered], ids, files),
        "files": files.listed(),
    }
    if not specification["files"]:
        del specification["files"]
    workflow: dict[str, Json] = {"specification": specification}
    _add_execution(workflow, graph, origin, ids, notes)
    _note_rest(graph, ordered, files, notes)
    return {
        "name": graph.name,
        "schemaVersion": origin.get("version", VERSIONS[-1]),
        **origin.get("said", {}),
        "workflow": workflow,
    }


def _origin(graph: Graph) -> Mapping[str, Any]:
    origin = graph.layout.get(ORIGIN)
    if isinstance(origin, dict) and origin.get("format") == NAME:
        return origin
    return {}


def _kept(i: int, edge: Edge, notes: Notes) -> bool:
    if edge.kind == "loop":
        notes.dropped(f"$.edges[{i}]", f"{NAME} has no loops")
    return edge.kind != "loop"


class _Files:
    """Which files each node reads and makes, and how large they are."""

    def __init__(self, graph: Graph, edges: Iterable[tuple[int, Edge]], notes: Notes) -> None:
        self.sizes: dict[str, int] = {}
        self.stand_ins = {node.id for node in graph.nodes if is_stand_in(graph.tasks[node.task])}
        self.made: dict[str, list[str]] = {}
        self.read: dict[str, list[str | None]] = {}
        self._names: dict[tuple[str, str], str] = {}
        for i, node in enumerate(graph.nodes):
            constants = node.inputs if node.id in self.stand_ins else {}
            self.made[node.id] = [name for name in self._said(constants.get(MAKES)) if name]
            self.read[node.id] = self._said(constants.get(READS))
            for name in (*self.made[node.id], *self.read[node.id]):
                if name is not None and not ID.fullmatch(name):
                    notes.changed(
                        f"$.nodes[{i}].inputs", f"{name!r:.80} is no name of a file in {NAME}"
                    )
        self._free = Free(name for names in self.made.values() for name in names)
        for _, edge in edges:
            if edge.kind == "data" and edge.output is not None:
                self._carry(edge)

    def _said(self, value: Json) -> list[str | None]:
        """The names in a list of files; None where an edge brings one."""
        names: list[str | None] = []
        for one in value if isinstance(value, list) else ():
            name = one.get("id") if isinstance(one, dict) else None
            names.append(name)
            if name is not None and type(one.get("sizeInBytes")) is int:
                self.sizes[name] = one["sizeInBytes"]
        return names

    def _carry(self, edge: Edge) -> None:
        name = self._name(edge)
        read, path = self.read[edge.target], tokens(edge.input or "")
        if len(path) == 2 and path[0] == READS and edge.target in self.stand_ins:
            at = int(path[1]) if path[1].isdecimal() else len(read)
            if at < len(read):
                read[at] = name
                return
        if name not in read:
            read.append(name)

    def _name(self, edge: Edge) -> str:
        """The file that carries what lies at a place of an output."""
        source, path = edge.source, tokens(edge.output or "")
        made = self.made[source]
        at = path[0] if source in self.stand_ins and len(path) == 1 else ""
        if at.isdecimal() and int(at) < len(made):
            return made[int(at)]
        key = (source, f"{edge.port or ''}{edge.output}")
        if key not in self._names:
            wanted = "/".join([source, *filter(None, [edge.port]), *path])
            plain = "".join(c if ID.fullmatch(c) else "_" for c in wanted)
            self._names[key] = self._free.take(plain)
            made.append(self._names[key])
        return self._names[key]

    def listed(self) -> list[Json]:
        """All files whose size is known, in the order in which they are first spoken of."""
        names = dict.fromkeys(
            name for node in self.made for name in (*self.read[node], *self.made[node]) if name
        )
        return [
            {"id": name, "sizeInBytes": self.sizes[name]} for name in names if name in self.sizes
        ]


def _tasks(
    graph: Graph, edges: list[Edge], ids: Mapping[str, str], files: _Files
) -> list[dict[str, Json]]:
    parents: dict[str, dict[str, None]] = {node.id: {} for node in graph.nodes}
    children: dict[str, dict[str, None]] = {node.id: {} for node in graph.nodes}
    for edge in edges:
        parents[edge.target][ids[edge.source]] = None
        children[edge.source][ids[edge.target]] = None
    return [
        {
            "name": node.task,
            "id": ids[node.id],
            "parents": list(parents[node.id]),
            "children": list(children[node.id]),
            "inputFiles": [name for name in files.read[node.id] if name],
            "outputFiles": files.made[node.id],
        }
        for node in graph.nodes
    ]


def _add_execution(
    workflow: dict[str, Json],
    graph: Graph,
    origin: Mapping[str, Any],
    ids: Mapping[str, str],
    notes: Notes,
) -> None:
    """What was measured, which the format wants to have a beginning and an end."""
    ran = origin.get("execution")
    measured = [
        (i, node)
        for i, node in enumerate(graph.nodes)
        if isinstance(node.inputs.get(MEASURED), dict)
    ]
    if not isinstance(ran, dict):
        for i, _ in measured:
            notes.dropped(
                f"$.nodes[{i}].inputs.{MEASURED}",
                f"{NAME} wants to know when the whole was executed, and how long that took",
            )
        return
    records = [
        {"id": ids[node.id], **node.inputs[MEASURED]}
        for _, node in measured
        if "runtimeInSeconds" in node.inputs[MEASURED]
    ]
    if records:
        workflow["execution"] = {**ran, "tasks": records}


def _note_rest(
    graph: Graph, edges: Iterable[tuple[int, Edge]], files: _Files, notes: Notes
) -> None:
    note_graph(graph, notes, carried=("name", *(("output",) if _only_files(graph, files) else ())))
    note_tasks(graph, notes, carried=_carried)
    note_nodes(graph.nodes, notes, carried=("id", "task", "inputs"))
    for i, node in enumerate(graph.nodes):
        known = (MAKES, READS, MEASURED, SECONDS) if node.id in files.stand_ins else ()
        for key in node.inputs:
            if key not in known:
                notes.dropped(
                    f"$.nodes[{i}].inputs.{key}", f"{NAME} knows files, and no other values"
                )
    note_edges(
        edges, notes, carried=("source", "target", "kind", "output", "port", *_READ_AS_FILES)
    )


def _only_files(graph: Graph, files: _Files) -> bool:
    """Whether the output is what no task reads, so that it need not be said."""
    return (
        all(hole.node in files.stand_ins for hole in graph.output.holes) and not graph.output.feeds
    )


def _carried(spec: TaskSpec) -> tuple[str, ...]:
    return ("inputs", "output", *(("program",) if is_stand_in(spec) else ()))
