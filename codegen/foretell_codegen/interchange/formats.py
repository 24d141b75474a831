"""The foreign formats by name, and which one a document is written in.

Adding one is a reader, a writer and a row here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.document import jsonform
from foretell.document.checks import check
from foretell.document.model import Graph
from foretell.errors import DocumentError, UserError, nearest
from foretell.graph.plain import json_type
from foretell_codegen.interchange import (
    pwd_read,
    pwd_write,
    wfcommons_bare,
    wfcommons_read,
    wfcommons_write,
    workglow_read,
    workglow_write,
)
from foretell_codegen.interchange.notes import Note, Notes


@dataclass(frozen=True, slots=True)
class Imported:
    """A graph that can be run, the format that it was read from, and what it could not take over."""

    graph: Graph
    format: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of a document, and what of the graph it could not say."""

    text: str
    format: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is called in words, its reader and its writer."""

    title: str
    read: Callable[[Any, Notes], Graph]
    write: Callable[[Graph, Notes], Any]


FORMATS: Mapping[str, Format] = {
    "workglow": Format("Workglow's graph", workglow_read.read, workglow_write.write),
    "dependencies": Format(
        "Workglow's dependency list", workglow_read.read_list, workglow_write.write_list
    ),
    "wfcommons": Format(
        "WfCommons WfFormat 1.5 or 1.6", wfcommons_read.read, wfcommons_write.write
    ),
    "pwd": Format("the Python Workflow Definition", pwd_read.read, pwd_write.write),
}


def import_graph(text: str | bytes, name: str | None = None, *, pace: float = 0.0) -> Imported:
    """The graph in a document of another system. The `name` of its format is found out from what is in
    it, unless it is told. Raises `DocumentError` naming the place of the first fault; nothing is imported or run.

    `pace` is for formats that say how long tasks took: stand-ins then take that part of it.
    """
    data = jsonform.parse(jsonform.decoded(text))
    name = _known(name) if name else detected(data)
    notes = Notes()
    if wfcommons_bare.is_bare(data) and name == "wfcommons":
        data = wfcommons_bare.as_instance(data, notes)
    if name == "wfcommons":
        graph = wfcommons_read.read(data, notes, pace)
    else:
        graph = FORMATS[name].read(data, notes)
    check(graph)
    return Imported(graph, name, notes.all())


def export_graph(graph: Graph, name: str) -> Exported:
    """`graph` as a document in the format of that name."""
    name, notes = _known(name), Notes()
    data = FORMATS[name].write(graph, notes)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    return Exported(text, name, notes.all())


def detected(data: Any) -> str:
    """The format of parsed JSON; raises `DocumentError` if it is none of them."""
    known = "; ".join(f"{name} ({one.title})" for name, one in FORMATS.items())
    if isinstance(data, list):
        return "dependencies"
    if not isinstance(data, dict):
        raise DocumentError(
            "$", f"expected a document that describes a workflow, got {json_type(data)}"
        )
    if "schemaVersion" in data and "workflow" in data:
        return "wfcommons"
    if isinstance(data.get("tasks"), list) and "dataflows" in data:
        return "workglow"
    if isinstance(data.get("nodes"), list) and isinstance(data.get("edges"), list):
        if isinstance(data.get("tasks"), dict):
            raise DocumentError(
                "$", "this is a graph of foretell's already: run it, draw it, export it"
            )
        return "wfcommons" if _is_bare(data) else "pwd"
    raise DocumentError("$", f"it is none of the formats that are known here: {known}")


def _is_bare(data: Mapping[str, Any]) -> bool:
    return all(isinstance(edge, list) for edge in data["edges"]) and not any(
        isinstance(node, dict) and node.get("type") in ("function", "input", "output")
        for node in data["nodes"]
    )


def _known(name: str) -> str:
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise UserError(
            f"there is no format {name!r:.80}; there are {known}{nearest(name, FORMATS)}"
        )
    return name
