"""Mistakes in documents of other systems, and in what is asked of them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from foretell.document import jsonform
from foretell_codegen.interchange import export_graph, import_graph
from tests.errors.making import GOOD, Make, command

INSTANCE: dict[str, Any] = {
    "name": "blast",
    "schemaVersion": "1.6",
    "workflow": {
        "specification": {
            "tasks": [
                {"name": "split", "id": "a", "parents": [], "children": ["b"], "outputFiles": ["x"]},
                {"name": "join", "id": "b", "parents": ["a"], "children": [], "inputFiles": ["x"]},
            ],
            "files": [{"id": "x", "sizeInBytes": 3}],
        },
        "execution": {
            "makespanInSeconds": 1, "executedAt": "2026-08-04T15:20:00Z",
            "tasks": [{"id": "a", "runtimeInSeconds": 1}],
        },
    },
}  # fmt: skip
FLOWS: dict[str, Any] = {
    "tasks": [{"id": "a", "type": "Load"}, {"id": "b", "type": "Embed"}],
    "dataflows": [
        {
            "sourceTaskId": "a",
            "sourceTaskPortId": "text",
            "targetTaskId": "b",
            "targetTaskPortId": "text",
        }
    ],
}
CALLS: dict[str, Any] = {
    "version": "0.1.0",
    "nodes": [
        {"id": 0, "type": "function", "value": "flow.add"},
        {"id": 1, "type": "input", "name": "x", "value": 1},
        {"id": 2, "type": "output", "name": "result"},
    ],
    "edges": [
        {"source": 1, "sourcePort": None, "target": 0, "targetPort": "x"},
        {"source": 0, "sourcePort": None, "target": 2, "targetPort": None},
    ],
}
TASKS = ("workflow", "specification", "tasks")
FILES = ("workflow", "specification", "files")
RAN = ("workflow", "execution", "tasks")


def foreign(data: Any, *path: str | int, to: Any = None, name: str | None = None) -> Make:
    """A good document whose value at `path` is `to`, and what becomes of it; without one, as it is."""

    def make(_: Path) -> None:
        document = deepcopy(data)
        place = document
        for key in path[:-1]:
            place = place[key]
        if path:
            place[path[-1]] = to
        import_graph(json.dumps(document), name)

    return make


def exported(format_: str, **fields: Any) -> Make:
    """The good graph document with other fields, and what becomes of it."""
    return lambda _: export_graph(
        jsonform.loads(json.dumps({**GOOD, "promises": [], **fields})), format_
    )


ROUND = [
    {"name": "join", "id": "a", "parents": ["b"], "children": ["b"]},
    {"name": "join", "id": "b", "parents": ["a"], "children": ["a"]},
]
TWICE = {"source": 1, "sourcePort": None, "target": 0, "targetPort": "x"}

MISTAKES = {
    "what is no document": foreign(3),
    "what is no format that is known": foreign({"steps": []}),
    "a graph of ours": foreign(GOOD),
    "a format that is not there": foreign(INSTANCE, name="wfcommon"),
    "an object that is a list": foreign(INSTANCE, "workflow", to=[]),
    "a list that is an object": foreign(INSTANCE, *TASKS, to={}),
    "a name that is a number": foreign(INSTANCE, *TASKS, 0, "name", to=3),
    "a key that is missing": foreign(INSTANCE, *TASKS, 0, to={"name": "x", "id": "a", "parent": []}),
    "an id that is no name": foreign(INSTANCE, *TASKS, 0, "id", to=" a"),
    "an instance that is newer": foreign(INSTANCE, "schemaVersion", to="1.7"),
    "an instance that is older": foreign(INSTANCE, "schemaVersion", to="1.4"),
    "an instance without tasks": foreign(INSTANCE, *TASKS, to=[]),
    "a task with the id of another": foreign(INSTANCE, *TASKS, 1, "id", to="a"),
    "a parent that is not there": foreign(INSTANCE, *TASKS, 1, "parents", to=["aa"]),
    "tasks that wait for each other": foreign(INSTANCE, *TASKS, to=ROUND),
    "a file with the id of another": foreign(INSTANCE, *FILES, to=[{"id": "x", "sizeInBytes": 3}] * 2),
    "a file of no size": foreign(INSTANCE, *FILES, 0, "sizeInBytes", to="3 MB"),
    "a task that took no time": foreign(INSTANCE, *RAN, 0, "runtimeInSeconds", to="long"),
    "something measured of no task": foreign(INSTANCE, *RAN, 0, "id", to="c"),
    "a dataflow from nowhere": foreign(FLOWS, "dataflows", 0, "sourceTaskId", to="c"),
    "ids that are the same as texts": foreign(FLOWS, "tasks", to=[{"id": 1, "type": "A"}, {"id": "1", "type": "B"}]),
    "dataflows in a circle": foreign(FLOWS, "dataflows", 0, "targetTaskId", to="a"),
    "a dependency on no task": foreign(
        [{"id": "a", "type": "A", "dependencies": {"x": {"id": "b", "output": "y"}}}]
    ),
    "a definition that is newer": foreign(CALLS, "version", to="0.2.0"),
    "nodes with one number": foreign(CALLS, "nodes", 1, "id", to=0),
    "a number that is a text": foreign(CALLS, "nodes", 1, "id", to="1"),
    "a node of a kind that is not known": foreign(CALLS, "nodes", 0, "type", to="while"),
    "inputs of one name": foreign(
        CALLS, "nodes", 2, to={"id": 2, "type": "input", "name": "x"}
    ),
    "what is no function": foreign(CALLS, "nodes", 0, "value", to="add; import os"),
    "an edge that ends at an input": foreign(CALLS, "edges", 1, "target", to=1),
    "an edge to no port": foreign(CALLS, "edges", 0, "targetPort", to=None),
    "an edge to no node": foreign(CALLS, "edges", 0, "target", to=7),
    "two edges to one port": foreign(CALLS, "edges", 1, to=TWICE),
    "a graph without nodes for WfCommons": exported("wfcommons", nodes=[], edges=[], output={}),
    "two values at one place for PWD": exported(
        "pwd", edges=[{"source": "plan", "target": "total", "kind": "data", "output": "", "input": at} for at in ("/numbers", "/numbers/0")]
    ),
    "a file to import that is not there": command("import", "none.json"),
    "a file to import that is something else": command("import", "x.json", x_json="{}"),
    "a folder to export to": command("export", "flow.py", "--to", "dot", "-o", "no/such/x.dot"),
}  # fmt: skip
