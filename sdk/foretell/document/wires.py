"""The wires of a graph, and whether what they carry fits where it goes.

For graphs that no type checker has seen. A wire runs from a place in a node's output, or in a
workflow input, or from outside of the run, to a place in a node's inputs; each has a JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.document.fits import UNKNOWN, Fit, Place, at, fit, taken_at
from foretell.document.model import Graph, TaskSpec
from foretell.document.words import in_words
from foretell.graph.model import Edge, Json
from foretell.graph.streams import gathered_schema

FAILURES: dict[str, Any] = {
    "type": "array",
    "items": {
        "title": "Failure",
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("node", "task", "error")},
        "required": ["node", "task", "error"],
        "additionalProperties": False,
    },
}
"""The schema of what an edge carries of failures."""


@dataclass(frozen=True, slots=True)
class Wire:
    """`where` is its place in the document, `source` and `target` name its ends."""

    where: str
    source: str
    target: str
    given: Place
    wanted: Place
    fits: Fit

    def __str__(self) -> str:
        given, wanted = in_words(self.given.schema), in_words(self.wanted.schema)
        return f"{self.source} gives {given}, and {self.target} takes {wanted}"


def wires_of(graph: Graph) -> Iterator[Wire]:
    """All wires of a graph whose ends have schemas."""
    tasks = {node.id: node.task for node in graph.nodes}
    known: dict[tuple[object, ...], tuple[Place, Place, Fit]] = {}
    inputs = {name: Place.of(declared.schema) for name, declared in graph.inputs.items()}
    for i, edge in enumerate(graph.edges):
        if edge.kind == "loop" and edge.input is not None:
            wanted = taken_at(Place.of(graph.tasks[tasks[edge.target]].inputs), edge.input)
            if wanted.schema is False:  # of what goes along nothing else is known
                yield Wire(
                    f"$.edges[{i}]", f"another round from {edge.source}",
                    _end(edge.target, edge.input), Place.of(UNKNOWN), wanted, "incompatible",
                )  # fmt: skip
            continue
        if edge.kind != "data" or edge.input is None:
            continue
        failures = edge.carries == "failures"
        source, target = tasks[edge.source], tasks[edge.target]
        key = (
            "" if failures else source,
            edge.output or "", target, edge.input, edge.port, edge.early,
        )  # fmt: skip
        if key not in known:
            whole = FAILURES if failures else _given(graph.tasks[source], edge)
            given = at(Place.of(whole), edge.output or "")
            goes_to = edge.input + "/0" * edge.early  # an empty stream would fit everywhere
            known[key] = _fitted(given, graph.tasks[target], goes_to)
        begin = f"failures of {edge.source}" if failures else edge.source
        begin += f" ({edge.port})" if edge.port else ""
        yield Wire(
            f"$.edges[{i}]", _end(begin, edge.output or ""),
            _end(edge.target, edge.input), *known[key],
        )  # fmt: skip
    for i, node in enumerate(graph.nodes):
        for j, feed in enumerate(node.feeds):
            given = at(inputs[feed.name], feed.output)
            yield Wire(
                f"$.nodes[{i}].feeds[{j}]", f"input {_end(feed.name, feed.output)}",
                _end(node.id, feed.input), *_fitted(given, graph.tasks[node.task], feed.input),
            )  # fmt: skip
        for j, one in enumerate(node.outside):
            yield Wire(
                f"$.nodes[{i}].outside[{j}]", f"{one.kind} {one.says!r:.80}",
                _end(node.id, one.input),
                *_fitted(Place.of(one.schema), graph.tasks[node.task], one.input),
            )  # fmt: skip


def _given(source: TaskSpec, edge: Edge) -> Mapping[str, Json]:
    """The schema of what `edge` takes from: the output, or a port, or its chunks."""
    if edge.port is None:
        return source.output
    port = source.ports[edge.port]
    return port.chunk if edge.early else gathered_schema(port.chunk, port.gather)


def _fitted(given: Place, target: TaskSpec, pointer: str) -> tuple[Place, Place, Fit]:
    wanted = taken_at(Place.of(target.inputs), pointer)
    return given, wanted, fit(given, wanted)


def _end(name: str, pointer: str) -> str:
    """`plan.rows[0]`: a place as a person would say it."""
    parts = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    return name + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in parts)
