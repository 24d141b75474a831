"""Documents of other systems, made up: each in a form that says nothing which is not carried over.

They are made by hand in the forms that the formats' own schemas and examples describe; no file of
another project is copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from foretell_codegen.interchange import Note

Json = Any

WORDS = st.sampled_from(["split", "align", "merge", "plot", "mProject", "a.b", "x-1", "9", "class"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "é", "{n}", "/0"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def instances(draw: st.DrawFn) -> Json:
    """WfFormat instances."""
    ids = draw(
        st.lists(
            st.from_regex(r"[0-9a-zA-Z_.#:/-]{1,6}", fullmatch=True),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    tasks = [_task(draw, i, ids) for i in range(len(ids))]
    for task in tasks:
        for parent in task["parents"]:
            tasks[ids.index(parent)]["children"].append(task["id"])
    used = {name for task in tasks for name in (*task["inputFiles"], *task["outputFiles"])}
    files = [
        {"id": name, "sizeInBytes": draw(st.integers(0, 9))}
        for name in sorted(used)
        if draw(st.booleans())
    ]
    specification = {"tasks": draw(st.permutations(tasks)), **({"files": files} if files else {})}
    document = {
        "name": draw(WORDS),
        "schemaVersion": draw(st.sampled_from(["1.5", "1.6"])),
        **draw(
            _some(
                description="what it is",
                createdAt="2026-08-04T15:19:28-08:00",
                author={"name": "A"},
                more=[1],
            )
        ),
        "workflow": {"specification": specification},
    }
    if draw(st.booleans()):
        document["workflow"]["execution"] = _execution(draw, ids)
    return document


def _task(draw: st.DrawFn, i: int, ids: list[str]) -> Json:
    parents = draw(st.lists(st.sampled_from(ids[:i]), unique=True)) if i else []
    made = [f"{parent}.out{n}" for parent in parents for n in range(2)]
    reads = draw(st.lists(st.sampled_from([*made, "raw.txt", f"own{i}"]), max_size=4))
    return {
        "name": draw(WORDS),
        "id": ids[i],
        "parents": parents,
        "children": [],
        "inputFiles": reads,
        "outputFiles": draw(
            st.lists(st.sampled_from([f"{ids[i]}.out{n}" for n in range(3)]), unique=True)
        ),
    }


def _execution(draw: st.DrawFn, ids: list[str]) -> Json:
    ran = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    return {
        "makespanInSeconds": 14.2,
        "executedAt": "2026-08-04T15:20:00-08:00",
        **draw(_some(machines=[{"nodeName": "node01"}])),
        "tasks": [
            {
                "id": name,
                "runtimeInSeconds": draw(st.integers(0, 9)),
                **draw(_some(coreCount=1, command={"program": "x"})),
            }
            for name in ran
        ],
    }


@st.composite
def workglow_graphs(draw: st.DrawFn) -> Json:
    """Workglow's graph form."""
    ids = draw(st.lists(WORDS, min_size=1, max_size=6, unique=True))
    tasks = [_workglow_task(draw, name) for name in ids]
    flows: list[Json] = []
    inputs = draw(st.lists(st.sampled_from(["url", "size", "depth"]), unique=True))
    within = draw(st.booleans())
    outer = "in" if inputs and within else None
    for i, name in enumerate(ids):
        for port in draw(
            st.lists(st.sampled_from(["text", "model", "a/b~c"]), unique=True, max_size=2)
        ):
            before = [*ids[:i], *([outer] if outer else [])]
            sources = (
                draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
            )
            for source in sources:
                gives = (
                    draw(st.sampled_from(inputs))
                    if source == outer
                    else draw(st.sampled_from(["text", "vector", "*", "[error]"]))
                )
                flows.append(_flow(source, gives, name, port))
            if len(sources) > 1:
                tasks[i].get("defaults", {}).pop(port, None)
    if outer:
        properties = {
            name: draw(st.sampled_from([{}, {"type": "string"}, {"default": 3}])) for name in inputs
        }
        schema: Json = {"type": "object", "properties": properties}
        required = [name for name in inputs if draw(st.booleans())]
        schema |= {"required": required} if required else {}
        tasks.insert(
            0,
            {
                "id": outer,
                "type": "InputTask",
                "config": {"inputSchema": schema, "outputSchema": schema},
            },
        )
    if draw(st.booleans()):
        tasks.append(
            {
                "id": "out",
                "type": "OutputTask",
                **({"config": {"title": "end"}} if draw(st.booleans()) else {}),
            }
        )
        for source in draw(st.lists(st.sampled_from(ids), unique=True, min_size=1, max_size=3)):
            flows.append(
                _flow(
                    source,
                    draw(st.sampled_from(["text", "*"])),
                    "out",
                    draw(st.sampled_from(["one", "all"])),
                )
            )
    return {
        "tasks": [{k: v for k, v in task.items() if v != {}} for task in tasks],
        "dataflows": flows,
    }


