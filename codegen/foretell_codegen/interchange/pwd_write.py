"""Writing PWD: tasks that are Python functions, their inputs as nodes, and helpers that put values together.

A constant becomes an input with a value, as PWD has no others; a value that is made of several becomes a
call of `get_list` or `get_dict`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from foretell.document.model import Graph, TaskSpec
from foretell.errors import DocumentError
from foretell.graph.model import Json
from foretell.graph.pointers import tokens
from foretell_codegen.interchange.losses import note_edges, note_graph, note_nodes, note_tasks
from foretell_codegen.interchange.names import Free
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.pwd import (
    LIST,
    NAME,
    OBJECT,
    VERSION,
    function_of,
    is_function,
    names_of,
)
from foretell_codegen.interchange.standins import is_stand_in

_Port: TypeAlias = tuple[str, str | None]
"""A node, by its kind's letter and its number or name, and what of its output."""


def write(graph: Graph, notes: Notes) -> dict[str, Json]:
    """The document, as JSON."""
    writing = _Writing(graph, notes)
    _note_rest(graph, notes)
    return writing.document()


class _Writing:
    def __init__(self, graph: Graph, notes: Notes) -> None:
        self.graph = graph
        self.notes = notes
        self.functions: list[str] = []
        self.inputs: dict[str, dict[str, Json]] = {}
        self.free = Free()
        self.edges: list[dict[str, Json]] = []
        self.outputs: list[str] = []
        self.calls = {node.id: self._call(i, graph) for i, node in enumerate(graph.nodes)}
        self._note_names()
        for name, one in graph.inputs.items():
            self._add_input(name, {} if one.required else {"value": one.default})
        self.arriving: dict[str, list[tuple[str, str, str]]] = {node.id: [] for node in graph.nodes}
        for i, edge in enumerate(graph.edges):
            if edge.kind != "data" or edge.input is None or edge.carries != "output":
                notes.dropped(
                    f"$.edges[{i}]", "only values go along edges there, and order only with them"
                )
            else:
                self.arriving[edge.target].append(
                    (edge.input, f"f{self.calls[edge.source]}", edge.output or "")
                )
        for i, node in enumerate(graph.nodes):
            feeds = [(feed.input, f"i{feed.name}", feed.output) for feed in node.feeds]
            wires = _tree([*self.arriving[node.id], *feeds], f"node {node.id!r}")
            for port in dict.fromkeys([*node.inputs, *wires]):
                where = f"$.nodes[{i}].inputs.{port}"
                source = self._source(node.inputs.get(port), wires.get(port), port, where)
                self._connect(f"f{self.calls[node.id]}", port, *source)
        self._write_output()

    def _call(self, i: int, graph: Graph) -> int:
        task = graph.nodes[i].task
        value = function_of(graph.tasks[task])
        if value is None:
            last = "".join(c if c.isidentifier() or c.isdecimal() else "_" for c in task)
            value = f"stand_ins.{last}" if is_function(f"stand_ins.{last}") else "stand_ins.task"
            self.notes.changed(
                f"$.nodes[{i}].task",
                f"{task!r:.80} is no Python function; it is called {value!r:.80} there",
            )
        return self._function(value)

    def _note_names(self) -> None:
        """Nodes have numbers there; what they are called when they come back is up to their functions."""
        tasks, ids = names_of(self.functions)
        for i, (node, value, name) in enumerate(
            zip(self.graph.nodes, self.functions, ids, strict=True)
        ):
            if node.id != name:
                self.notes.changed(
                    f"$.nodes[{i}].id", f"it has a number there, and comes back as {name!r:.80}"
                )
            if node.task != tasks[value]:
                self.notes.changed(f"$.nodes[{i}].task", f"it comes back as {tasks[value]!r:.80}")

    def _function(self, value: str) -> int:
        self.functions.append(value)
        return len(self.functions) - 1

    def _add_input(self, name: str, rest: dict[str, Json]) -> str:
        free = self.free.take(name)
        self.inputs[free] = {"name": free, **rest}
        return f"i{free}"

    def _connect(self, target: str, takes: str | None, source: str, gives: str | None) -> None:
        self.edges.append(
            {"target": target, "targetPort": takes, "source": source, "sourcePort": gives}
        )

    def _source(self, value: Json, wires: Any, name: str, where: str) -> _Port:
        """The node, and its port, that gives `value` with what the wires bring in its places."""
        if isinstance(wires, tuple):
            return self._part(*wires)
        if not wires:
            self.notes.changed(where, "a constant is an input with a value there")
            return self._add_input(name, {"value": value}), None
        helper = f"f{self._function(LIST if isinstance(value, list) else OBJECT)}"
        parts = dict(enumerate(value)) if isinstance(value, list) else dict(value or {})
        inside = {str(key): part for key, part in parts.items()}
        for key in dict.fromkeys([*inside, *wires]):
            part = self._source(inside.get(key), wires.get(key), key, where)
            self._connect(helper, key, *part)
        return helper, None

    def _part(self, source: str, pointer: str) -> _Port:
        path = tokens(pointer)
        if len(path) > 1:
            self.notes.changed("$.edges", f"of {pointer!r:.80} only the first part is a port there")
        return source, path[0] if path else None

    def _write_output(self) -> None:
        output = self.graph.output
        found = [(hole.at, f"f{self.calls[hole.node]}", hole.pointer) for hole in output.holes]
        found += [(feed.input, f"i{feed.name}", feed.output) for feed in output.feeds]
        whole = [one for one in found if one[0] == ""]
        if whole:
            self._output("result", self._part(*whole[0][1:]))
            return
        wires = _tree(found, "the output")
        value = output.value
        if not isinstance(value, dict):
            if value is not None or wires:
                self._output("result", self._source(value, wires, "result", "$.output"))
                if wires:
                    self.notes.changed("$.output", f"a call of {LIST} puts it together there")
            return
        if list(value) == ["result"]:
            self.notes.changed("$.output", "it comes back as the value of its only key")
        for key in dict.fromkeys([*value, *wires]):
            self._output(key, self._source(value.get(key), wires.get(key), key, "$.output"))

    def _output(self, name: str, source: _Port) -> None:
        self.outputs.append(name)
        self._connect(f"o{name}", None, *source)

    def document(self) -> dict[str, Json]:
        nodes: list[dict[str, Json]] = []
        numbers: dict[str, int] = {}
        for i, value in enumerate(self.functions):
            numbers[f"f{i}"] = len(nodes)
            nodes.append({"id": len(nodes), "type": "function", "value": value})
        for name, record in self.inputs.items():
            numbers[f"i{name}"] = len(nodes)
            nodes.append({"id": len(nodes), "type": "input", **record})
        for name in self.outputs:
            numbers[f"o{name}"] = len(nodes)
            nodes.append({"id": len(nodes), "type": "output", "name": name})
        edges = [
            {**edge, "target": numbers[edge["target"]], "source": numbers[edge["source"]]}
            for edge in self.edges
        ]
        return {"version": VERSION, "nodes": nodes, "edges": edges}


