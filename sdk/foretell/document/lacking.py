"""What stands in a node's inputs where an edge brings nothing.

An edge on `any` brings a value only if there is one. So something must be there already, or the
task must do without.
"""

from __future__ import annotations

from collections.abc import Iterator

from foretell.document.fits import Place, fit, taken_at
from foretell.document.model import Graph, TaskSpec
from foretell.document.words import in_words
from foretell.graph.model import Edge, Json, Node
from foretell.graph.pointers import NoSuchPlace, get, tokens


def lacking(graph: Graph) -> Iterator[tuple[str, str]]:
    """Where a document says too little of this, and what."""
    nodes = {node.id: node for node in graph.nodes}
    sure = {(edge.target, edge.input) for edge in graph.edges if _is_sure(edge)}
    for i, edge in enumerate(graph.edges):
        if edge.on != "any" or not edge.input or (edge.target, edge.input) in sure:
            continue
        node = nodes[edge.target]
        if why := _fault(edge, node, graph.tasks[node.task]):
            yield f"$.edges[{i}].input", why


def _is_sure(edge: Edge) -> bool:
    return edge.kind == "data" and edge.on != "any"


def _fault(edge: Edge, node: Node, task: TaskSpec) -> str:
    if any(f"{edge.input}/".startswith(f"{feed.input}/") for feed in node.feeds):
        return ""
    try:
        stays = get(node.inputs, edge.input or "")
    except NoSuchPlace:
        name, *rest = tokens(edge.input or "")
        if not rest and name not in task.inputs.get("required", ()):
            return ""
        return (
            f"{edge.source!r} brings a value only if {_if(edge)}, and there is nothing else at "
            f"{edge.input!r:.80} of {node.id!r}: give the node a constant there"
            + ("" if rest else f", or let its task do without {name!r}")
        )
    return _misfit(stays, edge, task)


def _misfit(stays: Json, edge: Edge, task: TaskSpec) -> str:
    wanted = taken_at(Place.of(task.inputs), edge.input or "")
    if fit(Place.of({"const": stays}), wanted) != "incompatible":
        return ""
    return (
        f"{edge.source!r} brings a value only if {_if(edge)}; else {edge.target!r} gets "
        f"{stays!r:.60}, and takes {in_words(wanted.schema)}"
    )


def _if(edge: Edge) -> str:
    return "it fails" if edge.carries == "failures" else "it ends well"
