"""Ids that follow from the order of calls (`load`, `load_2`), kept when that order is another one.

A call without a name of its own is called after its task, and numbered where others are called so
too. Where an edit would number it otherwise, its id is said.
"""

from __future__ import annotations

import re

from foretell.author.wiring import Names
from foretell.graph.model import NodeId
from foretell_codegen.provenance import Span
from foretell_codegen.updating.desk import Desk

_NUMBERED = re.compile(r"(.+)_([1-9][0-9]*)")


def renumbered(desk: Desk) -> set[NodeId]:
    """The nodes that would be called otherwise, once statements are in their new order."""
    al = desk.al
    if not (al.added or al.removed or al.renamed or desk.kept or desk.sequence.is_reordered):
        return set()
    families = _families(desk)
    names = Names()
    return {
        node
        for node, base in (_calls(desk, families) if families else ())
        if names.fresh(base) != node and base != node
    }


def pin(desk: Desk, nodes: set[NodeId]) -> None:
    """Has calls say their ids."""
    for node in sorted(nodes):
        desk.parts.setdefault(node, []).append(("id", node))
        desk.edited[desk.written(node).call] = node


def _families(desk: Desk) -> set[str]:
    """The names that several nodes would have."""
    found = set()
    for node_id in desk.old.nodes:
        numbered = _NUMBERED.fullmatch(node_id)
        if numbered and numbered[1] in desk.old.nodes:
            found.add(numbered[1])
    for node_id in (*desk.al.added, *desk.al.renamed.values()):
        if node_id in desk.old.nodes:
            found.add(node_id)
    return found


def _calls(desk: Desk, families: set[str]) -> list[tuple[NodeId, str]]:
    """The nodes of these families in the order of their calls to be, each with the name that it has
    before it is numbered."""
    place = {id(item): at for at, item in enumerate(desk.sequence.items)}
    found: list[tuple[tuple[int, int], NodeId, str]] = []
    for node in desk.new.nodes:
        numbered = _NUMBERED.fullmatch(node)
        family = numbered[1] if numbered and numbered[1] in families else node
        if family not in families:
            continue
        item = desk.item_of(node)
        if item is None or (not desk.is_new(node) and not _is_single(desk, node)):
            continue
        call = Span(0, 0) if desk.is_new(node) else desk.written(node).call
        found.append(((place.get(id(item), 0), call.end), node, _base(desk, node, family)))
    return [(node, base) for _, node, base in sorted(found)]


def _is_single(desk: Desk, node: NodeId) -> bool:
    """Whether it comes of a call of its own, in the body that is edited."""
    written = desk.written(node)
    ours = written.function in ("", desk.old.graph.name)
    return ours and not written.shared and not desk.phrases.is_control(desk.new.nodes[node])


def _base(desk: Desk, node: NodeId, family: str) -> str:
    if node in desk.names or desk.is_new(node):
        return node
    written = desk.written(node)
    if "id" in written.options or any(kind == "id" for kind, _ in desk.parts.get(node, ())):
        return node
    return written.name.of(desk.source).decode() if written.name else family
