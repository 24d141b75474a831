"""What an edit may not touch, and why: said before anything is planned."""

from __future__ import annotations

from foretell.graph.model import NodeId
from foretell_codegen.updating.desk import Desk
from foretell_codegen.updating.trouble import CannotUpdate


def refuse(desk: Desk) -> None:
    """Raises `CannotUpdate` if the edit wants what no edit of the source can give."""
    _refuse_name(desk)
    frozen = {part.node: part for part in desk.where.frozen}
    for node_id in (*desk.al.changed, *desk.al.removed, *desk.al.renamed):
        old = desk.was.get(node_id, node_id)
        if old in frozen:
            part = frozen[old]
            raise CannotUpdate(
                f"line {part.line}",
                f"node {old!r} stands for a part of the workflow that could not be read "
                f"({part.why}), and such a part is never touched",
                "Leave the node as it is, or edit the source by hand",
            )
        if old not in desk.where.nodes:
            raise CannotUpdate(
                f"node {old!r}",
                "it is not written by itself in this source",
                "Edit what it follows from by hand",
            )
        _refuse_place(desk, old)
    for node_id in desk.al.added:
        node = desk.new.nodes[node_id]
        if node.scope or node.slot is not None:
            raise CannotUpdate(
                f"node {node_id!r}",
                "it is a new one within a section, and an edit is made in the body of the workflow only",
                "Add it to the section's own workflow",
            )


def _refuse_name(desk: Desk) -> None:
    one, other = desk.old.graph, desk.new.graph
    if one.name != other.name:
        raise CannotUpdate(
            f"workflow {one.name!r}",
            f"the graph is of a workflow called {other.name!r}",
            "Keep its name, and rename the function by hand",
        )


def _refuse_place(desk: Desk, old: NodeId) -> None:
    written = desk.where.nodes[old]
    if written.shared:
        raise CannotUpdate(
            desk.line(written.call),
            f"node {old!r} is one of several that come of one call (a loop, a map, or a workflow used "
            f"several times), and cannot be another one by itself",
            "Change the source, or write the calls out there one by one",
        )
    if written.function not in ("", desk.old.graph.name):
        raise CannotUpdate(
            desk.line(written.call),
            f"node {old!r} is written in the body of {written.function!r}, and an edit is made in that of "
            f"{desk.old.graph.name!r} only",
            f"Read and update {written.function!r} by itself",
        )
