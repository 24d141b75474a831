"""Reading PWD: functions as programs that call them, inputs as inputs of the workflow.

Numbers of nodes are gone: a node is called like its function. Calls of `get_list` and `get_dict` that
are used once are gone too, where they say only where a value goes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from foretell.document.model import Graph, Input, TaskSpec
from foretell.errors import DocumentError
from foretell.graph.model import Edge, Feed, Hole, Json, Node, Output
from foretell.graph.pointers import Draft, escape
from foretell_codegen.interchange.forms import (
    Object,
    a_name,
    a_text,
    drop_rest,
    need,
    objects,
    refuse_cycles,
)
from foretell_codegen.interchange.notes import Notes
from foretell_codegen.interchange.pwd import (
    LIST,
    NAME,
    OBJECT,
    READ,
    VERSION,
    is_function,
    names_of,
    program_of,
)
from foretell_codegen.interchange.standins import inputs_of

_KNOWN = {"input": ("id", "type", "name", "value"), "output": ("id", "type", "name"),
          "function": ("id", "type", "value")}  # fmt: skip


@dataclass(slots=True)
class _Node:
    """A node as it is written; `into` are the edges that end at it, by port, each with its place."""

    where: str
    kind: str
    value: Any
    name: str = ""
    given: bool = False
    into: dict[str | None, tuple[int, str | None]] = field(default_factory=dict)
    uses: list[tuple[int, str | None, str | None]] = field(default_factory=list)
    """Who reads it: node, port there, port here."""


def read(data: Object, notes: Notes) -> Graph:
    """The graph of a PWD document."""
    _check_version(data, notes)
    drop_rest(data, ("version", "nodes", "edges"), "$", notes)
    nodes = _nodes(data, notes)
    _add_edges(data, nodes, notes)
    _check_acyclic(nodes)
    return _Building(nodes, notes).graph()


def _check_version(data: Object, notes: Notes) -> None:
    version = a_text(data.get("version", VERSION), "$.version")
    parts = [int(part) for part in version.split(".") if part.isdecimal()]
    if tuple(parts[:2]) not in READ:
        known = " and ".join(f"{major}.{minor}" for major, minor in READ)
        raise DocumentError(
            "$.version",
            f"this is version {version!r:.40} of {NAME}; this foretell reads {known}. "
            f"Install a newer foretell",
        )
    if data.get("version") != VERSION:
        notes.changed("$.version", f"it is written again as version {VERSION}")


def _nodes(data: Object, notes: Notes) -> dict[int, _Node]:
    nodes: dict[int, _Node] = {}
    names: dict[tuple[str, str], str] = {}
    for where, record in objects(need(data, "nodes", "$"), "$.nodes"):
        number = _number(need(record, "id", where), f"{where}.id")
        if number in nodes:
            raise DocumentError(
                f"{where}.id", f"there is another node {number}, at {nodes[number].where}"
            )
        kind = a_text(need(record, "type", where), f"{where}.type")
        if kind not in _KNOWN:
            raise DocumentError(
                f"{where}.type",
                f"{kind!r:.40} is none of {', '.join(_KNOWN)}, and no other kinds of node are read here",
            )
        node = nodes[number] = _Node(where, kind, record.get("value"), given="value" in record)
        if kind == "function":
            node.name = _function(record, where)
        else:
            node.name = a_name(need(record, "name", where), f"{where}.name")
            if (kind, node.name) in names:
                at = names[kind, node.name]
                raise DocumentError(
                    f"{where}.name", f"there is another {kind} {node.name!r:.80}, at {at}"
                )
            names[kind, node.name] = where
        drop_rest(record, _KNOWN[kind], where, notes)
    return nodes


def _number(value: Any, where: str) -> int:
    if type(value) is not int:
        raise DocumentError(where, f"expected the number of a node, got {value!r:.40}")
    return value


def _function(record: Object, where: str) -> str:
    value = a_text(need(record, "value", where), f"{where}.value")
    if not is_function(value):
        raise DocumentError(f"{where}.value", f"{value!r:.80} names no function: module.function")
    return value


def _add_edges(data: Object, nodes: dict[int, _Node], notes: Notes) -> None:
    for where, record in objects(need(data, "edges", "$"), "$.edges"):
        source = _end(record, "source", where, nodes)
        target = _end(record, "target", where, nodes)
        gives, takes = _port(record, "sourcePort", where), _port(record, "targetPort", where)
        if nodes[source].kind == "output" or nodes[target].kind == "input":
            raise DocumentError(
                where, "an edge goes from an input or a function to a function or an output"
            )
        if nodes[target].kind == "function" and takes is None:
            raise DocumentError(f"{where}.targetPort", "it must name a parameter of the function")
        if nodes[target].kind == "output" and takes is not None:
            notes.dropped(f"{where}.targetPort", "an output is one value")
            takes = None
        if takes in nodes[target].into:
            port = f"the port {takes!r:.80} of " if takes is not None else ""
            raise DocumentError(where, f"there is another edge to {port}node {target}")
        nodes[target].into[takes] = source, gives
        nodes[source].uses.append((target, takes, gives))
        drop_rest(record, ("source", "target", "sourcePort", "targetPort"), where, notes)


def _end(record: Object, key: str, where: str, nodes: dict[int, _Node]) -> int:
    number = _number(need(record, key, where), f"{where}.{key}")
    if number not in nodes:
        raise DocumentError(f"{where}.{key}", f"there is no node {number}")
    return number


def _port(record: Object, key: str, where: str) -> str | None:
    value = record.get(key)
    return None if value is None else a_text(value, f"{where}.{key}")


def _check_acyclic(nodes: dict[int, _Node]) -> None:
    said = {n: f"{n} ({node.name})" for n, node in nodes.items()}
    before = {said[n]: [said[s] for s, _ in node.into.values()] for n, node in nodes.items()}
    refuse_cycles(before, "$.edges", NAME)


class _Building:
    """From numbered nodes to a graph."""

    def __init__(self, nodes: dict[int, _Node], notes: Notes) -> None:
        self.nodes = nodes
        self.notes = notes
        self.places = {n for n, node in nodes.items() if self._is_place(n, node)}
        calls = {
            n: one for n, one in nodes.items() if one.kind == "function" and n not in self.places
        }
        self.tasks, ids = names_of(node.name for node in calls.values())
        self.ids = dict(zip(calls, ids, strict=True))
        self._note_numbers()

    def _is_place(self, n: int, node: _Node) -> bool:
        """Whether a helper's call says only where its values go."""
        if node.name not in (LIST, OBJECT) or node.kind != "function" or len(node.uses) != 1:
            return False
        target, _, gives = node.uses[0]
        if gives is not None or self.nodes[target].kind != "function" or not node.into:
            return False
        return node.name == OBJECT or list(node.into) == [str(i) for i in range(len(node.into))]

    def _note_numbers(self) -> None:
        if self.places:
            for n in self.places:
                self.notes.changed(
                    self.nodes[n].where, "it is a part of the value that it goes into"
                )
        if list(self.nodes) != list(range(len(self.nodes))):
            self.notes.changed(
                "$.nodes", "they are numbered anew, from 0, when it is written again"
            )
        rank = {"function": 0, "input": 1, "output": 2}
        kinds = [rank[node.kind] for node in self.nodes.values()]
        if kinds != sorted(kinds):
            self.notes.changed(
                "$.nodes", "written again, functions come first, then inputs, then outputs"
            )

    def graph(self) -> Graph:
        nodes: list[Node] = []
        edges: list[Edge] = []
        for n, name in self.ids.items():
            node, wires = self._call(n, name)
            nodes.append(node)
            edges += wires
        return Graph(
            "workflow",
            tasks=self._specs(),
            nodes=tuple(nodes),
            edges=tuple(edges),
            inputs={
                one.name: Input(required=not one.given, default=one.value)
                for one in self.nodes.values() if one.kind == "input"
            },
            output=self._output(),
        )  # fmt: skip

    def _specs(self) -> dict[str, TaskSpec]:
        ports: dict[str, Counter[str]] = {}
        gives: dict[str, dict[str, None]] = {}
        calls: Counter[str] = Counter()
        for n in self.ids:
            node = self.nodes[n]
            calls[node.name] += 1
            ports.setdefault(node.name, Counter()).update(str(port) for port in node.into)
            named = {port: None for _, _, port in node.uses if port is not None}
            gives.setdefault(node.name, {}).update(named)
        return {
            self.tasks[name]: TaskSpec(
                inputs=inputs_of(
                    {key: {} for key in sorted(ports[name])},
                    [port for port, n in sorted(ports[name].items()) if n == calls[name]],
                ),
                output=(
                    {"type": "object", "properties": {key: {} for key in sorted(gives[name])}} if gives[name] else {}
                ),
                program=program_of(name),
            )
            for name in ports
        }  # fmt: skip

    def _call(self, n: int, name: str) -> tuple[Node, list[Edge]]:
        draft, feeds, edges = Draft({}), list[Feed](), list[Edge]()
        self._fill(n, "", name, draft, feeds, edges)
        node = Node(name, self.tasks[self.nodes[n].name], inputs=draft.value, feeds=tuple(feeds))
        return node, edges

    def _fill(
        self, n: int, at: str, name: str, draft: Draft, feeds: list[Feed], edges: list[Edge]
    ) -> None:
        """What goes into node `n`, whose value begins at `at` in the inputs of `name`."""
        for port, (source, gives) in self.nodes[n].into.items():
            place = f"{at}/{escape(port or '')}"
            other = self.nodes[source]
            if source in self.places:
                empty: Json = {} if other.name == OBJECT else [None] * len(other.into)
                draft.put(place, empty)
                self._fill(source, place, name, draft, feeds, edges)
                continue
            pointer = "" if gives is None else f"/{escape(gives)}"
            if at:
                draft.put(place, None)
            if other.kind == "input":
                feeds.append(Feed(other.name, pointer, place))
            else:
                edges.append(Edge(self.ids[source], name, "data", pointer, place))

    def _output(self) -> Output:
        found = [
            (node, *node.into[None])
            for node in self.nodes.values()
            if node.kind == "output" and node.into
        ]
        for node in self.nodes.values():
            if node.kind == "output" and not node.into:
                self.notes.dropped(node.where, "nothing goes to this output")
        whole = len(found) == 1 and found[0][0].name == "result"
        holes, feeds = list[Hole](), list[Feed]()
        for node, source, gives in found:
            at = "" if whole else f"/{escape(node.name)}"
            pointer = "" if gives is None else f"/{escape(gives)}"
            if self.nodes[source].kind == "input":
                feeds.append(Feed(self.nodes[source].name, pointer, at))
            else:
                holes.append(Hole(at, self.ids[source], pointer))
        value = None if whole or not found else {node.name: None for node, _, _ in found}
        return Output(value, tuple(holes), tuple(feeds))
