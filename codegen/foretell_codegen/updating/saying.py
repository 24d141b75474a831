"""The texts of an edit: how results are referred to, and how calls read when parts of them are other
ones. What is different was found before; where statements go is decided elsewhere.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from foretell.graph.model import Edge, Feed, Hole, Node, NodeId, Outside
from foretell.graph.pointers import escape, tokens
from foretell.promises.language import Promise
from foretell.promises.limits import Limit
from foretell_codegen.provenance import Span
from foretell_codegen.updating.align import carriers, dress, predecessors
from foretell_codegen.updating.calls import Call, Link, Unsplit, removed
from foretell_codegen.updating.desk import Desk, Say
from foretell_codegen.updating.holding import Held, said
from foretell_codegen.updating.trees import Tree, Wire, inputs_of
from foretell_codegen.updating.trouble import CannotUpdate

Ended = tuple[NodeId, str]
"""A node, and how it must end."""


class Saying:
    """Says what an edit puts into a source, once it is decided which variables there are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.phrases = desk.phrases

    # --- results and values

    def reference(self, node_id: NodeId, pointer: str) -> str:
        """How the result of a node, or a part of it, is said."""
        desk = self.desk
        if node_id in desk.inline:
            held: Held | None = Held(0, self.call(node_id))
        else:
            held = Held(0, desk.names[node_id]) if node_id in desk.names else desk.held(node_id)
        by_name = bool(pointer) and self.phrases.by_name(desk.new.nodes[node_id].task)
        found = held and said(held, pointer, desk.output_of(node_id), by_name)
        if not found:
            raise CannotUpdate(
                f"node {node_id!r}",
                f"no variable holds {'its result' if not pointer else f'the part {pointer} of its result'}",
                "Give it one in the source, and read that again",
            )
        return found

    def value(self, say: Say) -> str:
        wires: dict[str, str] = {}
        plain = self._without_wires(say.tree, wires, "")
        return self.phrases.value(plain, wires, say.task, say.port, say.path)

    def _without_wires(self, tree: Tree, wires: dict[str, str], at: str) -> Any:
        if isinstance(tree, Wire):
            wires[at] = self._wire(tree)
            return None
        if isinstance(tree, dict):
            return {k: self._without_wires(v, wires, f"{at}/{escape(k)}") for k, v in tree.items()}
        if isinstance(tree, list):
            return [self._without_wires(v, wires, f"{at}/{i}") for i, v in enumerate(tree)]
        return tree

    def _wire(self, wire: Wire) -> str:
        match wire.by:
            case Edge() as edge if edge.port is not None:
                emitted = self.phrases.port(edge, self.reference(edge.source, ""))
                return emitted + "".join(
                    f"[{token if token.isdecimal() else self.phrases.text(token)}]"
                    for token in tokens(edge.output or "")
                )
            case Edge() as edge:
                pointer = "" if edge.carries == "failures" else edge.output or ""
                return self.phrases.edge(edge, self.reference(edge.source, pointer), wire.default)
            case Hole(node=node, pointer=pointer):
                return self.reference(node, pointer)
            case Feed(name=name, output=pointer):
                return self.phrases.feed(name, pointer)
            case Outside() as outside:
                return self.phrases.outside(outside)

    # --- promises

    def vow(self, promise: Promise) -> str:
        return self.phrases.vow(promise, self._spoken)

    def limit(self, limit: Limit) -> str:
        return self.phrases.limit(limit, self._spoken)

    def _spoken(self, node_id: str) -> str | None:
        """How a vow speaks of a node."""
        return self._after_name(node_id) if node_id in self.desk.new.nodes else None

    # --- what stands there, with what is other in it

    def text_at(self, span: Span) -> str:
        """What will stand where something is different now."""
        desk = self.desk
        if span in desk.splices:
            return desk.splices[span]
        if span in desk.says:
            return _quoted_like(span.of(desk.source), self.value(desk.says[span]))
        if span in desk.questions:
            return self._question(desk.new.nodes[desk.questions[span]])
        return self.call(desk.edited[span])

    def outermost(self, within: Span) -> list[Span]:
        """The places within another at which something is different, those within each other
        aside."""
        found: list[Span] = []
        at = within.start
        for span in self._places[bisect_left(self._places, (within.start, -1)) :]:
            if span.start >= within.end:
                break
            if span.start >= at and within.holds(span) and span != within:
                found.append(span)
                at = span.end
        return found

    @cached_property
    def _places(self) -> list[Span]:
        desk = self.desk
        spans = {*desk.splices, *desk.says, *desk.questions, *desk.edited}
        return sorted(spans, key=lambda span: (span.start, -span.end))

    def _rendered(self, span: Span) -> str:
        source = self.desk.source
        parts, at = [], span.start
        for one in self.outermost(span):
            parts += [source[at : one.start].decode(), self.text_at(one)]
            at = one.end
        return "".join([*parts, source[at : span.end].decode()])

    # --- calls

    def call(self, node_id: NodeId, named: str | None = None) -> str:
        """The call of a node that is written, as it will be; with its id said if that is not the
        variable `named`."""
        desk, written = self.desk, self.desk.written(node_id)
        call = Call(self._rendered(written.call).encode(), self.phrases.keys(written))
        try:
            for kind, what in desk.parts.get(node_id, ()):
                call = self._with(call, node_id, kind, what)
            if named and named != node_id and "id" not in written.options:
                call = self._option(call, "id", self.phrases.text(node_id))
        except Unsplit as fault:
            raise CannotUpdate(
                desk.line(written.call),
                f"the call of {node_id!r} cannot be changed: {fault}",
                "Write its arguments one by one in the source, and read that again",
            ) from None
        return call.text.decode()

    def _with(self, call: Call, node_id: NodeId, kind: str, what: Any) -> Call:
        node = self.desk.new.nodes[node_id]
        match kind:
            case "callee":
                return call.with_callee(self.phrases.callee(what))
            case "drop":
                return call.without_argument(what)
            case "set":
                port, tree = what
                return call.with_argument(port, self.value(Say(tree, node.task, port)))
            case "unset":
                return self._unset(call, what)
            case "option":
                return self._option(call, what, self.phrases.option(node, what))
            case "id":
                return self._option(call, "id", self.phrases.text(what))
            case _:
                return self._after(call, node_id, what)

    def _option(self, call: Call, name: str, text: str) -> Call:
        links = [link for link in call.parts().links if link.word == "options"]
        for link in links[::-1]:
            found = link.parens.find(name)
            if found is not None:
                place = link.parens.arguments[found].value
                return call.spliced(place, _quoted_like(place.of(call.text), text))
        if links:
            return call.with_argument(name, text, "options")
        return call.with_link("options", f"{name}={text}")

    def _unset(self, call: Call, name: str) -> Call:
        for link in call.parts().links:
            if link.word == "options" and link.parens.find(name) is not None:
                return call.without_argument(name, "options")
        raise Unsplit(f"its option {name!r} is not said there")

    def new_call(self, node_id: NodeId) -> str:
        """The call of a new node."""
        desk, node = self.desk, self.desk.new.nodes[node_id]
        if self.phrases.asks(node):
            return self._question(node)
        text = self.phrases.callee(node.task)
        options = {name: self.phrases.option(node, name) for name in dress(node)}
        if desk.names.get(node_id) != node_id:
            options = {"id": self.phrases.text(node_id), **options}
        if options:
            text += f".options({', '.join(f'{k}={v}' for k, v in options.items())})"
        text += self._links(sorted(predecessors(desk.new, node_id)))
        trees = inputs_of(node, desk.new.into.get(node_id, ()))
        given = [
            self.phrases.keyword(port, self.value(Say(trees[port], node.task, port)))
            for port in self.phrases.in_order(node.task, trees)
        ]
        return f"{text}({', '.join(given)})"

    def _question(self, node: Node) -> str:
        wires: dict[str, dict[str, str]] = {}
        for port, tree in inputs_of(node, self.desk.new.into.get(node.id, ())).items():
            if not isinstance(tree, Wire) or not isinstance(tree.by, Outside):
                self._without_wires(tree, wires.setdefault(port, {}), "")
        given = {port: places for port, places in wires.items() if places}
        return self.phrases.question(node, given)

    # --- order

    def _links(self, sources: list[Ended]) -> str:
        text = ""
        for on in dict.fromkeys(on for _, on in sources):
            named = [self._handle(source) for source, one in sources if one == on]
            text += f".after({', '.join(named)}{_mark(on)})"
        return text

    def _handle(self, node_id: NodeId) -> str:
        found = self._after_name(node_id)
        if found is None:
            raise CannotUpdate(f"node {node_id!r}", "no variable holds its result", "Give it one")
        return found

    def _after_name(self, node_id: NodeId) -> str | None:
        """How a node is said to come before."""
        desk = self.desk
        if node_id in desk.names:
            return desk.names[node_id]
        if node_id in desk.inline:
            return None
        if node_id in desk.new.nodes:
            held = desk.held(node_id) if not desk.is_new(node_id) else None
        else:
            written = desk.where.nodes.get(node_id)
            held = desk.holding.of(written, None) if written else None
        if held is None:
            return None
        return next(iter(held.parts.values())) if held.parts is not None else held.variable

    def _after(self, call: Call, node_id: NodeId, was: set[Ended]) -> Call:
        """What a value comes from comes before anyway: to say so adds nothing, until no value comes
        from there."""
        desk = self.desk
        now = predecessors(desk.new, node_id)
        silent = carriers(desk.old, desk.was.get(node_id, node_id), desk.al.renamed) - was
        idle = silent - now - carriers(desk.new, node_id)
        known = {
            name: (source, on)
            for source, on in was | silent
            if (name := self._after_name(source)) is not None
        }
        call, left, kept = self._without(call, known, (was - now) | idle)
        if left - idle:  # said in a way that nobody can take one out of: all is said anew
            for link in [link for link in call.parts().links if link.word == "after"][::-1]:
                call = call.without_link(link)
            kept, was = set(), set()
        return self._with_more(call, sorted(now - was - kept))

    def _without(
        self, call: Call, known: Mapping[str, Ended], dropped: set[Ended]
    ) -> tuple[Call, set[Ended], set[Ended]]:
        """The call without those `dropped`; which of them are not listed; and which others are."""
        left, kept = set(dropped), set[Ended]()
        for link in [link for link in call.parts().links if link.word == "after"][::-1]:
            on = _on(call, link)
            for i in reversed(range(len(link.parens.arguments))):
                one = link.parens.arguments[i]
                text = one.value.of(call.text).decode()
                hit = known.get(text) or known.get(text.removesuffix(".out"))
                if one.keyword or hit is None or hit[1] != on:
                    continue
                if hit not in dropped:
                    kept.add(hit)
                    continue
                left.discard(hit)
                if sum(not other.keyword for other in link.parens.arguments) == 1:
                    call = call.without_link(link)
                    break
                call = replace(call, text=removed(call.text, link.parens, i))
                link = next(new for new in call.parts().links if new.span.start == link.span.start)
        return call, left, kept

    def _with_more(self, call: Call, more: list[Ended]) -> Call:
        for on in dict.fromkeys(on for _, on in more):
            texts = [self._handle(source) for source, one in more if one == on]
            parts = call.parts()
            link = next((a for a in parts.links if a.word == "after" and _on(call, a) == on), None)
            given = [a for a in link.parens.arguments if not a.keyword] if link else []
            if given:
                at = given[-1].whole.end
                call = call.spliced(Span(at, at), "".join(f", {text}" for text in texts))
            else:
                at = parts.links[-1].span.end if parts.links else parts.callee.end
                said_ = f".after({', '.join(texts)}{_mark(on)})"
                call = call.spliced(Span(at, at), said_)
        return call


def _quoted_like(old: bytes, new: str) -> str:
    """A text in the quotes that the one had in the place of which it comes, if it may."""
    plain = new[1:-1]
    if old[:1] == b"'" and new[:1] == '"' == new[-1:] and not {"'", '"', "\\"} & set(plain):
        return f"'{plain}'"
    return new


def _mark(on: str) -> str:
    return "" if on == "ok" else f', on="{on}"'


def _on(call: Call, link: Link) -> str:
    at = link.parens.find("on")
    if at is None:
        return "ok"
    return str(ast.literal_eval(link.parens.arguments[at].value.of(call.text).decode()))
