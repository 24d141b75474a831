"""A WfCommons workflow of which only its graph is left: nodes with a `type`, edges as pairs.

WfCommons' recipes keep workflows so, with two nodes more, `SRC` and `DST`, where all begins and ends.
Here it is made an instance without files, which is then read as any other.
"""

from __future__ import annotations

from typing import Any

from foretell_codegen.interchange.forms import (
    Object,
    a_list,
    a_text,
    drop_rest,
    known_id,
    need,
    new_id,
    objects,
)
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.wfcommons import VERSIONS


def is_bare(data: Any) -> bool:
    return isinstance(data, dict) and "workflow" not in data and "nodes" in data


def as_instance(data: Object, notes: Notes) -> Object:
    """The instance that says the same. Raises `DocumentError` for an edge between nodes that are not
    there."""
    tasks: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    for where, node in objects(need(data, "nodes", "$"), "$.nodes"):
        name = a_text(need(node, "id", where), f"{where}.id")
        new_id(name, places, f"{where}.id", "node")
        places[name] = where
        kind = a_text(node.get("type", name), f"{where}.type")
        tasks[name] = {"name": kind, "id": name, "parents": [], "children": []}
        drop_rest(node, ("id", "type"), where, notes)
    for i, pair in enumerate(a_list(need(data, "edges", "$"), "$.edges")):
        where = f"$.edges[{i}]"
        ends = [a_text(end, f"{where}[{n}]") for n, end in enumerate(a_list(pair, where))]
        source, target = (*ends, "", "")[:2]
        for n, end in enumerate((source, target)):
            known_id(end, tasks, f"{where}[{n}]", "node")
        for extra in range(2, len(ends)):
            notes.dropped(f"{where}[{extra}]", "an edge has two ends")
        tasks[source]["children"].append(target)
        tasks[target]["parents"].append(source)
    notes.changed("$", "it is a graph without its instance; it is written as WfFormat again")
    drop_rest(data, ("app", "instance", "nodes", "edges"), "$", notes)
    name = a_text(data.get("instance", data.get("app", "workflow")), "$.instance")
    if "app" in data and "instance" in data:
        notes.dropped("$.app", "the name of the instance is enough")
    return {
        "name": name,
        "schemaVersion": VERSIONS[-1],
        "workflow": {"specification": {"tasks": list(tasks.values())}},
    }
