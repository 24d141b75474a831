"""Positions of nodes in a picture: `x.flow.json` beside `x.py`, sorted, one node a line, so that two
people who move different nodes do not meet in a merge.

Meaning never lies there: a sidecar that is lost, or cannot be read, costs a picture its arrangement and
nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from foretell.document.model import Graph
from foretell.graph.model import Json, NodeId

Positions = Mapping[NodeId, Json]
"""Of each node whatever a picture keeps of it: `{"x": 40, "y": 80}`."""

VERSION = 1


def sidecar_of(source: Path) -> Path:
    """Where the positions of the workflows of a file lie."""
    return source.with_suffix(".flow.json")


def dumps(positions: Positions) -> str:
    """The text of a sidecar."""
    lines = [
        f"  {json.dumps(node, ensure_ascii=False)}: {_one_line(positions[node])}"
        for node in sorted(positions)
    ]
    inner = ",\n".join(lines)
    return (
        f'{{"version": {VERSION}, "nodes": {{\n{inner}\n}}}}\n'
        if lines
        else (f'{{"version": {VERSION}, "nodes": {{}}}}\n')
    )


def loads(text: str | bytes) -> dict[NodeId, Json]:
    """The positions in a sidecar; none where it is damaged, or of a newer version."""
    try:
        data: Any = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return {}
    nodes = data.get("nodes") if isinstance(data, dict) and data.get("version") == VERSION else None
    return dict(nodes) if isinstance(nodes, dict) else {}


def positions_of(graph: Graph) -> dict[NodeId, Json]:
    """The positions that a graph brings along, of nodes that it has."""
    known = graph.layout.get("nodes")
    ids = {node.id for node in graph.nodes}
    if not isinstance(known, Mapping):
        return {}
    return {node: place for node, place in known.items() if node in ids}


def placed(graph: Graph, positions: Positions) -> Graph:
    """The graph with the positions of its nodes."""
    ids = {node.id for node in graph.nodes}
    kept = {node: place for node, place in positions.items() if node in ids}
    layout = {key: value for key, value in graph.layout.items() if key != "nodes"}
    return replace(graph, layout={**layout, "nodes": kept} if kept else layout)


def moved(
    before: Positions, graph: Graph, renamed: Mapping[NodeId, NodeId] | None = None
) -> dict[NodeId, Json]:
    """The positions after an edit: those that the edited graph brings along, else those from
    before, under the names that nodes have now. What has no node any more is dropped."""
    ids = {node.id for node in graph.nodes}
    now = {(renamed or {}).get(node, node): place for node, place in before.items()}
    return {**{node: place for node, place in now.items() if node in ids}, **positions_of(graph)}


def _one_line(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number
