"""Growing a whole workflow: an instance of its template, given values and results that are there.

The body is not run again for an instance. So what is grown is what was promised, whatever the
values are, and the references that the body returned are translated to the nodes of the instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from foretell.author.fields import attributes
from foretell.author.ports import is_record
from foretell.author.refs import Node as Handle
from foretell.author.refs import Origin, Ref, origin
from foretell.author.wiring import Awaited, Owner, wire
from foretell.author.writing import Written
from foretell.document.model import Change
from foretell.errors import WiringError
from foretell.graph.model import Hole, Output, ScopeId
from foretell.graph.pointers import CannotPutTogether, tokens


@dataclass(frozen=True, slots=True)
class Instance:
    """One use of a workflow by `owner`: in `scope`, given the arguments `bound`."""

    written: Written
    scope: ScopeId
    bound: Mapping[str, Any]
    owner: Owner

    def change(
        self,
        slot: str | None,
        key: str,
        after: Iterable[Awaited],
        where: str,
        names: Mapping[str, str],
    ) -> Change:
        """What adds it. Its nodes fill the places of `slot`, in the instance that `key` names; the
        graph knows their tasks by `names`."""
        flow, template = self.written.flow, self.written.template
        wired = wire(flow, self.scope, dict(self.bound), self.owner, where)
        holes = (Hole(e.input or "", e.source, e.output or "", e.port) for e in wired.edges)
        given = Output(wired.inputs, tuple(holes))
        after = tuple(after)
        wired.run_after(self.scope, after, where)  # says so if they contradict what it is given
        try:
            return template.instance(self.scope, slot, given, after, key, names)
        except CannotPutTogether as fault:
            raise WiringError(
                f"{where}: what workflow {flow.__name__!r} is given lacks a part that it uses: "
                f"{fault}"
            ) from None

    def result(self) -> Any:
        """What the workflow returns, with references to the nodes of this instance."""
        if self.written.result is None:
            to = self.written.template.moved_to(self.scope)
            nodes = tuple(to(node.id) for node in self.written.template.nodes)
            return Ref(Origin(self.owner, self.scope, nodes=nodes))
        return translated(self.written.result, self._here)

    def _here(self, mine: Origin) -> Any:
        if mine.owner is not self.written.owner:
            raise WiringError(f"{mine.name!r} belongs to another workflow or another trial")
        if mine.feed is not None:
            return _part(self.bound[mine.feed], mine)
        to = self.written.template.moved_to(self.scope)
        node = None if mine.node is None else to(mine.node)
        nodes = tuple(map(to, mine.nodes))
        return Ref(Origin(self.owner, to(mine.name), node=node, nodes=nodes, pointer=mine.pointer,
                          hint=mine.hint, port=mine.port, early=mine.early))  # fmt: skip


def complete(written: Written, bound: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call, those that were left out included."""
    ports = written.flow.ports.inputs.values()
    return {port.name: bound.get(port.name, port.default) for port in ports}


def translated(value: Any, translate: Callable[[Origin], Any]) -> Any:
    """`value`, its Refs replaced by what `translate` makes of them."""
    if isinstance(value, Ref):
        return translate(origin(value))
    if isinstance(value, Handle):
        ref = translate(Origin(origin(value.out).owner, value.id, node=value.id))
        return Handle(origin(ref).node or "", translated(value.out, translate))
    if isinstance(value, dict):
        return {key: translated(item, translate) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(translated(item, translate) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(translated(item, translate) for item in value)
    if is_record(value):
        parts = {f.name: translated(getattr(value, f.name), translate) for f in fields(value)}
        return replace(value, **parts)
    return value


def _part(value: Any, mine: Origin) -> Any:
    """The part of an argument that a Ref to an input means."""
    path = tokens(mine.pointer)
    for i, token in enumerate(path):
        if isinstance(value, Ref):
            part = origin(value)
            for rest in path[i:]:
                part = part.part(rest, mine.hint, f"{part.name}.{rest}")
            return Ref(part)
        value = _step(value, token)
    return value


def _step(value: Any, token: str) -> Any:
    if isinstance(value, Mapping):
        return value[token]
    if isinstance(value, (list, tuple)):
        return value[int(token)]
    known = attributes(type(value))
    return getattr(value, next((name for name, (at, _) in known.items() if at == token), token))
