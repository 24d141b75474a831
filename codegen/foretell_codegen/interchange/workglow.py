"""Workglow's documents: what they look like, for the reader and the writer of them.

Two forms say the same. The graph form has `tasks` and `dataflows`; the dependency list has one entry a
task, with the source of each input. A dataflow goes from a port of one task's output to a port of
another's input; `*` is all ports at once, and `[error]` what a task failed with. `InputTask` and
`OutputTask` are where values come in and go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foretell.document.model import TaskSpec
from foretell.graph.model import Edge, Json, Node
from foretell.graph.pointers import tokens
from foretell_codegen.interchange import standins

NAME = "Workglow"
INPUT, OUTPUT = "InputTask", "OutputTask"
ALL, ERROR = "*", "[error]"
ORIGIN = "origin"


def stand_in(
    name: str, takes: Iterable[str], gives: Iterable[str], said: Mapping[str, Any]
) -> TaskSpec:
    """The task of a type, which has these ports; `said` are the schemas that the document gives it."""
    ports = [port for port in gives if port != ALL]
    inputs = said.get("inputSchema") or standins.inputs_of({key: {} for key in takes}, [])
    output = said.get("outputSchema") or standins.record(
        {key: {} for key in ports}, ports, f"{name}_output"
    )
    made = standins.sample(output)
    value: Json = dict.fromkeys(ports) | (made if isinstance(made, dict) else {})
    return TaskSpec(inputs=inputs, output=output, program=standins.giving(value))


def ports_of(
    nodes: Iterable[Node], edges: Iterable[Edge]
) -> dict[str, tuple[list[str], list[str]]]:
    """The ports of each task that its nodes use: those that take, and those that give."""
    takes: dict[str, dict[str, None]] = {}
    gives: dict[str, dict[str, None]] = {}
    tasks: dict[str, str] = {}
    for node in nodes:
        tasks[node.id] = node.task
        ports = takes.setdefault(node.task, {})
        gives.setdefault(node.task, {})
        ports.update(dict.fromkeys(node.inputs))
        ports.update(dict.fromkeys(tokens(feed.input)[0] for feed in node.feeds))
    for edge in edges:
        if edge.input:
            takes[tasks[edge.target]][tokens(edge.input)[0]] = None
        if edge.output and edge.carries == "output":
            gives[tasks[edge.source]][tokens(edge.output)[0]] = None
    return {task: (sorted(takes[task]), sorted(gives[task])) for task in takes}


def graph_of(items: list[Any]) -> dict[str, Any]:
    """The graph form of a dependency list; its faults are left to whoever reads it."""
    tasks, flows = [], []
    for item in items:
        if not isinstance(item, dict):
            tasks.append(item)
            continue
        task = {key: part for key, part in item.items() if key != "dependencies"}
        if isinstance(task.get("subtasks"), list):
            task["subgraph"] = graph_of(task.pop("subtasks"))
        tasks.append(task)
        for port, sources in _pairs(item.get("dependencies")):
            for source in sources if isinstance(sources, list) else [sources]:
                record = source if isinstance(source, dict) else {}
                flows.append(
                    {
                        "sourceTaskId": record.get("id"),
                        "sourceTaskPortId": record.get("output"),
                        "targetTaskId": item.get("id"),
                        "targetTaskPortId": port,
                    }
                )
    return {"tasks": tasks, "dataflows": flows}


def list_of(graph: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The dependency list of a graph form that was written here."""
    items = {task["id"]: dict(task) for task in graph["tasks"]}
    for flow in graph["dataflows"]:
        ports = items[flow["targetTaskId"]].setdefault("dependencies", {})
        source = {"id": flow["sourceTaskId"], "output": flow["sourceTaskPortId"]}
        there = ports.get(flow["targetTaskPortId"])
        if there is None:
            ports[flow["targetTaskPortId"]] = source
        elif isinstance(there, list):
            there.append(source)
        else:
            ports[flow["targetTaskPortId"]] = [there, source]
    return list(items.values())


def _pairs(dependencies: Any) -> Iterable[tuple[str, Any]]:
    return dependencies.items() if isinstance(dependencies, dict) else ()