def _tree(found: list[tuple[str, str, str]], of: str) -> dict[str, Any]:
    """Wires by the steps of the place that they go to."""
    tree: dict[str, Any] = {}
    for at, source, pointer in found:
        place, path = tree, tokens(at)
        for step in path[:-1]:
            place = place if isinstance(place, tuple) else place.setdefault(step, {})
        if isinstance(place, tuple) or path[-1] in place:
            raise DocumentError(
                "$.edges",
                f"{of} gets two values at {at!r:.80}, or one within the other; "
                f"in {NAME} each port gets one",
            )
        place[path[-1]] = source, pointer
    return tree


def _note_rest(graph: Graph, notes: Notes) -> None:
    if graph.name != "workflow":
        notes.dropped("$.name", "a document has no name there")
    note_graph(graph, notes, carried=("name", "inputs", "output"))
    for name, one in graph.inputs.items():
        if one.schema:
            notes.dropped(f"$.inputs[{name!r}].schema", "ports have no types there")
    note_tasks(graph, notes, carried=_carried)
    note_nodes(graph.nodes, notes, carried=("id", "task", "inputs", "feeds"))
    kept = [(i, e) for i, e in enumerate(graph.edges) if e.kind == "data" and e.carries == "output"]
    note_edges(kept, notes, carried=("source", "target", "kind", "output", "input"))


def _carried(spec: TaskSpec) -> tuple[str, ...]:
    how = ("program", "entry") if function_of(spec) or is_stand_in(spec) else ()
    return ("inputs", "output", *how)
