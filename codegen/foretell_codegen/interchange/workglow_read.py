"""Reading Workglow: each task a stand-in that gives something in every port that is read.

Several dataflows into one port are a list there, in their order. A compound task that cannot be opened
(`workglow_open`) stays one node: what is within it is told in a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from foretell.document.model import Graph, Input, TaskSpec
from foretell.graph.model import Edge, Feed, Hole, Json, Node, Output
from foretell.graph.pointers import escape
from foretell_codegen.interchange.forms import (
    Object,
    a_list,
    a_name,
    a_text,
    an_object,
    drop_rest,
    known_id,
    need,
    new_id,
    objects,
    refuse_cycles,
)
from foretell_codegen.interchange.names import with_ids_of_ours
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.workglow import (
    ALL,
    ERROR,
    INPUT,
    NAME,
    ORIGIN,
    OUTPUT,
    graph_of,
    ports_of,
    stand_in,
)
from foretell_codegen.interchange.workglow_open import Flow, flows_of, opened, task_id

_KNOWN = ("id", "type", "defaults", "input", "config", "title", "name", "inputSchema", "outputSchema",
          "subgraph", "subtasks", "merge")  # fmt: skip
_WITHIN = {"subgraph": "tasks", "subtasks": ""}
_SCHEMAS = ("inputSchema", "outputSchema")


@dataclass(slots=True)
class _Task:
    where: str
    type: str
    defaults: dict[str, Json]
    label: str | None
    config: dict[str, Any]
    flows: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)
    """What goes into each port: task and port, in order."""


def read(data: Object, notes: Notes, at: str = "$.tasks") -> Graph:
    """The graph of the graph form. `at` is the place of its tasks in the document."""
    drop_rest(data, ("tasks", "dataflows"), "$", notes)
    flows = list(flows_of(need(data, "dataflows", "$"), "$.dataflows"))
    items: dict[str, tuple[str, Object]] = {}
    places: dict[str, str] = {}
    for where, item in objects(need(data, "tasks", "$"), at):
        name = task_id(need(item, "id", where), f"{where}.id")
        new_id(name, places, f"{where}.id")
        items[name], places[name] = (where, item), where
    for name, (where, item) in list(items.items()):
        found = opened(name, item, where, flows, notes)
        if found is not None:
            del items[name]
            flows = found.flows
            for inner, part in found.tasks.items():
                new_id(inner, places, f"{part[0]}.id")
                items[inner], places[inner] = part, part[0]
    tasks = _tasks(items, notes)
    _add_flows(flows, tasks, notes)
    before = {
        name: [s for flows in task.flows.values() for s, _ in flows] for name, task in tasks.items()
    }
    refuse_cycles(before, "$.dataflows", NAME)
    graph = _Building(tasks, notes).graph()
    return with_ids_of_ours(graph, ORIGIN, f"{at}[{{}}].id", notes)


def read_list(data: Any, notes: Notes) -> Graph:
    """The graph of a dependency list."""
    items = a_list(data, "$")
    ids = {task_id(item["id"], where) for where, item in objects(items, "$") if "id" in item}
    for where, item in objects(items, "$"):
        for port, sources in an_object(
            item.get("dependencies", {}), f"{where}.dependencies"
        ).items():
            place = f"{where}.dependencies.{port}"
            for source in sources if isinstance(sources, list) else [sources]:
                record = an_object(source, place)
                a_text(need(record, "output", place), f"{place}.output")
                known_id(task_id(need(record, "id", place), f"{place}.id"), ids, f"{place}.id")
                drop_rest(record, ("id", "output"), place, notes)
    return read(graph_of(items), notes, "$")


def _tasks(items: Mapping[str, tuple[str, Object]], notes: Notes) -> dict[str, _Task]:
    tasks: dict[str, _Task] = {}
    for name, (where, item) in items.items():
        if not isinstance(item["id"], str):
            notes.changed(f"{where}.id", f"the id is the text {name!r} here")
        tasks[name] = _task(item, where, notes)
        drop_rest(item, _KNOWN, where, notes)
    return tasks


def _task(item: Object, where: str, notes: Notes) -> _Task:
    kind = a_name(need(item, "type", where), f"{where}.type")
    config = dict(an_object(item.get("config", {}), f"{where}.config"))
    for key in ("title", *_SCHEMAS):
        if key in item:
            config.setdefault(key, item[key])
            notes.changed(f"{where}.{key}", "it is in `config` when it is written again")
    title = config.pop("title", item.get("name"))
    if "name" in item:
        notes.changed(f"{where}.name", "it is the title in `config` when it is written again")
    defaults = dict(an_object(item.get("defaults", item.get("input", {})), f"{where}.defaults"))
    if "input" in item:
        notes.changed(f"{where}.input", "it is called `defaults` when it is written again")
    _note_within(item, where, notes)
    label = None if title is None else a_text(title, f"{where}.config.title")
    return _Task(where, kind, defaults, label, config)


def _note_within(item: Object, where: str, notes: Notes) -> None:
    for key, inner in _WITHIN.items():
        if key in item:
            parts = item[key].get(inner, ()) if inner and isinstance(item[key], dict) else item[key]
            count = len(parts) if isinstance(parts, list) else 0
            notes.dropped(
                f"{where}.{key}",
                f"what is within this task, {count} tasks, is not read: it is one node here",
            )
    if "merge" in item:
        notes.dropped(f"{where}.merge", "it says how to put together what is within this task")


def _add_flows(flows: Iterable[Flow], tasks: dict[str, _Task], notes: Notes) -> None:
    for flow in flows:
        known_id(flow.source, tasks, f"{flow.where}.sourceTaskId")
        known_id(flow.target, tasks, f"{flow.where}.targetTaskId")
        port = tasks[flow.target].flows.setdefault(flow.takes, {})
        if flow.key in port:
            notes.dropped(flow.where, "it is said before")
        port[flow.key] = None
        if flow.written.get("transforms"):
            notes.dropped(f"{flow.where}.transforms", "the value goes along as it is")
        drop_rest(
            flow.written,
            ("sourceTaskId", "sourceTaskPortId", "targetTaskId", "targetTaskPortId", "transforms"),
            flow.where,
            notes,
        )


class _Building:
    """From tasks and flows to a graph."""

    def __init__(self, tasks: dict[str, _Task], notes: Notes) -> None:
        self.tasks = tasks
        self.notes = notes
        self.input = self._boundary(INPUT, lambda task: not task.flows)
        read = {
            source
            for task in tasks.values()
            for flows in task.flows.values()
            for source, _ in flows
        }
        last = {name for name in tasks if name not in read}
        self.output = self._boundary(OUTPUT, lambda task: any(tasks[n] is task for n in last))
        self.inputs: dict[str, Input] = {}

    def _boundary(self, kind: str, fits: Any) -> str | None:
        found = [name for name, task in self.tasks.items() if task.type == kind]
        return found[0] if len(found) == 1 and fits(self.tasks[found[0]]) else None

    def graph(self) -> Graph:
        origin: dict[str, Json] = {"format": NAME}
        if self.input is not None:
            self._read_inputs(self.input, origin)
        nodes: list[Node] = []
        edges: list[Edge] = []
        for name, task in self.tasks.items():
            if name not in (self.input, self.output):
                node, wires = self._node(name, task)
                nodes.append(node)
                edges += wires
        output = Output()
        if self.output is not None:
            output = self._read_output(self.output, origin)
        return Graph(
            "workflow",
            tasks=self._specs(nodes, edges),
            nodes=tuple(nodes),
            edges=tuple(edges),
            inputs=self.inputs,
            output=output,
            layout={ORIGIN: origin},
        )

    def _read_inputs(self, name: str, origin: dict[str, Json]) -> None:
        task = self.tasks[name]
        schema = task.config.pop("inputSchema", task.config.get("outputSchema"))
        said = schema if isinstance(schema, dict) else {}
        required = a_list(said.get("required", []), f"{task.where}.config.inputSchema.required")
        for port, declared in an_object(said.get("properties", {}), f"{task.where}.config").items():
            one = dict(declared) if isinstance(declared, dict) else {}
            if port in task.defaults:
                self.notes.changed(
                    f"{task.where}.defaults.{port}", "it is in the schema when it is written again"
                )
            default = one.pop("default", task.defaults.pop(port, None))
            self.inputs[port] = Input(one, port in required, default)
        if task.config.pop("outputSchema", schema) != schema:
            self.notes.dropped(
                f"{task.where}.config.outputSchema", "the inputs are what inputSchema says"
            )
        if schema is not None:
            rest = {
                key: part
                for key, part in said.items()
                if key not in ("type", "properties", "required")
            }
            drop_rest(
                rest, ("additionalProperties",), f"{task.where}.config.inputSchema", self.notes
            )
        self._drop_config(task)
        for key in task.defaults:
            self.notes.dropped(f"{task.where}.defaults.{key}", "there is no such input")
        origin["input"] = {"id": name, "title": task.label}

    def _drop_config(self, task: _Task) -> None:
        drop_rest(task.config, (), f"{task.where}.config", self.notes)

    def _read_output(self, name: str, origin: dict[str, Json]) -> Output:
        task = self.tasks[name]
        value: dict[str, Json] = dict(task.defaults)
        holes: list[Hole] = []
        feeds: list[Feed] = []
        for port, flows in sorted(task.flows.items()):
            self._note_default(task, port, flows)
            for at, source, gives in _places(port, flows, value):
                if source == self.input:
                    feeds += self._feed(gives, at, task.where)
                elif gives == ERROR:
                    self.notes.dropped(task.where, f"how {source!r:.80} failed is no output here")
                else:
                    holes.append(Hole(at, source, _pointer(gives)))
        self._drop_config(task)
        origin["output"] = {"id": name, "title": task.label}
        return Output(value, tuple(holes), tuple(feeds))

    def _node(self, name: str, task: _Task) -> tuple[Node, list[Edge]]:
        inputs, feeds, edges = dict(task.defaults), list[Feed](), list[Edge]()
        for port, flows in sorted(task.flows.items()):
            self._note_default(task, port, flows)
            for at, source, gives in _places(port, flows, inputs):
                if source == self.input:
                    feeds += self._feed(gives, at, task.where)
                elif gives == ERROR:
                    edges.append(Edge(source, name, "data", "", at, on="fail", carries="failures"))
                else:
                    edges.append(Edge(source, name, "data", _pointer(gives), at))
        node = Node(name, task.type, inputs=inputs, feeds=tuple(feeds), label=task.label)
        return node, edges

    def _note_default(self, task: _Task, port: str, flows: Collection[tuple[str, str]]) -> None:
        if len(flows) > 1 and port in task.defaults:
            self.notes.dropped(f"{task.where}.defaults.{port}", "what comes here takes its place")

    def _feed(self, gives: str, at: str, where: str) -> list[Feed]:
        if gives in (ALL, ERROR):
            self.notes.dropped(where, "it reads all inputs at once; here they are read one by one")
            return []
        if gives not in self.inputs:
            self.notes.added(where, f"the input {gives!r:.80}, which it reads and nobody declares")
            self.inputs[gives] = Input()
        return [Feed(gives, "", at)]

    def _specs(self, nodes: list[Node], edges: list[Edge]) -> dict[str, TaskSpec]:
        schemas: dict[str, dict[str, Any]] = {}
        count = Counter(node.task for node in nodes)
        for key in _SCHEMAS:
            for kind in count:
                said = [self.tasks[n.id].config.pop(key, None) for n in nodes if n.task == kind]
                alike = all(one == said[0] for one in said)
                if alike and isinstance(said[0], dict):
                    schemas.setdefault(kind, {})[key] = said[0]
                elif not alike:
                    self.notes.dropped(
                        "$.tasks", f"the {key} of {kind!r:.80}: its uses differ in it"
                    )
        for node in nodes:
            self._drop_config(self.tasks[node.id])
        return {
            kind: stand_in(kind, takes, gives, schemas.get(kind, {}))
            for kind, (takes, gives) in ports_of(nodes, edges).items()
        }


def _pointer(port: str) -> str:
    return "" if port == ALL else f"/{escape(port)}"


def _places(
    port: str, flows: Collection[tuple[str, str]], inputs: dict[str, Json]
) -> list[tuple[str, str, str]]:
    """Where each of the flows into a port goes; several are a list."""
    at = f"/{escape(port)}"
    if len(flows) == 1:
        return [(at, *flow) for flow in flows]
    inputs[port] = [None] * len(flows)
    return [(f"{at}/{i}", *flow) for i, flow in enumerate(flows)]
