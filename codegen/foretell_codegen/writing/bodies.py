"""The body of a workflow: nodes as calls, edges as arguments, in an order in which each can be said.

A node's id is the variable that its result is assigned to, where it can be one; a call that stands
inside another is named after its task, as registration names it; else `.options(id=...)` says it.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from foretell.author.options import is_id
from foretell.author.wiring import Names
from foretell.graph.model import Edge, Feed, Hole, Node, Output
from foretell.graph.pointers import NoSuchPlace, get, tokens
from foretell.promises.language import Promise, Rearm
from foretell.promises.limits import Limit
from foretell_codegen.errors import WriteError
from foretell_codegen.names import Locals, identifier_like, is_identifier, is_variable
from foretell_codegen.writing.control import ATTEMPT, Branch, Deciding, bare, decision
from foretell_codegen.writing.layout import (
    Expr,
    Part,
    Prefixed,
    call,
    flat,
    laid,
    mapped,
    statement,
)
from foretell_codegen.writing.library import question
from foretell_codegen.writing.literals import text
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.options import looks, run_options
from foretell_codegen.writing.parts import Source, part_of, taken
from foretell_codegen.writing.sections import Flow, Inner, Said, contracted
from foretell_codegen.writing.tasks import Callee, Tasks
from foretell_codegen.writing.values import Given, value_of
from foretell_codegen.writing.vows import Speaker

NEST = 60
"""Columns of a call that may stand inside another, where it may also have a line of its own."""


class Sections(Protocol):
    """Who writes the functions of sections."""

    def inline(self, inner: Inner, params: dict[str, Given]) -> Callee:
        """The function of a section that is used here, as what is called."""
        ...

    def returned(self, output: Output, body: Body) -> Expr:
        """The type of what a body returns."""
        ...


@dataclass(slots=True)
class Body:
    """Writes one body. `scope` is where its nodes lie; `inputs` are what its feeds take from, by
    name."""

    flow: Flow
    tasks: Tasks
    names: Locals
    inputs: dict[str, Given]
    sections: Sections
    scope: str = ""
    indent: int = 4
    mapping: bool = False
    """Whether its only call is one for each item of something."""
    lines: list[str] = field(default_factory=list)
    _given: Names = field(default_factory=Names)
    _into: dict[str, list[Edge]] = field(default_factory=dict)
    _refs: dict[str, int] = field(default_factory=dict)
    _exprs: dict[str, Expr] = field(default_factory=dict)
    _nodes: dict[str, Node] = field(default_factory=dict)
    _later: list[Said] = field(default_factory=list)

    def write(self) -> Expr | None:
        """Writes the nodes, and gives what is returned."""
        self._prepare()
        order = ordered(self.flow)
        for node in order:
            if node.id in self.flow.sections:
                self._declare(self.flow.sections[node.id], node)
        inside = self._nested(order)
        self._say_first()
        for node in order:
            self._write(node, inside)
        self._lead_back()
        for said in self._later:
            self._vow(said)
        return self._returned()

    # --- what refers to what

    def _prepare(self) -> None:
        for node in self.flow.nodes:
            self._nodes[node.id] = node
            self._into[node.id] = []
            self._refs[node.id] = 0
        for edge in self.flow.edges:
            self._refs[edge.source] += 1
            if edge.kind == "loop":
                self._refs[edge.source] += 1
                self._refs[edge.target] += 2
            else:
                self._into[edge.target].append(edge)
        for hole in self.flow.output.holes:
            self._refs[hole.node] += 1
        for said in self.flow.said:
            for spoken in said.nodes:
                at = self.flow.inside.get(spoken, (spoken, ""))[0]
                if at in self._refs:
                    self._refs[at] += 2

    # --- promises, limits and loops

    def _say_first(self) -> None:
        """What speaks of no node is said before there are any, and all that follows it later."""
        bounds = self._bounds()
        said = [one for one in self.flow.said if one.what not in bounds.values()]
        while said and not said[0].nodes & self._speakable():
            self._vow(said.pop(0))
        self._later = said

    def _speakable(self) -> set[str]:
        return {*self._refs, *self.flow.inside}

    def _bounds(self) -> dict[str, Promise | Limit]:
        """How often loops come round, by their target, where that is promised once."""
        led_to = {edge.target for edge in self.flow.edges if edge.kind == "loop"}
        found: dict[str, list[Promise | Limit]] = {}
        for said in self.flow.said:
            if isinstance(said.what, Rearm) and said.what.target in led_to and said.what.max > 0:
                found.setdefault(said.what.target, []).append(said.what)
        return {target: one[0] for target, one in found.items() if len(one) == 1}

    def _lead_back(self) -> None:
        bounds = self._bounds()
        for edge in self.flow.edges:
            if edge.kind != "loop":
                continue
            named: dict[str, Expr] = {"to": self._exprs[edge.target]}
            if edge.input is not None:
                path = tokens(edge.input)
                if len(path) != 1 or edge.output:
                    raise WriteError(
                        f"loop {edge.source!r:.80} -> {edge.target!r:.80}",
                        "what goes along is all that again(...) is given, and goes to a whole input",
                    )
                named["into"] = text(path[0])
            bound = bounds.pop(edge.target, None)
            if isinstance(bound, Rearm):
                named["at_most"] = str(bound.max)
            self._say(call(self.tasks.module.word("back"), self._exprs[edge.source], **named))

    def _vow(self, said: Said) -> None:
        speaker = Speaker(self.tasks, self._spoken, self.scope)
        if isinstance(said.what, Limit):
            self._say(speaker.limit(said.what))
        else:
            self._say(call(self.tasks.module.word("promise"), speaker.vow(said.what)))

    def _spoken(self, node: str) -> Expr | None:
        """What stands for a node that is spoken of."""
        at, pointer = self.flow.inside.get(node, (node, ""))
        found = self._exprs.get(at)
        return None if found is None else part_of(Given(found, {}), pointer).expr

    def _nested(self, order: list[Node]) -> set[str]:
        """The nodes whose calls stand inside the call that takes their result: those that have no
        name but that of their task, where nothing is said between the two."""
        place = {node.id: i for i, node in enumerate(order)}
        size = dict.fromkeys(place, 1)
        found: set[str] = set()
        for node in order:
            end = place[node.id] - 1
            wires = [e for e in self._into[node.id] if e.kind == "data"]
            for edge in reversed(self._as_written(node, wires)):
                source = edge.source
                if place[source] != end or self._refs[source] != 1 or edge.on != "ok" or edge.port:
                    break
                if self._local(source) != self.tasks.of(self._nodes[source].task).called:
                    break
                if node.task in self.tasks.deciding and (edge.input or "").startswith("/sections/"):
                    break  # in a branch it would come only with the branch
                found.add(source)
                size[node.id] += size[source]
                end -= size[source]
        return found

    def _as_written(self, node: Node, wires: list[Edge]) -> list[Edge]:
        """Edges in the order in which their values stand in the call."""
        if len(wires) < 2:
            return wires
        place = {name: i for i, name in enumerate(self.tasks.of(node.task).params)}
        return sorted(wires, key=lambda e: (place.get(_split(e.input or "")[0], 0), e.input or ""))

    def _declare(self, inner: Inner, node: Node) -> None:
        """Writes the function of a section."""
        brought = {(e.input or "")[1:]: e for e in self._into[node.id] if e.kind == "data"}
        fed = {feed.input[1:]: feed for feed in node.feeds}
        params: dict[str, Given] = {}
        for name in inner.params:
            given = self._type(brought[name]) if name in brought else self.fed(fed[name])
            params[name] = Given(name, given.schema, given.hint)
        self.tasks.know(node.task, self.sections.inline(inner, params))

    def _type(self, edge: Edge) -> Given:
        callee = self.tasks.of(self._nodes[edge.source].task)
        source = Source(edge.source, "_", callee, self._nodes[edge.source].task)
        return taken(source, edge, None, self.tasks)

    # --- nodes

    def _write(self, node: Node, inside: set[str]) -> None:
        callee = self.tasks.of(node.task)
        local = self._local(node.id)
        made = self._call(node, callee)
        referred = self._refs[node.id]
        if self.mapping:
            own = self._named_by_task(callee, local)
            self._exprs[node.id] = made(None if own else local)
            return
        if node.id in self.flow.sections:
            self._write_section(node, callee, local)
            return
        if self.tasks.deciding.get(node.task) == ATTEMPT:
            self._given.fresh(local)
            return
        stands_inside = node.id in inside or self._is_returned(node)
        alone = not referred and local == callee.called
        if (stands_inside or alone) and self._named_by_task(callee, local):
            expr = made(None)
            if alone:
                self._say(expr)
            self._exprs[node.id] = expr
            return
        self._given.fresh(local)
        if is_variable(local) and self.names.take(local):
            self._exprs[node.id] = local
            self._say(Prefixed(f"{local} = ", made(None)))
            return
        _check_id(node.id, local)
        expr = made(local)
        if referred:
            name = self.names.fresh(identifier_like(local, "node"))
            self._exprs[node.id] = name
            expr = Prefixed(f"{name} = ", expr)
        self._say(expr)

    def _write_section(self, node: Node, callee: Callee, local: str) -> None:
        """A section is named by its function, whatever its result is assigned to."""
        own = self._named_by_task(callee, local)
        if not own:
            self._given.fresh(local)
            _check_id(node.id, local)
        expr = self._call(node, callee)(None if own else local)
        if self._is_returned(node):
            self._exprs[node.id] = expr
            return
        if self._refs[node.id]:
            name = self.names.fresh(identifier_like(local, "section"))
            self._exprs[node.id] = name
            expr = Prefixed(f"{name} = ", expr)
        self._say(expr)

    def _named_by_task(self, callee: Callee, local: str) -> bool:
        """Whether a call without a name of its own gets this one here; then it has it."""
        self._given.keep()
        if self._given.fresh(callee.called) == local:
            return True
        self._given.give_back()
        return False

    def _is_returned(self, node: Node) -> bool:
        output = self.flow.output
        return (
            self._refs[node.id] == 1
            and len(output.holes) == 1
            and not output.feeds
            and (output.holes[0].node, output.holes[0].at) == (node.id, "")
            and node is self.flow.nodes[-1]
        )

    def _call(self, node: Node, callee: Callee) -> _Call:
        return _Call(self, node, callee)

    def _local(self, node: str) -> str:
        return node[len(self.scope) + 1 :] if self.scope else node

    def _say(self, expr: Expr) -> None:
        self.lines.append(statement(expr, self.indent))

    # --- values

    def given(self, edge: Edge, stays: object = None) -> Given:
        """What an edge brings."""
        source = self.source(edge.source)
        return taken(source, edge, stays, self.tasks)

    def source(self, node: str) -> Source:
        callee = self.tasks.of(self._nodes[node].task)
        return Source(node, self._exprs[node], callee, self._nodes[node].task)

    def fed(self, feed: Feed) -> Given:
        return part_of(self.inputs[feed.name], feed.output)

    def _returned(self) -> Expr | None:
        output = self.flow.output
        if output.value is None and not output.holes and not output.feeds:
            return None
        wires: dict[str, Given] = {}
        for hole in output.holes:
            wires[hole.at] = self.part(hole)
        for feed in output.feeds:
            wires[feed.input] = self.fed(feed)
        kind = self.tasks.kinds.of({})
        return value_of(output.value, kind, self.tasks.module, self.tasks.kinds, wires)

    def part(self, hole: Hole) -> Given:
        """What fills a hole of what is returned."""
        edge = Edge(hole.node, "", "data", hole.pointer, hole.at, port=hole.port)
        return taken(self.source(hole.node), edge, None, self.tasks)

    def after(self, node: Node, but: str = "") -> list[tuple[str, list[Expr]]]:
        """What a node runs after besides what it is given: how that must end, and what it is."""
        found: list[tuple[str, list[Expr]]] = []
        for name, on in self.flow.waits.get(node.id, ()):
            if not found or found[-1][0] != on:
                found.append((on, []))
            found[-1][1].append(self.inputs[name].expr)
        for edge in self._into[node.id]:
            if edge.kind == "order":
                if but and self.tasks.deciding.get(self._nodes[edge.source].task) == but:
                    continue
                if not found or found[-1][0] != edge.on:
                    found.append((edge.on, []))
                whole = Given(self._exprs[edge.source], {})
                found[-1][1].append(part_of(whole, edge.output or "").expr)
        return found

    # --- decisions

    @property
    def module(self) -> Module:
        return self.tasks.module

    def free_name(self, name: str) -> str:
        return self.names.fresh(name)

    def decided(self, node: Node, name: str | None) -> Expr:
        """The call of a word by which a node is made."""
        if name is not None:
            raise WriteError(
                f"node {node.id!r:.80}", "it decides, and its id is no name of a variable"
            )
        known: dict[str, list[Deciding]] = {}
        if self.tasks.deciding[node.task] == "fallback":
            known["attempts"] = [self._deciding(self._nodes[one]) for one in self._attempts(node)]
            return decision(Deciding(node, "fallback", {}, ()), self, known)
        return decision(self._deciding(node), self, known)

    def _deciding(self, node: Node) -> Deciding:
        after: list[Expr] = []
        for on, deps in self.after(node, but=ATTEMPT):
            if on != "ok":
                raise WriteError(f"node {node.id!r:.80}", "no word says what it runs after")
            after += deps
        return Deciding(node, self.tasks.deciding[node.task], self.wires(node), after)

    def _attempts(self, node: Node) -> list[str]:
        """The nodes of which one takes what the first gives that ends well."""
        wires = {
            e.input: e.source
            for e in self._into[node.id]
            if e.carries == "output" and e.on == "any"
        }
        found = [wires.get(f"/given/{i}", "") for i in range(len(wires))]
        for one in found:
            made = self._nodes.get(one)
            if made is None or self.tasks.deciding.get(made.task) != ATTEMPT or self._refs[one] > 3:
                raise WriteError(
                    f"node {node.id!r:.80}", "it takes from what is no attempt of its own"
                )
        return found

    def branch(
        self,
        branch: Branch,
        params: Mapping[str, str],
        waits: Sequence[Expr] = (),
        name: str = "branch",
    ) -> Expr:
        names = self.names.inner(*params.values())
        inputs = {**branch.given, **{key: Given(own) for key, own in params.items()}}
        first: dict[str, list[tuple[str, str]]] = {}
        if waits:
            if not branch.template.nodes:
                raise WriteError(
                    f"section {branch.template.name!r:.80}", "nothing in it could wait"
                )
            inputs |= {f"\n{i}": Given(expr) for i, expr in enumerate(waits)}
            first[branch.template.nodes[0].id] = [(f"\n{i}", "ok") for i in range(len(waits))]
        body = self._inside(branch, names, inputs, first)
        result = body.write()
        own = list(params.values())
        if not body.lines:
            return bare("None" if result is None else result, own)
        fn = self.names.fresh(name)
        any_ = self.tasks.kinds.any()
        takes = [Prefixed(f"{param}: ", any_) for param in own]
        returns = f" -> {flat(self.sections.returned(body.flow.output, body))}:"
        head = laid(call(f"def {fn}", *takes), self.indent, self.indent, len(returns)) + returns
        self.lines.append(f"\n{' ' * self.indent}{head}\n{''.join(body.lines)}")
        ending = "" if result is None else statement(Prefixed("return ", result), body.indent)
        self.lines.append(ending + "\n")
        return fn

    def _inside(
        self,
        branch: Branch,
        names: Locals,
        inputs: dict[str, Given],
        waits: dict[str, list[tuple[str, str]]],
    ) -> Body:
        template = branch.template
        if template.promises or template.limits:
            raise WriteError(
                f"section {template.name!r:.80}", "what is promised in it, no word says"
            )
        flow = contracted(Flow(template.nodes, template.edges, template.output, waits), "")
        return Body(flow, self.tasks, names, inputs, self.sections, indent=self.indent + 4)

    def mapped(self, branch: Branch, items: Mapping[str, Given]) -> Expr:
        body = self._inside(branch, self.names.inner(), {**branch.given, **items}, {})
        whole = Hole("", body.flow.nodes[0].id) if len(body.flow.nodes) == 1 else None
        if whole is None or body.flow.output.holes not in ((whole,), ()):
            raise WriteError(f"section {branch.template.name!r:.80}", "it is more than one call")
        body.mapping = True
        body.write()
        return body._exprs[body.flow.nodes[0].id]

    def wires(self, node: Node) -> dict[str, dict[str, Given]]:
        """What is brought to its inputs, and where in them it goes."""
        wires: dict[str, dict[str, Given]] = {}
        for edge in self._into[node.id]:
            if edge.kind == "data":
                at = edge.input or ""
                name, below = _split(at)
                if below in wires.setdefault(name, {}):
                    raise WriteError(
                        f"node {node.id!r:.80}",
                        f"two edges go to {at!r:.80}; an argument is one value",
                    )
                stays = _stays(node, at) if edge.on == "any" else None
                wires[name][below] = self.given(edge, stays)
        for feed in node.feeds:
            name, below = _split(feed.input)
            wires.setdefault(name, {})[below] = self.fed(feed)
        return wires

    def arguments(self, node: Node, callee: Callee) -> tuple[list[Expr], dict[str, Expr]]:
        """Its inputs: those that stand by their place, and those by their name."""
        wires = self.wires(node)
        args: list[Expr] = []
        named: dict[str, Expr] = {}
        known = callee.params
        names: list[str] = list(known)
        if not (wires.keys() <= known.keys() and node.inputs.keys() <= known.keys()):
            names += sorted((set(wires) | set(node.inputs)) - set(known))
        for i, name in enumerate(names):
            if name not in wires and name not in node.inputs:
                continue
            param = known.get(name)
            kind = param.kind if param is not None else self.tasks.kinds.of({})
            expr = value_of(
                node.inputs.get(name), kind, self.tasks.module, self.tasks.kinds, wires.get(name)
            )
            if i < callee.by_position and i == len(args) and not named:
                args.append(expr)
            else:
                named[param.name if param is not None else name] = expr
        if len(args) > 3 or (args and any(e in ("True", "False") for e in args)):
            own = [param.name for param in callee.params.values()]
            named = {**dict(zip(own, args, strict=False)), **named}
            args = []
        return args, named


@dataclass(frozen=True, slots=True)
class _Call:
    body: Body
    node: Node
    callee: Callee

    def __call__(self, name: str | None) -> Expr:
        body, node = self.body, self.node
        if node.outside:
            return self.asked(name)
        if node.task in body.tasks.deciding:
            return body.decided(node, name)
        expr: Expr = self.callee.name
        options: dict[str, Expr] = {} if name is None else {"id": text(name)}
        module = body.tasks.module
        if node.options or node.tags or node.label is not None or node.style:
            options |= run_options(node.options, module)
            options |= looks(node.tags, node.label, node.style)
        if options:
            expr = call(Part(expr, ".options"), **options)
        for on, deps in body.after(node):
            more: dict[str, Expr] = {} if on == "ok" else {"on": text(on)}
            expr = call(Part(expr, ".after"), *deps, **more)
        if body.mapping:
            expr = Part(expr, ".map")
        args, named = body.arguments(node, self.callee)
        odd = [name for name in named if not is_identifier(name)]
        if odd:
            rest = mapped([(text(name), named.pop(name)) for name in odd])
            return call(expr, *args, *[Prefixed(f"{n}=", e) for n, e in named.items()],
                        Prefixed("**", rest))  # fmt: skip
        return call(expr, *args, **named)

    def asked(self, name: str | None) -> Expr:
        body, node = self.body, self.node
        where = f"node {node.id!r:.80}"
        if node.task not in body.tasks.asking:
            raise WriteError(where, "only what ask, signal and sleep_until give comes from outside")
        if name is not None or body.after(node):
            why = "no name of a variable" if name else "to run after others"
            raise WriteError(where, f"it asks, and has an id that is {why}, which nothing says")
        return question(node, body.wires(node), body.tasks.module, body.tasks.kinds)


def _check_id(node: str, local: str) -> None:
    if not is_id(local):
        raise WriteError(
            f"node {node!r:.80}",
            "an id that Python is to say has 1 to 100 characters, and no spaces, dots, slashes, quotes, "
            "brackets or * ? ~ | @ among them; rename the node",
        )


def ordered(flow: Flow) -> list[Node]:
    """The nodes in an order in which each comes after what leads to it: as they are listed, where that
    is one."""
    place = {node.id: i for i, node in enumerate(flow.nodes)}
    wires = [edge for edge in flow.edges if edge.kind != "loop"]
    if all(place[edge.source] < place[edge.target] for edge in wires):
        return list(flow.nodes)
    waits = [0] * len(place)
    after: list[list[int]] = [[] for _ in place]
    for edge in wires:
        waits[place[edge.target]] += 1
        after[place[edge.source]].append(place[edge.target])
    ready = [i for i, count in enumerate(waits) if not count]
    found: list[Node] = []
    while ready:
        i = heapq.heappop(ready)
        found.append(flow.nodes[i])
        for target in after[i]:
            waits[target] -= 1
            if not waits[target]:
                heapq.heappush(ready, target)
    if len(found) < len(place):
        raise WriteError("edges", "they form a cycle, and what comes later cannot be said before")
    return found


def _split(pointer: str) -> tuple[str, str]:
    """The input to which a pointer leads, and the place in it."""
    if not pointer:
        raise WriteError(f"{pointer!r:.80}", "a value goes to one input: /name")
    end = pointer.find("/", 1)
    name = pointer[1:] if end < 0 else pointer[1:end]
    if "~" in name:
        name = name.replace("~1", "/").replace("~0", "~")
    return name, "" if end < 0 else pointer[end:]


def _stays(node: Node, at: str) -> object:
    try:
        return get(node.inputs, at)
    except NoSuchPlace:
        return None
