"""What a graph says that a foreign format cannot.

Each writer names what it carries over itself; of everything else in a graph that is said at all, a
note is made here. So a field that is added to graphs one day is noted before anybody thinks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.promises.shapes import NOTHING
from foretell_codegen.interchange.notes import Notes

_OF_GRAPH = ("version", "nodes", "edges", "tasks", "layout")
"""Told of in their own place, or nothing that means anything."""
_COSMETIC = ("digest", "where")
"""Of tasks: where their source was."""


def note_graph(graph: Graph, notes: Notes, *, carried: Collection[str]) -> None:
    """Of the graph as a whole: promises, limits, inputs, output."""
    _note(graph, "$", (*_OF_GRAPH, *carried), notes)


def note_nodes(nodes: Iterable[Node], notes: Notes, *, carried: Collection[str]) -> None:
    for i, node in enumerate(nodes):
        _note(node, f"$.nodes[{i}]", carried, notes)


def note_edges(
    edges: Iterable[tuple[int, Edge]], notes: Notes, *, carried: Collection[str]
) -> None:
    for i, edge in edges:
        _note(edge, f"$.edges[{i}]", carried, notes)


def note_tasks(
    graph: Graph, notes: Notes, *, carried: Callable[[TaskSpec], Collection[str]]
) -> None:
    """`carried` are the fields of a task that are carried over."""
    used = {node.task for node in graph.nodes}
    for name, spec in graph.tasks.items():
        if name not in used:
            notes.dropped(f"$.tasks[{name!r}]", "only nodes are written, and none is of this task")
            continue
        left_out = (*_COSMETIC, *carried(spec), *(("grows",) if spec.grows == NOTHING else ()))
        _note(spec, f"$.tasks[{name!r}]", left_out, notes)


def _note(record: Any, where: str, left_out: Collection[str], notes: Notes) -> None:
    blank = _BLANK[type(record)]
    for one in fields(record):
        if one.name not in left_out and getattr(record, one.name) != getattr(blank, one.name):
            notes.dropped(f"{where}.{one.name}", "the format has no place for it")


_BLANK: dict[type, Any] = {
    Graph: Graph(""), Node: Node("", ""), Edge: Edge("", ""), TaskSpec: TaskSpec(grows=NOTHING),
}  # fmt: skip
