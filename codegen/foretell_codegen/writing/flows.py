"""`write(graph)`: a graph as the source of a workflow, which registers as the same graph.

Nothing of the graph ever becomes code but checked identifiers and literals; what the text finally
holds is read once more by `foretell_codegen.gate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

from foretell.document.model import Graph
from foretell.document.template import Template
from foretell.errors import DocumentError
from foretell.graph import plain
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.graph.pointers import escape
from foretell_codegen.errors import WriteError
from foretell_codegen.names import identifier_like, is_variable
from foretell_codegen.writing.bodies import Body
from foretell_codegen.writing.control import DECIDING, GO_ON, is_bound_of
from foretell_codegen.writing.growths import Growths
from foretell_codegen.writing.kinds import Kind, Kinds
from foretell_codegen.writing.layout import (
    Expr,
    Group,
    Prefixed,
    call,
    flat,
    laid,
    paired,
    statement,
    subscript,
)
from foretell_codegen.writing.library import asks
from foretell_codegen.writing.literals import text
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.sections import Flow, Inner, Said, contracted
from foretell_codegen.writing.seen import Beside
from foretell_codegen.writing.tasks import Callee, Param, Tasks
from foretell_codegen.writing.values import Given, value_of
from foretell_codegen.writing.vows import scope_of, spoken_of


class Written(NamedTuple):
    """The source of a module, and what the workflow is called in it."""

    source: str
    name: str


def written(graph: Graph, beside: Beside | None = None, *, words: bool = True) -> Written:
    """The source of a module with the workflow of `graph`, which imports the tasks that were seen
    `beside` it, and declares the others. With `words` nodes that decide are said by `when` and its
    like. Raises `WriteError`."""
    return _Writer(graph, beside or Beside(), words).written()


class _Writer:
    def __init__(self, graph: Graph, beside: Beside, words: bool) -> None:
        self.graph = graph
        self.module = Module()
        self.kinds = Kinds(self.module, beside.imports)
        asking = frozenset(n.task for n in graph.nodes if asks(n, graph.tasks[n.task].entry))
        taken = _taken(graph)
        deciding = {
            node.task: DECIDING[graph.tasks[node.task].entry]
            for node in _all_nodes(graph)
            if words and graph.tasks[node.task].entry in DECIDING
        }
        self.tasks = Tasks(
            self.module,
            self.kinds,
            graph.tasks,
            taken,
            seen=beside.tasks,
            deciding=deciding,
            asking=asking,
        )
        self.tasks.growths = Growths(self.tasks, self)
        self._sections: dict[tuple[str, ...], Callee] = {}

    def written(self) -> Written:
        graph, module = self.graph, self.module
        for name in graph.inputs:
            if not is_variable(name):
                raise WriteError(
                    f"input {name!r:.80}",
                    "it becomes the parameter of a function; give it such a name",
                )
        names = module.names.function(*graph.inputs)
        title = module.names.fresh(identifier_like(graph.name, "flow"))
        for node in _all_nodes(graph):
            self.tasks.of(node.task)
        inputs = _inputs(graph, self.kinds, self._seen_inputs())
        given = {name: Given(name, kind.schema, kind.hint) for name, kind in inputs.items()}
        flow = contracted(Flow(graph.nodes, graph.edges, graph.output, said=self._said()), "")
        body = Body(flow, self.tasks, names, given, self)
        result = body.write()
        takes = [self._parameter(name, inputs[name]) for name in _in_order(graph)]
        returns = self.returned(flow.output, body)
        self._define(title, graph.name, takes, returns, body.lines, result)
        return Written(module.text(), title)

    def _said(self) -> list[Said]:
        """Promises and limits, without those that words make."""
        graph = self.graph
        scopes = {node.scope for node in graph.nodes}
        every = [*(vowed.promise for vowed in graph.promises), *graph.limits]
        found = []
        for one in every:
            if self.tasks.deciding and is_bound_of(one, graph.tasks):
                continue
            scope = scope_of(one)
            spoken = frozenset(spoken_of(one))
            found.append(Said(one, scope if scope in scopes else "", spoken))
        return found

    def _seen_inputs(self) -> dict[str, Kind]:
        """The types of inputs that go to tasks whose types were seen."""
        found: dict[str, Kind] = {}
        for node in self.graph.nodes:
            params = self.tasks.of(node.task).params
            for feed in node.feeds:
                param = params.get(feed.input[1:])
                if feed.output or param is None or param.kind.hint is None:
                    continue
                if param.kind.schema == self.graph.inputs[feed.name].schema:
                    found.setdefault(feed.name, param.kind)
        return found

    def section(self, name: str, nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> str:
        """A workflow that is grown: what its nodes need is given by who grows it."""
        inputs: dict[str, Given] = {}
        fed: list[Node] = []
        kinds: dict[str, Kind] = {}
        names = self.module.names.function()
        for node in nodes:
            self.tasks.of(node.task)
        for node in nodes:
            callee = self.tasks.of(node.task)
            feeds: list[Feed] = []
            for param in callee.params.values():
                if param.required:
                    local = node.id.rpartition(".")[2]
                    own = identifier_like(
                        param.name if len(nodes) == 1 else f"{local}_{param.name}"
                    )
                    while own in inputs:
                        own += "_"
                    inputs[own] = Given(own, None)
                    kinds[own] = param.kind
                    feeds.append(Feed(own, "", "/" + escape(param.name)))
            fed.append(replace(node, feeds=tuple(feeds)))
        flow = contracted(Flow(fed, edges, Output()), "")
        body = Body(flow, self.tasks, names, inputs, self)
        body.write()
        takes = [Prefixed(f"{own}: ", kinds[own].annotation) for own in inputs]
        key = (name, *map(flat, takes), *body.lines)
        known = self._sections.get(key)
        if known is not None:
            return known.name
        title = self.module.names.fresh(identifier_like(name, "section"))
        self._sections[key] = Callee(title, title, {}, self.kinds.of({}))
        self._define(title, name, takes, "None", body.lines, None)
        return title

    def inline(self, inner: Inner, params: dict[str, Given]) -> Callee:
        names = self.module.names.function()
        called = {name: names.fresh(name) for name in params}
        seen = {name: Given(called[name], given.schema) for name, given in params.items()}
        exports = list(inner.exports)
        holes = tuple(Hole("" if len(exports) == 1 else f"/{i}", n) for i, n in enumerate(exports))
        output = Output([None] * len(exports) if len(exports) > 1 else None, holes)
        flow = contracted(
            Flow(inner.nodes, inner.edges, output, inner.waits, said=inner.said), inner.scope
        )
        body = Body(flow, self.tasks, names, seen, self, scope=inner.scope)
        result = body.write()
        kinds = {n: self._taken_as(given, n, inner) for n, given in params.items()}
        takes = [Prefixed(f"{called[name]}: ", kind.annotation) for name, kind in kinds.items()]
        parts = [body.part(hole) for hole in flow.output.holes]
        schemas = [part.schema for part in parts]
        if len(exports) > 1:
            assert isinstance(result, Group)
            result = paired(result.items)
            annotations = [self._kind_of(part, "result").annotation for part in parts]
            kind = Kind(subscript("tuple", *annotations), {"prefixItems": schemas})
        elif exports:
            kind = self._kind_of(parts[0], "result")
        else:
            kind = Kind("None", {})
        returns = kind.annotation
        local = inner.scope.rpartition(".")[2]
        ending = "" if result is None else flat(result)
        key = (*map(flat, takes), flat(returns), *body.lines, ending)
        if key in self._sections:
            return self._sections[key]
        title = self.module.names.fresh(identifier_like(local, "section"))
        known = {n: Param(called[n], k, required=True) for n, k in kinds.items()}
        callee = self._sections[key] = Callee(title, title, known, kind, len(known))
        self._define(title, title, takes, returns, body.lines, result)
        return callee

    def _taken_as(self, given: Given, name: str, inner: Inner) -> Kind:
        """The type of a parameter: of what is given, or of what is asked for."""
        if given.hint is None and given.schema is None:
            for node in inner.nodes:
                params = self.tasks.of(node.task).params
                for feed in node.feeds:
                    if feed.name == name and not feed.output and feed.input[1:] in params:
                        return params[feed.input[1:]].kind
        return self._kind_of(given, name)

    def _kind_of(self, given: Given, name: str) -> Kind:
        if given.hint is not None:
            return self.kinds.seen(given.hint, given.schema or {}, name)
        return self.kinds.of(given.schema or {}, name)

    def _define(
        self,
        title: str,
        name: str,
        takes: Sequence[Expr],
        returns: Expr,
        lines: Sequence[str],
        result: Expr | None,
    ) -> None:
        head = f"@{self.module.word('workflow')}"
        if title != name:
            head = flat(call(head, name=text(name)))
        ending = f" -> {flat(returns)}:"
        signature = laid(call(f"def {title}", *takes), 0, 0, len(ending)) + ending
        body = "".join(lines)
        if result is not None:
            body += statement(Prefixed("return ", result))
        self.module.blocks.append(f"{head}\n{signature}\n{body or '    pass' + chr(10)}")

    def _parameter(self, name: str, kind: Kind) -> Expr:
        said = self.graph.inputs[name]
        if said.required:
            return Prefixed(f"{name}: ", kind.annotation)
        default = value_of(said.default, kind, self.module, self.kinds)
        return Prefixed(f"{name}: {flat(kind.annotation)} = ", default)

    def returned(self, output: Output, body: Body) -> Expr:
        """The type of what is returned."""
        if output.value is None and not output.holes and not output.feeds:
            return "None"
        if output.holes and output.holes[0].at == "" and output.holes[0].port is None:
            hole = output.holes[0]
            if not hole.pointer:
                return body.source(hole.node).callee.output.annotation
            return self._kind_of(body.part(hole), "result").annotation
        if output.feeds and output.feeds[0].input == "":
            return self._kind_of(body.fed(output.feeds[0]), "result").annotation
        return _type_of(output.value, self.kinds)


def _taken(graph: Graph) -> dict[str, set[str]]:
    """Which parts are taken of the outputs of each task."""
    tasks = {node.id: node.task for node in graph.nodes}
    found: dict[str, set[str]] = {}
    for edge in graph.edges:
        if edge.kind == "data" and edge.output and edge.carries == "output" and edge.port is None:
            found.setdefault(tasks[edge.source], set()).add(edge.output)
    for hole in graph.output.holes:
        if hole.pointer and hole.port is None:
            found.setdefault(tasks[hole.node], set()).add(hole.pointer)
    return found


def _all_nodes(graph: Graph) -> list[Node]:
    """The nodes, and those of the sections that they bring along where a word says these."""
    found = list(graph.nodes)
    for node in found:
        sections = node.inputs.get("sections")
        if isinstance(sections, Mapping) and graph.tasks[node.task].entry in DECIDING:
            for one in sections.values():
                with suppress(DocumentError, KeyError, TypeError):
                    template: Template = plain.decode(Template, one["template"])
                    found += (n for n in template.nodes if n.task in graph.tasks)
    return [node for node in found if graph.tasks[node.task].entry != GO_ON]


def _inputs(graph: Graph, kinds: Kinds, seen: Mapping[str, Kind]) -> dict[str, Kind]:
    taken: dict[str, set[str]] = {name: set() for name in graph.inputs}
    feeds = [feed for node in graph.nodes for feed in node.feeds]
    for feed in (*feeds, *graph.output.feeds):
        taken[feed.name].add(feed.output)
    return {
        name: seen[name] if name in seen else kinds.of(one.schema, name, taken[name])
        for name, one in graph.inputs.items()
    }


def _in_order(graph: Graph) -> list[str]:
    """Inputs without a default come first; among them, those that are used first. (The order of keys of
    a JSON object says nothing.)"""
    used: dict[str, int] = {}
    for node in graph.nodes:
        for feed in node.feeds:
            used.setdefault(feed.name, len(used))
    return sorted(
        graph.inputs, key=lambda n: (not graph.inputs[n].required, used.get(n, len(used)), n)
    )


def _type_of(value: Any, kinds: Kinds) -> str:
    if isinstance(value, Mapping):
        return f"dict[str, {kinds.any()}]"
    if isinstance(value, list):
        return f"list[{kinds.any()}]"
    return kinds.any()
