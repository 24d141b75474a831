"""From an edited graph to what becomes of each statement of a source: the heart of `update`.

Goes by nodes. Of a call that is another one only the arguments, options and predecessors that are
different are written anew. A result that somebody wants and no variable holds is put into one. What
cannot be said by an edit is refused (`CannotUpdate`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from foretell.document.model import Graph
from foretell.graph.model import NodeId
from foretell_codegen.names import is_variable
from foretell_codegen.provenance import Provenance, Span
from foretell_codegen.updating.assembling import Item
from foretell_codegen.updating.changes import find_changes
from foretell_codegen.updating.desk import Desk, Kept, Say
from foretell_codegen.updating.edits import TextEdit
from foretell_codegen.updating.holding import said
from foretell_codegen.updating.numbering import pin, renumbered
from foretell_codegen.updating.refusing import refuse
from foretell_codegen.updating.saying import Saying
from foretell_codegen.updating.signature import signature_edits
from foretell_codegen.updating.trees import MISSING
from foretell_codegen.updating.trouble import CannotUpdate
from foretell_codegen.updating.vows import same_vows, update_limits, update_vows


def planned(
    graph: Graph, where: Provenance, target: Graph, declare: bool = False
) -> tuple[list[TextEdit], bool]:
    """The edits that make the source of `graph` one of `target`, in the order of the source; and
    whether new tasks are imported by them. With `declare` those are declared instead."""
    pins: set[NodeId] = set()
    while True:
        desk = Desk.of(graph, where, target, declare)
        if not desk.al and same_vows(graph, target) and _frame(graph) == _frame(target):
            return [], False
        edits = _planned(desk, pins)
        more = renumbered(desk) - pins
        if not more:
            return edits, desk.phrases.imported
        pins |= more  # another order of calls would number them otherwise


def _planned(desk: Desk, pins: set[NodeId]) -> list[TextEdit]:
    refuse(desk)
    find_changes(desk)
    for node_id in desk.al.removed:
        _take_out(desk, node_id)
    _rename(desk)
    for node_id in desk.al.added:
        desk.names[node_id] = desk.variable(node_id)
    _hoist(desk)
    for node_id in _in_order(desk, desk.al.added):
        _place(desk, node_id)
    pin(desk, pins)
    return _written(desk)


def _frame(graph: Graph) -> tuple[object, ...]:
    return graph.name, graph.inputs, graph.output


# --- what goes


def _take_out(desk: Desk, node_id: NodeId) -> None:
    call = desk.where.nodes[node_id].call
    statement = desk.body.at(call)
    value = getattr(statement.tree, "value", None)
    alone = isinstance(statement.tree, (ast.Assign, ast.AnnAssign, ast.Expr)) and (
        value is not None and desk.body.span(value) == call
    )
    if alone:
        desk.sequence.old[statement.index].gone = True
    elif not any(span.holds(call) for span in _vanishing(desk, node_id)):
        raise CannotUpdate(
            desk.line(call),
            f"node {node_id!r} stands within an expression that is to stay",
            "Give it a statement of its own in the source, and read that again",
        )
    desk.lost[call] = None


def _vanishing(desk: Desk, node_id: NodeId) -> list[Span]:
    others = (desk.where.nodes[other].call for other in desk.al.removed if other != node_id)
    return [*desk.lost, *others]


# --- names


def _rename(desk: Desk) -> None:
    for old, new in desk.al.renamed.items():
        written = desk.where.nodes[old]
        held = desk.held(new)
        named = held is not None and held.variable == old and "id" not in written.options
        if named and is_variable(new) and desk.phrases.names.take(new):
            for span in _occurrences(desk, old):
                desk.splices[span] = new
            desk.names[new] = new
        else:
            desk.parts.setdefault(new, []).append(("id", new))
            desk.edited[written.call] = new


def _occurrences(desk: Desk, variable: str) -> Iterable[Span]:
    for statement in desk.body.statements:
        for part in ast.walk(statement.tree):
            if isinstance(part, ast.Name) and part.id == variable:
                yield desk.body.span(part)


# --- results that no variable holds


def _hoist(desk: Desk) -> None:
    """Puts results into variables that somebody wants, and keeps calls that stood within what is written
    anew."""
    lost = _within_lost(desk)
    for node_id in dict.fromkeys([*desk.wanted, *lost]):
        if node_id not in desk.new.nodes or desk.is_new(node_id) or _is_held(desk, node_id):
            continue
        call = desk.written(node_id).call
        uses = desk.wanted.get(node_id, [])
        if node_id in lost and len(uses) == 1 and uses[0] is not None and uses[0].holds(call):
            desk.inline.add(node_id)
        else:
            _hoist_one(desk, node_id, node_id in lost)


def _hoist_one(desk: Desk, node_id: NodeId, is_lost: bool) -> None:
    written = desk.written(node_id)
    frozen = desk.was.get(node_id, node_id) in {part.node for part in desk.where.frozen}
    if written.shared or frozen or written.function not in ("", desk.old.graph.name):
        raise CannotUpdate(
            desk.line(written.call),
            f"something new takes the result of {node_id!r}, which no variable holds",
            "Give it one in the source, and read that again",
        )
    if node_id in desk.wanted:
        desk.names[node_id] = desk.variable(node_id)
        if not is_lost:
            desk.splices[written.call] = desk.names[node_id]
    item = desk.sequence.item_at(written.call)
    at = desk.sequence.items.index(item)
    made = desk.sequence.put("", at, None if item.gone else item)
    desk.kept[node_id] = Kept(node_id, made, desk.names.get(node_id, ""))


def _is_held(desk: Desk, node_id: NodeId) -> bool:
    held = desk.held(node_id)
    if held is None or held.parts is None:
        return held is not None
    pointers = {
        edge.output or ""
        for edges in desk.new.into.values()
        for edge in edges
        if edge.source == node_id and edge.kind == "data"
    } | {hole.pointer for hole in desk.new.graph.output.holes if hole.node == node_id}
    return all(said(held, pointer, desk.output_of(node_id), False) for pointer in pointers)


def _within_lost(desk: Desk) -> list[NodeId]:
    """The nodes that stay, whose calls stand directly within what goes or is written anew."""
    calls: dict[NodeId, Span] = {}
    for node_id in _givers(desk) if desk.lost else ():
        call = desk.where.nodes[node_id].call
        now = desk.al.now(node_id)
        if now in desk.new.nodes and any(span.holds(call) for span in desk.lost):
            calls[now] = call
    return [
        node_id
        for node_id, call in calls.items()
        if not any(_goes_along(desk, call, other) for other in calls.values() if other != call)
    ]


def _goes_along(desk: Desk, call: Span, other: Span) -> bool:
    """Whether a call stands within another one, in a part of it that stays."""
    return other.holds(call) and not any(
        other.holds(span) and span.holds(call) for span in desk.lost if span != other
    )


def _givers(desk: Desk) -> list[NodeId]:
    """The nodes, by their old ids, from which something went to what is different now."""
    takers = [*(desk.was.get(node_id, node_id) for node_id in desk.al.changed), *desk.al.removed]
    sources = [edge.source for node_id in takers for edge in desk.old.into.get(node_id, ())]
    sources += [hole.node for hole in desk.old.graph.output.holes]
    gone = set(desk.al.removed)
    return [
        node_id
        for node_id in dict.fromkeys(sources)
        if node_id in desk.where.nodes
        and node_id not in gone
        and not desk.where.nodes[node_id].shared
    ]


# --- what comes


def _in_order(desk: Desk, ids: Iterable[NodeId]) -> list[NodeId]:
    """New nodes, each after those that it needs; else as the graph lists them."""
    new = dict.fromkeys(ids)
    found: dict[NodeId, None] = {}
    todo, begun = list(new)[::-1], set[NodeId]()
    while todo:
        node_id = todo[-1]
        first = [] if node_id in begun else [n for n in sorted(desk.new.needs(node_id)) if n in new]
        begun.add(node_id)
        waits = [one for one in first if one not in begun]
        if waits:
            todo += waits
        else:
            found[todo.pop()] = None
    return list(found)


def _place(desk: Desk, node_id: NodeId) -> None:
    """Puts a new statement after the last that it needs, or else before the first that needs it, or
    at the end."""
    items = desk.sequence.items
    needs = {desk.item_of(other) for other in desk.new.needs(node_id)}
    users = {desk.item_of(other) for other in _users(desk, node_id)}
    last = max((i for i, item in enumerate(items) if item in needs), default=None)
    first = min((i for i, item in enumerate(items) if item in users), default=None)
    above: Item | None = None
    if last is not None:
        at = last + 1
        while at < len(items) and at != first and items[at].index is None and not items[at].above:
            at += 1  # behind other new ones, in their order
    elif first is not None:
        at, above = first, items[first]
    else:
        at = desk.sequence.end()
    desk.made[node_id] = desk.sequence.put("", at, above)


def _users(desk: Desk, node_id: NodeId) -> list[NodeId]:
    if desk.takers is None:
        takers: dict[NodeId, list[NodeId]] = {}
        for target, edges in desk.new.into.items():
            for edge in edges:
                if edge.kind != "loop":
                    takers.setdefault(edge.source, []).append(target)
        desk.takers = takers
    return desk.takers.get(node_id, [])


# --- all of it


def _written(desk: Desk) -> list[TextEdit]:
    saying, sequence = Saying(desk), desk.sequence
    one, other = desk.old.graph, desk.new.graph
    for node_id, item in desk.made.items():
        item.text = f"{desk.names[node_id]} = {saying.new_call(node_id)}"
    for kept in desk.kept.values():
        text = saying.call(kept.node, kept.name)
        kept.item.text = f"{kept.name} = {text}" if kept.name else text
    for span in saying.outermost(Span(0, len(desk.source))):
        item = sequence.item_at(span)
        if not item.gone:
            item.splices.append(TextEdit(span.start, span.end, saying.text_at(span)))
    update_vows(desk.where, sequence, one.promises, other.promises, saying)
    update_limits(desk.where, sequence, one.limits, other.limits, saying)
    if desk.returned is not MISSING:
        sequence.put(f"return {saying.value(Say(desk.returned, None))}", len(sequence.items))
    header = signature_edits(desk.body, one.inputs, other.inputs, desk.phrases.parameter)
    edits = [*header, *sequence.edits()]
    return sorted([*desk.phrases.imports(), *edits], key=lambda edit: (edit.start, edit.end))
