"""Writing Workglow's graph form, or its dependency list: any graph whose values go from port to port.

A port is a key of an object; a place deeper in a value is none, and is told. Order without a value is
told too: Workglow's tasks wait for values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Json, Node
from foretell.graph.pointers import tokens
from foretell_codegen.interchange.losses import note_edges, note_graph, note_nodes, note_tasks
from foretell_codegen.interchange.names import Free, ids_there
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.standins import is_stand_in
from foretell_codegen.interchange.workglow import (
    ALL,
    ERROR,
    INPUT,
    NAME,
    ORIGIN,
    OUTPUT,
    list_of,
    ports_of,
    stand_in,
)


def write(graph: Graph, notes: Notes) -> dict[str, Json]:
    """The graph form, as JSON."""
    return _Writing(graph, notes).document()


def write_list(graph: Graph, notes: Notes) -> list[dict[str, Json]]:
    """The dependency list, as JSON."""
    return list_of(write(graph, notes))


class _Writing:
    def __init__(self, graph: Graph, notes: Notes) -> None:
        self.graph = graph
        self.notes = notes
        self.flows: list[tuple[tuple[int, str, int], dict[str, Json]]] = []
        """Each with what it is sorted by: its target, the port, and its place in a list."""
        self.within: dict[tuple[str, str], list[tuple[str, str]]] = {}
        """Wires that go to a place within a port, by task and port: the place, and where that is said."""
        self.whole: set[tuple[str, str]] = set()
        self.at = {node.id: i for i, node in enumerate(graph.nodes)}
        self.ports = ports_of(graph.nodes, graph.edges)
        origin = graph.layout.get(ORIGIN)
        self.origin = origin if isinstance(origin, dict) and origin.get("format") == NAME else {}
        self.ids = ids_there(graph, self.origin)
        self.free = Free(self.ids.values())
        used = any(node.feeds for node in graph.nodes) or graph.output.feeds
        self.input = (
            self._boundary("input") if graph.inputs or used or "input" in self.origin else ""
        )
        returned = graph.output.value is not None or graph.output.holes or graph.output.feeds
        self.output = self._boundary("output") if returned or "output" in self.origin else ""

    def _boundary(self, side: str) -> str:
        return self.free.take(self._said(side).get("id") or side)

    def _said(self, side: str) -> Mapping[str, Any]:
        said = self.origin.get(side)
        return said if isinstance(said, dict) else {}

    def document(self) -> dict[str, Json]:
        for i, node in enumerate(self.graph.nodes):
            for feed in node.feeds:
                where = f"$.nodes[{i}].feeds"
                port = self._port_of_input(feed.name, feed.output, where)
                self._add(self.input, port, node.id, feed.input, where)
        for i, edge in enumerate(self.graph.edges):
            self._add_edge(i, edge)
        self._add_output()
        constants = self._constants()
        tasks = [self._task(node, constants[node.id]) for node in self.graph.nodes]
        if self.output:
            tasks.append(self._written_output(constants[self.output]))
        if self.input:
            tasks.insert(0, self._written_input())
        self._note_rest()
        return {
            "tasks": tasks,
            "dataflows": [flow for _, flow in sorted(self.flows, key=lambda f: f[0])],
        }

    def _constants(self) -> dict[str, dict[str, Json]]:
        """What is left of the constants of each task where lists that are all wires are none. Tells of
        wires that lie deeper than that."""
        left = {node.id: dict(node.inputs) for node in self.graph.nodes}
        left[self.output] = self._output_constants()
        for (target, port), wires in self.within.items():
            if _are_all(left[target].get(port), {path for path, _ in wires}):
                del left[target][port]
            else:
                for path, where in wires:
                    self.notes.changed(
                        where,
                        f"{path!r:.80} lies within the port {port!r:.80}; there it goes to all of it",
                    )
        return left

    def _output_constants(self) -> dict[str, Json]:
        value = self.graph.output.value
        if isinstance(value, list):
            self.notes.changed("$.output", "its parts are the ports '0', '1' ... there")
            value = {str(i): part for i, part in enumerate(value)}
        if isinstance(value, dict):
            return dict(value)
        if value is not None:
            self.notes.dropped("$.output", "a value that is no object has no place there")
        return {}

    def _add_edge(self, i: int, edge: Edge) -> None:
        where = f"$.edges[{i}]"
        if edge.kind != "data" or edge.input is None:
            self.notes.dropped(where, f"{NAME} knows no order without a value, and no loops")
            return
        gives = (
            ERROR
            if edge.carries == "failures"
            else self._port(edge.output or "", f"{where}.output")
        )
        self._add(edge.source, gives, edge.target, edge.input, f"{where}.input")
        told = ("source", "target", "kind", "output", "input")
        note_edges(
            [(i, edge)], self.notes, carried=(*told, *(("on", "carries") if gives == ERROR else ()))
        )

    def _add(self, source: str, gives: str, target: str, place: str, where: str) -> None:
        takes, *path = tokens(place)
        if not path and (target, takes) in self.whole:
            self.notes.changed(
                where, f"it is not the first that goes to {takes!r:.80}; there they are a list"
            )
        self.whole.add((target, takes))
        if path:
            self.within.setdefault((target, takes), []).append(("/".join(path), where))
        at = int(path[0]) if len(path) == 1 and path[0].isdecimal() else 0
        flow = {
            "sourceTaskId": self.ids.get(source, source),
            "sourceTaskPortId": gives,
            "targetTaskId": self.ids.get(target, target),
            "targetTaskPortId": takes,
        }
        self.flows.append(((self.at.get(target, len(self.at)), takes, at), flow))

    def _port(self, pointer: str, where: str) -> str:
        path = tokens(pointer)
        if len(path) > 1:
            self.notes.changed(where, f"of {pointer!r:.80} only the first part is a port there")
        return path[0] if path else ALL

    def _port_of_input(self, name: str, pointer: str, where: str) -> str:
        if pointer:
            self.notes.changed(where, f"there all of the input {name!r:.80} goes along")
        return name

    def _task(self, node: Node, constants: dict[str, Json]) -> dict[str, Json]:
        task: dict[str, Json] = {"id": self.ids[node.id], "type": node.task}
        if constants:
            task["defaults"] = constants
        seen = stand_in(node.task, *self.ports[node.task], {})
        config = _differing(self.graph.tasks[node.task], seen)
        if node.label is not None:
            config["title"] = node.label
        return {**task, "config": config} if config else task

    def _written_input(self) -> dict[str, Json]:
        properties = {
            name: dict(one.schema) | ({} if one.default is None else {"default": one.default})
            for name, one in self.graph.inputs.items()
        }
        schema: dict[str, Json] = {"type": "object", "properties": properties}
        required = [name for name, one in self.graph.inputs.items() if one.required]
        if required:
            schema["required"] = required
        return self._edge_task(
            INPUT, "input", self.input, {"inputSchema": schema, "outputSchema": schema}
        )

    def _add_output(self) -> None:
        output = self.graph.output
        for hole in output.holes:
            gives = self._port(hole.pointer, "$.output.holes")
            self._add(hole.node, gives, self.output, hole.at or f"/{ALL}", "$.output.holes")
        for feed in output.feeds:
            port = self._port_of_input(feed.name, feed.output, "$.output.feeds")
            self._add(self.input, port, self.output, feed.input or f"/{ALL}", "$.output.feeds")

    def _written_output(self, constants: dict[str, Json]) -> dict[str, Json]:
        wired = {
            flow["targetTaskPortId"]
            for _, flow in self.flows
            if flow["targetTaskId"] == self.output
        }
        left = {
            key: value for key, value in constants.items() if value is not None or key not in wired
        }
        task = self._edge_task(OUTPUT, "output", self.output, {})
        return {**task, "defaults": left} if left else task

    def _edge_task(
        self, kind: str, side: str, name: str, config: dict[str, Json]
    ) -> dict[str, Json]:
        title = self._said(side).get("title")
        config = {**config, **({"title": title} if title is not None else {})}
        return {"id": name, "type": kind, **({"config": config} if config else {})}

    def _note_rest(self) -> None:
        if self.graph.name != "workflow":
            self.notes.dropped("$.name", "a document has no name there")
        note_graph(self.graph, self.notes, carried=("name", "inputs", "output"))
        note_tasks(self.graph, self.notes, carried=_carried)
        note_nodes(self.graph.nodes, self.notes, carried=("id", "task", "inputs", "feeds", "label"))


def _are_all(value: Json, places: set[str]) -> bool:
    """Whether `value` is a list of nothing but the places that wires go to."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(part is None for part in value)
        and places == {str(i) for i in range(len(value))}
    )


def _carried(spec: TaskSpec) -> tuple[str, ...]:
    return ("inputs", "output", *(("program",) if is_stand_in(spec) else ()))


def _differing(spec: TaskSpec, seen: TaskSpec) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    if spec.inputs and spec.inputs != seen.inputs:
        schemas["inputSchema"] = spec.inputs
    if spec.output and spec.output != seen.output:
        schemas["outputSchema"] = spec.output
    return schemas