def _workglow_task(draw: st.DrawFn, name: str) -> Json:
    defaults = draw(st.dictionaries(st.sampled_from(["text", "k", "model"]), VALUES, max_size=2))
    config = draw(_some(title="A title"))
    return {"id": name, "type": draw(WORDS), "defaults": defaults, "config": config}


def _flow(source: str, gives: str, target: str, takes: str) -> Json:
    return {
        "sourceTaskId": source, "sourceTaskPortId": gives, "targetTaskId": target, "targetTaskPortId": takes,
    }  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn) -> Json:
    """Python Workflow Definitions, with functions first, then inputs, then outputs."""
    calls = draw(
        st.lists(
            st.sampled_from(["flow.add", "flow.load", "pkg.flow.add", "flow.é"]),
            min_size=1,
            max_size=5,
        )
    )
    names = draw(st.lists(st.sampled_from(["x", "y", "a b", "class"]), unique=True, max_size=3))
    outputs = draw(st.sampled_from([[], ["result"], ["total"], ["total", "result"]]))
    nodes: list[Json] = [{"type": "function", "value": value} for value in calls]
    nodes += [{"type": "input", "name": name, **draw(_some(value=draw(VALUES)))} for name in names]
    nodes += [{"type": "output", "name": name} for name in outputs]
    for number, node in enumerate(nodes):
        node["id"] = number
    edges: list[Json] = []
    for target in range(len(calls)):
        for port in draw(
            st.lists(st.sampled_from(["x", "y", "0", "a/b"]), unique=True, max_size=3)
        ):
            edges += _edge(draw, target, port, target, len(calls), len(names))
    for target in range(len(calls) + len(names), len(nodes)):
        edges.append(
            {
                "target": target,
                "targetPort": None,
                "source": draw(st.integers(0, len(calls) - 1)),
                "sourcePort": draw(_PORTS),
            }
        )
    return {"version": "0.1.0", "nodes": nodes, "edges": edges}


_PORTS = st.sampled_from([None, "prod", "s_0"])


def _edge(
    draw: st.DrawFn, target: int, port: str, before: int, calls: int, inputs: int
) -> list[Json]:
    sources = [*range(before), *range(calls, calls + inputs)]
    if not sources:
        return []
    source = draw(st.sampled_from(sources))
    return [{"target": target, "targetPort": port, "source": source, "sourcePort": draw(_PORTS)}]


def _some(**fields: Json) -> st.SearchStrategy[dict[str, Json]]:
    """An object with some of these."""
    return st.lists(st.sampled_from(sorted(fields)), unique=True).map(
        lambda keys: {k: fields[k] for k in keys}
    )


def canonical(document: Json, format_: str) -> Json:
    """The document without what says nothing: the order of sets, and empty lists."""
    document = deepcopy(document)
    if format_ == "wfcommons":
        said = document["workflow"]["specification"]
        said["tasks"].sort(key=lambda task: task["id"])
        for task in said["tasks"]:
            task["parents"], task["children"] = sorted(task["parents"]), sorted(task["children"])
            task.setdefault("inputFiles", [])
            task.setdefault("outputFiles", [])
        said["files"] = sorted(said.get("files", []), key=lambda file: file["id"])
        document["workflow"].get("execution", {}).get("tasks", []).sort(key=lambda task: task["id"])
    elif format_ == "workglow":
        document["tasks"].sort(key=lambda task: task["id"])
        document["dataflows"].sort(
            key=lambda flow: (flow["targetTaskId"], flow["targetTaskPortId"])
        )
    elif format_ == "pwd":
        document["edges"].sort(key=lambda edge: (edge["target"], edge["targetPort"] or ""))
    return document


def without(document: Json, notes: Iterable[Note]) -> Json:
    """The document without the places that were dropped."""
    document = deepcopy(document)
    for note in notes:
        assert note.kind == "dropped", note
        *path, last = [
            int(at) if at else key for key, at in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", note.where)
        ]
        place = document
        for step in path:
            place = place[step]
        del place[last]
    return document


def objects_in(value: Json, where: str = "$") -> Iterable[tuple[str, dict[str, Json]]]:
    """All objects of a document, each with its path."""
    if isinstance(value, dict):
        yield where, value
        for key, part in value.items():
            yield from objects_in(part, f"{where}.{key}")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from objects_in(part, f"{where}[{i}]")
