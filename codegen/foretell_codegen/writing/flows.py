"""`write(graph)`: a graph as the source of a workflow, which registers as the same graph.

Nothing of the graph ever becomes code but checked identifiers and literals; what the text finally
holds is read once more by `foretell_codegen.gate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from foretell.document.model import Graph
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.graph.pointers import escape
from foretell_codegen.errors import WriteError
from foretell_codegen.names import identifier_like, is_variable
from foretell_codegen.writing.bodies import Body
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
from foretell_codegen.writing.parts import part_of
from foretell_codegen.writing.sections import Flow, Inner, Said, contracted
from foretell_codegen.writing.tasks import Callee, Param, Tasks
from foretell_codegen.writing.values import Given, value_of
from foretell_codegen.writing.vows import scope_of, spoken_of


class Written(NamedTuple):
    """The source of a module, and what the workflow is called in it."""

    source: str
    name: str


def written(graph: Graph) -> Written:
    """The source of a module with the workflow of `graph`. Raises `WriteError`."""
    return _Writer(graph).written()


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.module = Module()
        self.kinds = Kinds(self.module)
        asking = frozenset(n.task for n in graph.nodes if asks(n, graph.tasks[n.task].entry))
        self.tasks = Tasks(self.module, self.kinds, graph.tasks, _taken(graph), asking=asking)
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
        for node in graph.nodes:
            self.tasks.of(node.task)
        inputs = _inputs(graph, self.kinds)
        given = {name: Given(name, kind.schema) for name, kind in inputs.items()}
        flow = contracted(Flow(graph.nodes, graph.edges, graph.output, said=_said(graph)), "")
        body = Body(flow, self.tasks, names, given, self)
        result = body.write()
        takes = [self._parameter(name, inputs[name]) for name in _in_order(graph)]
        returns = self._result(flow.output, body)
        self._define(title, graph.name, takes, returns, body.lines, result)
        return Written(module.text(), title)

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
        kinds = {n: self.kinds.of(given.schema or {}, n) for n, given in params.items()}
        takes = [Prefixed(f"{called[name]}: ", kind.annotation) for name, kind in kinds.items()]
        sources = [body.source(hole.node).callee.output for hole in flow.output.holes]
        schemas = [part_of(Given("", s.schema), h.pointer).schema for s, h in
                   zip(sources, flow.output.holes, strict=True)]  # fmt: skip
        if len(exports) > 1:
            assert isinstance(result, Group)
            result = paired(result.items)
            annotations = [self.kinds.of(schema or {}, "result").annotation for schema in schemas]
            kind = Kind(subscript("tuple", *annotations), {"prefixItems": schemas})
        elif exports:
            kind = self.kinds.of(schemas[0] or {}, "result")
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

    def _result(self, output: Output, body: Body) -> Expr:
        """The type of what is returned."""
        if output.value is None and not output.holes and not output.feeds:
            return "None"
        if output.holes and output.holes[0].at == "" and output.holes[0].port is None:
            hole = output.holes[0]
            kind = body.source(hole.node).callee.output
            if not hole.pointer:
                return kind.annotation
            schema = part_of(Given("", kind.schema), hole.pointer).schema
            return self.kinds.of(schema or {}, "result").annotation
        if output.feeds and output.feeds[0].input == "":
            return self.kinds.of(body.fed(output.feeds[0]).schema or {}, "result").annotation
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


def _said(graph: Graph) -> list[Said]:
    """Promises and limits. Those that say how often a loop comes round are said with the loop."""
    scopes = {node.scope for node in graph.nodes}
    every = [*(vowed.promise for vowed in graph.promises), *graph.limits]
    found = []
    for one in every:
        scope = scope_of(one)
        found.append(Said(one, scope if scope in scopes else "", frozenset(spoken_of(one))))
    return found


def _inputs(graph: Graph, kinds: Kinds) -> dict[str, Kind]:
    taken: dict[str, set[str]] = {name: set() for name in graph.inputs}
    feeds = [feed for node in graph.nodes for feed in node.feeds]
    for feed in (*feeds, *graph.output.feeds):
        taken[feed.name].add(feed.output)
    return {name: kinds.of(one.schema, name, taken[name]) for name, one in graph.inputs.items()}


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
