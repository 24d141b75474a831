"""Nodes that decide, in the words by which they were made: `when`, `given`, `switch`, `reduce`, `repeat`,
`fallback`, and `.map` over what is not there yet.

Each brings sections along as data, which become lambdas again, or functions where a lambda does not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from foretell.document.model import TaskSpec
from foretell.document.template import Template
from foretell.errors import DocumentError
from foretell.graph import plain
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.promises import language as la
from foretell.promises.selectors import TaskIs
from foretell_codegen.errors import WriteError
from foretell_codegen.writing.layout import Expr, Group, Prefixed, call, paired
from foretell_codegen.writing.literals import literal
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.values import Given

HOME = "foretell.control"
WORDS: Mapping[str, str] = {
    f"{HOME}:decide": "when", f"{HOME}:decide_on_none": "given", f"{HOME}:choose": "switch",
    f"{HOME}:fold": "reduce", f"{HOME}:begin_rounds": "repeat", f"{HOME}:take_first": "fallback",
    "foretell.author.mapping:grow_each": "map",
}  # fmt: skip
ATTEMPT = f"{HOME}:attempt"
DECIDING: Mapping[str, str] = {**WORDS, ATTEMPT: ATTEMPT}
GO_ON = f"{HOME}:go_on"


@dataclass(frozen=True, slots=True)
class Branch:
    """A section as a node brings it along, and what is given to it: by the name of its input."""

    template: Template
    given: dict[str, Given]


class Host(Protocol):
    """The body in which a word stands."""

    @property
    def module(self) -> Module: ...

    def free_name(self, name: str) -> str:
        """A name that is free in it."""
        ...

    def branch(
        self,
        branch: Branch,
        params: Mapping[str, str],
        waits: Sequence[Expr] = (),
        name: str = "branch",
    ) -> Expr:
        """What does what a section does: a lambda, or a function that is written before. `params` are
        its inputs that are parameters, and what these are called."""
        ...

    def mapped(self, branch: Branch, items: Mapping[str, Given]) -> Expr:
        """The only call of a section, once for each item."""
        ...


@dataclass(frozen=True, slots=True)
class Deciding:
    """A node that decides: its constants and what is brought to it, by input and place, and what it runs
    after."""

    node: Node
    word: str
    wires: Mapping[str, Mapping[str, Given]]
    after: Sequence[Expr]

    def whole(self, name: str) -> Expr:
        """An input that is one value."""
        found = self.wires.get(name, {}).get("")
        return literal(self.node.inputs.get(name)) if found is None else found.expr

    def sections(self) -> dict[str, Branch]:
        """Those it brings along, by name."""
        data = self.node.inputs.get("sections")
        if not isinstance(data, Mapping):
            raise self.cannot("it brings no sections along")
        found: dict[str, Branch] = {}
        for name, one in data.items():
            try:
                template: Template = plain.decode(Template, one["template"])
                constants: Mapping[str, Any] = one["given"]
            except (DocumentError, KeyError, TypeError):
                raise self.cannot(f"its section {name!r:.80} is none") from None
            given = {key: Given(literal(value)) for key, value in constants.items()}
            begin = f"/{name}/given/"
            for at, wire in self.wires.get("sections", {}).items():
                if at.startswith(begin) and "/" not in at[len(begin) :]:
                    given[at[len(begin) :].replace("~1", "/").replace("~0", "~")] = wire
            found[name] = Branch(template, given)
        return found

    def cannot(self, why: str) -> WriteError:
        return WriteError(f"node {self.node.id!r:.80}", why)


def decision(deciding: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    """The call that makes the node. `known` are the nodes that were taken along, by what they are for.
    Raises `WriteError` for what the word cannot say."""
    node = deciding.node
    if node.options or node.tags or node.label is not None or node.style:
        raise deciding.cannot(f"{deciding.word}(...) takes no options")
    written: Expr = _WRITTEN[deciding.word](deciding, host, known)
    return written


def _when(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    sections = one.sections()
    branches = [
        host.branch(sections[name], {}, one.after if not i else (), name)
        for i, name in enumerate(("then", "otherwise"))
        if name in sections
    ]
    return call(host.module.word("when", HOME), one.whole("flag"), *branches)


def _given(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    sections = one.sections()
    value = one.whole("value")
    then = sections["then"]
    there = host.free_name("there")
    params = {name: there for name, given in then.given.items() if given.expr == value}
    first = host.branch(then, params or {"\n": there}, one.after, "then")
    rest = (
        [host.branch(sections["otherwise"], {}, (), "otherwise")] if "otherwise" in sections else []
    )
    return call(host.module.word("given", HOME), value, first, *rest)


def _switch(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    sections, keys = one.sections(), one.node.inputs.get("keys")
    if not isinstance(keys, list) or len(keys) != len(sections):
        raise one.cannot("it has not as many keys as sections")
    cases = [
        paired([literal(key), host.branch(branch, {}, one.after if not i else (), name)])
        for i, (key, (name, branch)) in enumerate(zip(keys, sections.items(), strict=True))
    ]
    return call(host.module.word("switch", HOME), one.whole("key"), *cases)


def _reduce(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    params = {"so_far": host.free_name("so_far"), "item": host.free_name("item")}
    step = host.branch(one.sections()["round"], params, one.after, "step")
    return call(host.module.word("reduce", HOME), step, one.whole("items"), one.whole("start"))


def _repeat(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    branch = one.sections()["round"]
    body, until = _halves(one, branch)
    value = host.free_name("value")
    first = host.branch(body, {"value": value}, one.after, "body")
    enough = host.branch(until, {"\nbetter": host.free_name("better")}, (), "until")
    named: dict[str, Expr] = {"until": enough}
    left = one.node.inputs.get("left")
    if left != -1:
        named["at_most"] = literal(left)
    return call(host.module.word("repeat", HOME), first, one.whole("value"), **named)


def _halves(one: Deciding, branch: Branch) -> tuple[Branch, Branch]:
    """What is done in a round, and what says that it is enough: of what the first half gives."""
    template = branch.template
    last = template.nodes[-1] if template.nodes else None
    if last is None or template.output != Output(None, (Hole("", last.id),)):
        raise one.cannot("a round of it does not end in another")
    into = {edge.input: edge for edge in template.edges if edge.target == last.id}
    better, done = into.get("/value"), into.get("/done")
    if better is None or done is None or len(into) > 2:
        raise one.cannot("a round of it does not end in another")
    places = {node.id: i for i, node in enumerate(template.nodes)}
    end = places[better.source] + 1
    body, rest = template.nodes[:end], template.nodes[end:-1]
    inside, outside = {node.id for node in body}, {node.id for node in rest}
    edges = [edge for edge in template.edges if edge.target != last.id]
    crossing = [e for e in edges if e.source in inside and e.target in outside]
    fed: dict[str, list[Feed]] = {}
    for edge in crossing:
        pointer = edge.output or ""
        if (
            edge.source != better.source
            or edge.kind != "data"
            or not pointer.startswith(better.output or "")
        ):
            raise one.cannot("what says that it is enough looks at more than what a round gives")
        rest_of = pointer[len(better.output or "") :]
        fed.setdefault(edge.target, []).append(Feed("\nbetter", rest_of, edge.input or ""))
    looking = tuple(_with_feeds(node, fed.get(node.id, [])) for node in rest)
    first = Template("body", body, _among(edges, inside),
                     output=Output(None, (Hole("", better.source, better.output or ""),)))  # fmt: skip
    if done.source in inside:
        raise one.cannot("what says that it is enough is a part of the round")
    second = Template("until", looking, _among(edges, outside),
                      output=Output(None, (Hole("", done.source, done.output or ""),)))  # fmt: skip
    return Branch(first, branch.given), Branch(second, branch.given)


def _with_feeds(node: Node, more: list[Feed]) -> Node:
    from dataclasses import replace

    return replace(node, feeds=(*node.feeds, *more)) if more else node


def _among(edges: Sequence[Edge], nodes: set[str]) -> tuple[Edge, ...]:
    return tuple(edge for edge in edges if edge.source in nodes and edge.target in nodes)


def _map(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    branch = one.sections().get("each")
    constants = one.node.inputs.get("items")
    if branch is None or not isinstance(constants, Mapping):
        raise one.cannot("it says not what is done with each item")
    wires = one.wires.get("items", {})
    each = host.module.word("each")
    items: dict[str, Given] = {}
    for name in sorted({*constants, *(at[1:] for at in wires)}):
        found = wires.get(f"/{name}")
        expr = literal(constants.get(name)) if found is None else found.expr
        items[name] = Given(call(each, expr))
    if one.after:
        raise one.cannot("a map that runs after others is said by what is mapped")
    return host.mapped(branch, items)


def _fallback(one: Deciding, host: Host, known: Mapping[str, Any]) -> Expr:
    ways = []
    for i, attempt in enumerate(known["attempts"]):
        ((name, branch),) = attempt.sections().items()
        ways.append(host.branch(branch, {}, attempt.after if not i else (), name))
    return call(host.module.word("fallback", HOME), *ways)


def bare(expr: Expr, params: Sequence[str]) -> Expr:
    """`f` for `lambda x: f(x)`."""
    if (
        isinstance(expr, Group)
        and expr.opening == "("
        and isinstance(expr.head, str)
        and expr.head
        and list(expr.items) == list(params)
    ):
        return expr.head
    return Prefixed(f"lambda {', '.join(params)}: " if params else "lambda: ", expr)


def is_bound_of(promise: Any, tasks: Mapping[str, TaskSpec]) -> bool:
    """Whether a promise is the one that `repeat(..., at_most=...)` makes."""
    return (
        isinstance(promise, la.Count)
        and isinstance(promise.of, TaskIs)
        and promise.min == 0
        and promise.max is not None
        and tasks[promise.of.task].entry == GO_ON
    )


_WRITTEN: Mapping[str, Any] = {
    "when": _when, "given": _given, "switch": _switch, "reduce": _reduce, "repeat": _repeat, "map": _map,
    "fallback": _fallback,
}  # fmt: skip
