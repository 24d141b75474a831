"""What of each call, and of what is returned, is another one in the edited graph: the least of it.

Finds out; writes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from foretell.graph.model import NodeId
from foretell_codegen.provenance import Span, Written
from foretell_codegen.updating.align import dress, loops, predecessors
from foretell_codegen.updating.desk import Desk, Say
from foretell_codegen.updating.trees import (
    MISSING,
    Tree,
    inputs_of,
    output_of,
    rewritten,
    wires_in,
)
from foretell_codegen.updating.trouble import CannotUpdate


def find_changes(desk: Desk) -> None:
    """Notes what is different."""
    for node_id in desk.al.changed:
        _of_node(desk, node_id)
    _of_output(desk)
    for node_id in desk.al.added:
        for edge in desk.new.into.get(node_id, ()):
            if edge.kind != "loop":
                _want_node(desk, edge.source, None)


def _of_node(desk: Desk, node_id: NodeId) -> None:
    old = desk.was.get(node_id, node_id)
    one, other = desk.old.nodes[old], desk.new.nodes[node_id]
    written = desk.where.nodes[old]
    if (one.scope, one.slot) != (other.scope, other.slot):
        raise CannotUpdate(
            f"node {node_id!r}", "it lies in another scope", "Where it lies follows from the source"
        )
    if loops(desk.old, old, desk.al.renamed) != loops(desk.new, node_id):
        raise CannotUpdate(
            f"node {node_id!r}", "another loop leads back to it", "Say so in the source: back(...)"
        )
    if desk.phrases.asks(other) or desk.phrases.is_control(other):
        _of_ours(desk, node_id)
        return
    found: list[tuple[str, Any]] = [("callee", other.task)] if one.task != other.task else []
    found += _of_inputs(desk, node_id)
    found += _of_options(dress(one), dress(other))
    was_after = predecessors(desk.old, old, desk.al.renamed)
    is_after = predecessors(desk.new, node_id)
    if was_after != is_after or written.after:
        found.append(("after", was_after))
        for source, _ in sorted(is_after - was_after):
            _want_node(desk, source, None)
        for span in written.after:
            if was_after - is_after:
                desk.lost[span] = None
    desk.parts[node_id] = found
    desk.edited[written.call] = node_id


def _of_ours(desk: Desk, node_id: NodeId) -> None:
    """Of a node that foretell's own words make, only what they are given first can be another
    value, or the whole of a question."""
    old = desk.was.get(node_id, node_id)
    one, other = desk.old.nodes[old], desk.new.nodes[node_id]
    written = desk.where.nodes[old]
    if desk.phrases.asks(other) and one.task == other.task and dress(one) == dress(other):
        for edge in desk.new.into.get(node_id, ()):
            _want_node(desk, edge.source, written.call)
        desk.lost[written.call] = None
        desk.questions[written.call] = node_id
        return
    found = _of_inputs(desk, node_id, first=True)
    same_order = predecessors(desk.old, old, desk.al.renamed) == predecessors(desk.new, node_id)
    if found or one.task != other.task or dress(one) != dress(other) or not same_order:
        raise CannotUpdate(
            desk.line(written.call),
            f"of {node_id!r}, which decides what comes, only the value that it decides on can be another "
            f"one",
            "Edit the branches, and what they wait for, by hand",
        )


def _of_inputs(desk: Desk, node_id: NodeId, first: bool = False) -> list[tuple[str, Any]]:
    old = desk.was.get(node_id, node_id)
    other, written = desk.new.nodes[node_id], desk.where.nodes[old]
    before = inputs_of(desk.old.nodes[old], desk.old.into.get(old, ()))
    after = inputs_of(other, desk.new.into.get(node_id, ()))
    found: list[tuple[str, Any]] = []
    for port in [*before, *(port for port in after if port not in before)]:
        was, now = before.get(port, MISSING), after.get(port, MISSING)
        if desk.same(was, now):
            continue
        if now is MISSING:
            found.append(("drop", port))
            if port in written.arguments:
                desk.lost[written.arguments[port]] = None
        elif port not in written.arguments or (first and port != _first(written)):
            found.append(("set", (port, now)))
            _want(desk, now, None)
        else:
            tree, span = desk.phrases.parsed(written.arguments[port])
            _rewrite(desk, tree, span, was, now, Say(now, other.task, port))
    return found


def _first(written: Written) -> str | None:
    """The input that a call is given first."""
    return min(written.arguments, key=lambda port: written.arguments[port].start, default=None)


def _rewrite(
    desk: Desk, tree: ast.expr, span: Callable[[ast.AST], Span], was: Tree, now: Tree, say: Say
) -> None:
    for part, new, path in rewritten(tree, was, now, desk.same):
        at = span(part)
        desk.lost[at] = None
        desk.says[at] = Say(new, say.task, say.port, path)
        _want(desk, new, at)


def _of_options(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, Any]]:
    gone = [("unset", name) for name in was if name not in now]
    return [*gone, *(("option", name) for name in now if was.get(name, MISSING) != now[name])]


def _of_output(desk: Desk) -> None:
    was, now = output_of(desk.old.graph.output), output_of(desk.new.graph.output)
    if desk.same(was, now):
        return
    for statement in desk.body.statements:
        if not isinstance(statement.tree, ast.Return):
            continue
        if now is None:
            desk.lost[statement.span] = None
            desk.sequence.old[statement.index].gone = True
        elif statement.tree.value is None:
            desk.sequence.old[statement.index].gone = True
            break
        else:
            _rewrite(desk, statement.tree.value, desk.body.span, was, now, Say(now, None))
        return
    if now is not None:
        desk.returned = now
        _want(desk, now, None)


def _want(desk: Desk, tree: Tree, at: Span | None) -> None:
    for wire in wires_in(tree):
        if wire.source is not None:
            _want_node(desk, wire.source, at)


def _want_node(desk: Desk, node_id: NodeId, at: Span | None) -> None:
    desk.wanted.setdefault(node_id, []).append(at)
