"""What one part of a graph document says of another, and what its names may look like.

For documents that did not come from registration. Laws and promises are judged later, by whoever
runs or draws the graph; a cycle is refused here already, because nothing can be done with one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from foretell.document.lacking import lacking
from foretell.document.model import Graph, PortSpec, TaskSpec
from foretell.document.ports import gather_fault, no_port
from foretell.document.running import READS_LATE, cache_fault, reads_early, running_fault
from foretell.document.wires import wires_of
from foretell.errors import DocumentError, nearest
from foretell.graph.model import Edge, Feed, Json
from foretell.graph.trials import trials_fault
from foretell.graph.wellformed import (
    edge_fault,
    entry_fault,
    name_fault,
    node_fault,
    pointer_fault,
)
from foretell.promises.filled import ANY_USE
from foretell.promises.language import Count, Grows, Promise, Rearm, Shaped
from foretell.promises.limits import Limit, limit_fault
from foretell.promises.matching import may_be_born
from foretell.promises.reaching import node_meant
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import Alt, Loop, Many, Section, Shape, leaves, parts
from foretell.promises.unfolding import NameFault, unfolded
from foretell.promises.wellformed import bounds_fault, parts_in, promise_fault

Emitting: TypeAlias = Mapping[str, Mapping[str, PortSpec]]
"""The ports of each node."""

MOST = 1_000_000
"""Nodes, and edges, of one document."""


def check(graph: Graph) -> None:
    """Raises `DocumentError` for the first fault."""
    _name("$.name", graph.name)
    for kind, many in (("nodes", graph.nodes), ("edges", graph.edges)):
        if len(many) > MOST:
            raise DocumentError(f"$.{kind}", f"more than {MOST:,} of them")
    for name, spec in graph.tasks.items():
        _check_task(f"$.tasks.{name}", name, spec, graph.tasks)
    ids = _check_nodes(graph)
    emitting = {node.id: graph.tasks[node.task].ports for node in graph.nodes}
    tasks = {node.id: node.task for node in graph.nodes}
    for i, edge in enumerate(graph.edges):
        _check_edge(f"$.edges[{i}]", edge, ids)
        _known_port(f"$.edges[{i}]", edge.source, edge.port, emitting)
        if edge.early and not reads_early(graph.tasks[tasks[edge.target]]):
            raise DocumentError(f"$.edges[{i}].early", READS_LATE)
    _check_acyclic(graph)
    led_to = {edge.target for edge in graph.edges if edge.kind == "loop"}
    for i, vowed in enumerate(graph.promises):
        _check_promise(f"$.promises[{i}].promise", vowed.promise, graph.tasks)
        _check_nodes_meant(f"$.promises[{i}].promise", vowed.promise, ids)
        _check_loops_meant(f"$.promises[{i}].promise", vowed.promise, led_to)
    for i, limit in enumerate(graph.limits):
        _check_limit(f"$.limits[{i}]", limit, graph.tasks)
    for name in graph.inputs:
        _name("$.inputs", name)
    _check_output(graph, ids, emitting)
    for where, why in lacking(graph):
        raise DocumentError(where, why)
    for wire in wires_of(graph):
        if wire.fits == "incompatible":
            raise DocumentError(wire.where, str(wire))


def _check_task(where: str, name: str, spec: TaskSpec, tasks: Mapping[str, TaskSpec]) -> None:
    _name("$.tasks", name)
    if spec.entry or spec.program is None:
        _check_entry(f"{where}.entry", spec.entry)
    at, why = running_fault(spec)
    if why:
        raise DocumentError(where + at, why)
    if why := trials_fault(spec.options):
        raise DocumentError(f"{where}.options", why)
    if why := cache_fault(spec, spec.options):
        raise DocumentError(f"{where}.options.cache", f"the task {why}")
    for port, said in spec.ports.items():
        _name(f"{where}.ports", port)
        if why := gather_fault(said):
            raise DocumentError(f"{where}.ports.{port}.gather", why)
    if spec.grows is not None:
        _check_shape(f"{where}.grows", spec.grows, tasks)


def _check_entry(where: str, entry: str) -> None:
    if not entry:
        raise DocumentError(where, "a task has an entry (package.module:name) or a program")
    if why := entry_fault(entry):
        raise DocumentError(where, why)


def _check_shape(where: str, shape: Shape, tasks: Mapping[str, TaskSpec]) -> None:
    slots: set[str] = set()
    for leaf in leaves(shape):
        _known_task(where, leaf.task, tasks)
        _name(where, leaf.slot)
        if leaf.slot.startswith(ANY_USE):
            raise DocumentError(
                where, f"the slot {leaf.slot!r} begins with {ANY_USE!r}, which stands for any use"
            )
        if leaf.slot in slots:
            raise DocumentError(where, f"two places have the slot {leaf.slot!r}")
        slots.add(leaf.slot)
    queue = [shape]
    while queue:
        part = queue.pop()
        queue += parts(part)
        if isinstance(part, (Many, Loop)) and (why := bounds_fault(part.min, part.max)):
            raise DocumentError(where, why)
        if isinstance(part, Alt) and not part.of:
            raise DocumentError(where, "one_of() of nothing: no growth is one of no ways")
        if isinstance(part, Section):
            _check_section(where, part)
    try:
        unfolded(shape)
    except NameFault as fault:
        raise DocumentError(where + fault.at, fault.why) from None


def _check_section(where: str, section: Section) -> None:
    _name(where, section.name)
    _name(where, section.slot)
    for first, second in section.edges:
        if not 0 <= first < second < len(section.of):
            raise DocumentError(
                where,
                f"section {section.name!r} has the edge [{first!s:.20}, {second!s:.20}]; an edge "
                f"joins the positions of two of its {len(section.of)} nodes, earlier to later",
            )


def _check_nodes(graph: Graph) -> set[str]:
    ids: set[str] = set()
    for i, node in enumerate(graph.nodes):
        where = f"$.nodes[{i}]"
        _refuse(where, node_fault(node))
        if node.id in ids:
            raise DocumentError(f"{where}.id", f"there is another node {node.id!r}")
        ids.add(node.id)
        _known_task(f"{where}.task", node.task, graph.tasks)
        if why := cache_fault(graph.tasks[node.task], node.options):
            raise DocumentError(f"{where}.options.cache", f"the task {why}")
        for feed in node.feeds:
            _check_feed(f"{where}.feeds", feed, graph)
    return ids


def _check_edge(where: str, edge: Edge, ids: set[str]) -> None:
    for end, node in (("source", edge.source), ("target", edge.target)):
        if node not in ids:
            raise DocumentError(f"{where}.{end}", _no_node(node, ids))
    _refuse(where, edge_fault(edge))


def _known_port(where: str, node: str, port: str | None, emitting: Emitting) -> None:
    if port is not None and port not in emitting[node]:
        raise DocumentError(f"{where}.port", no_port(node, port, emitting[node]))


def _check_acyclic(graph: Graph) -> None:
    after: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    waits = dict.fromkeys(after, 0)
    for edge in graph.edges:
        if edge.kind != "loop":
            after[edge.source].append(edge.target)
            waits[edge.target] += 1
    free = deque(node for node, count in waits.items() if not count)
    while free:
        for target in after[free.popleft()]:
            waits[target] -= 1
            if not waits[target]:
                free.append(target)
    left = {node for node, count in waits.items() if count}
    if left:
        raise DocumentError("$.edges", f"the edges form a cycle: {_a_cycle(graph.edges, left)}")


def _a_cycle(edges: Iterable[Edge], left: set[str]) -> str:
    """One cycle among nodes that all wait: walk back until a node comes again."""
    before = {e.target: e.source for e in edges if e.source in left and e.target in left}
    path: list[str] = []
    place: dict[str, int] = {}
    node = min(before)
    while node not in place:
        place[node] = len(path)
        path.append(node)
        node = before[node]
    cycle = [node, *reversed(path[place[node] :])]
    shown = cycle if len(cycle) <= 12 else [*cycle[:6], "...", *cycle[-5:]]
    return " -> ".join(shown)


def _check_promise(where: str, promise: Promise, tasks: Mapping[str, TaskSpec]) -> None:
    at, why = promise_fault(promise)
    if why:
        raise DocumentError(where + at, why)
    for part in parts_in(promise):
        if isinstance(part.what, TaskIs):
            _known_task(f"{where}{part.at}.task", part.what.task, tasks)
        if isinstance(part.what, (Grows, Shaped)):
            _check_shape(f"{where}{part.at}.shape", part.what.shape, tasks)


def _check_nodes_meant(where: str, promise: Promise, ids: set[str]) -> None:
    """A promise may name nodes that are to come, but only such as may ever be born."""
    for part in parts_in(promise):
        node = node_meant(part.what)
        if node is not None and node not in ids and not may_be_born(node, ids):
            raise DocumentError(where + part.at, _no_node(node, ids))


def _check_loops_meant(where: str, promise: Promise, led_to: set[str]) -> None:
    """A bound on rounds speaks of a loop; `led_to` are the nodes to which one leads back."""
    for part in parts_in(promise):
        if isinstance(part.what, Rearm) and part.what.target not in led_to:
            target = part.what.target
            raise DocumentError(
                f"{where}{part.at}.target",
                f"no loop leads back to {target!r:.80}{nearest(target[:80], led_to)}",
            )


def _check_limit(where: str, limit: Limit, tasks: Mapping[str, TaskSpec]) -> None:
    at, why = limit_fault(limit)
    if why:
        raise DocumentError(where + at, why)
    _check_promise(where, Count(limit.of), tasks)


def _check_output(graph: Graph, ids: set[str], emitting: Emitting) -> None:
    for i, hole in enumerate(graph.output.holes):
        where = f"$.output.holes[{i}]"
        if hole.node not in ids:
            raise DocumentError(f"{where}.node", _no_node(hole.node, ids))
        _known_port(where, hole.node, hole.port, emitting)
        _pointer(f"{where}.at", hole.at)
        if not _has_place(graph.output.value, hole.at):
            raise DocumentError(f"{where}.at", f"the output has no place {hole.at!r:.80} to fill")
        _pointer(f"{where}.pointer", hole.pointer)
    for feed in graph.output.feeds:
        _check_feed("$.output.feeds", feed, graph)


def _has_place(value: Json, pointer: str) -> bool:
    """Whether something can be put at `pointer`; an object may lack the last key."""
    tokens = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for i, token in enumerate(tokens):
        if isinstance(value, dict):
            if token not in value:
                return i == len(tokens) - 1
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return False
    return True


def _check_feed(where: str, feed: Feed, graph: Graph) -> None:
    if feed.name not in graph.inputs:
        raise DocumentError(
            where, f"there is no workflow input {feed.name!r:.80}{nearest(feed.name, graph.inputs)}"
        )
    _pointer(where, feed.output)
    _pointer(where, feed.input)


def _known_task(where: str, task: str, tasks: Mapping[str, TaskSpec]) -> None:
    if task not in tasks:
        raise DocumentError(where, f"there is no task {task!r:.80}{nearest(task[:80], tasks)}")


def _no_node(node: str, ids: set[str]) -> str:
    return f"there is no node {node!r:.80}{nearest(node[:80], ids)}"


def _pointer(where: str, pointer: str) -> None:
    if why := pointer_fault(pointer):
        raise DocumentError(where, why)


def _name(where: str, name: str) -> None:
    if why := name_fault(name):
        raise DocumentError(where, why)


def _refuse(where: str, fault: tuple[str, str]) -> None:
    """Raises for a fault that is one: the field that is wrong, and why."""
    if fault[1]:
        raise DocumentError(f"{where}.{fault[0]}", fault[1])
