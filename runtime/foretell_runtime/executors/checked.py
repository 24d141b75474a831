"""Programs that speak the protocol, held to the types of the graph as a Python task is.

A Python task's values are checked in its own process, by its annotations. Of a program nobody knows
what it checks; so what it says is held to the JSON Schemas of its task here, before anybody acts on
it: what it emits and returns, and the constants of the nodes that it would grow. The latter is refused
as a law would refuse it, and the trial may go on; the rest costs the trial.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from foretell.document.model import Change, TaskSpec
from foretell.errors import DocumentError, InputError, nearest
from foretell.graph.model import Edge, Json, Node
from foretell.graph.pointers import tokens
from foretell.protocol import messages as msg
from foretell_runtime.executors.protocol import Around, Child, Gone
from foretell_runtime.inputs import check

Specs = Callable[[], Mapping[str, TaskSpec]]
"""All tasks that the graph knows now."""


class Checked(Around):
    """A `Child`."""

    def __init__(self, inner: Child, spec: TaskSpec, specs: Specs) -> None:
        super().__init__(inner)
        self._spec = spec
        self._specs = specs

    async def messages(self) -> AsyncIterator[msg.FromTask | Gone]:
        async for said in self._inner.messages():
            if isinstance(said, (msg.Propose, msg.Would)):
                why = next(self._misfits(said.change), "")
                if why:
                    await self._inner.send(msg.Reply(said.request, ok=False, why=why))
                    continue
            fault = self._fault(said)
            if not fault:
                yield said
                continue
            yield msg.Fail(fault)
            await self._inner.kill("what it said does not fit")
            yield Gone(fault, over=True, stopped=True)
            return

    def _fault(self, said: msg.FromTask | Gone) -> str:
        """What is wrong with what it emits or returns, or the empty string."""
        match said:
            case msg.Chunk(port=port, chunk=chunk):
                ports = self._spec.ports
                if port not in ports:
                    known = ", ".join(ports) or "none"
                    return (
                        f"emits in a port {port!r:.80}; it has {known}{nearest(port[:80], ports)}"
                    )
                return _misfit("chunk", chunk, ports[port].chunk, "says it emits", "emitted")
            case msg.Finish(output=output, holes=holes, again=None):
                if said.change is not None and (why := next(self._misfits(said.change), "")):
                    return f"its last change was refused: {why}"
                if holes:  # what fills them has been held to its own task's type
                    return ""
                schema = self._spec.output
                return _misfit("result", output, schema, "says it returns", "returned")
            case _:
                return ""

    def _misfits(self, change: Change) -> Iterator[str]:
        """Constants of new nodes that their tasks do not take."""
        specs = {**self._specs(), **change.tasks}
        filled = {(edge.target, _first(edge)) for edge in change.edges}
        for node in change.nodes:
            spec = specs.get(node.task)
            if spec is not None:  # else the judge refuses it
                yield from _node_misfits(node, spec, filled)


def _node_misfits(node: Node, spec: TaskSpec, filled: set[tuple[str, str]]) -> Iterator[str]:
    declared: Mapping[str, Any] = spec.inputs.get("properties", {})
    rest = {key: spec.inputs[key] for key in ("$defs",) if key in spec.inputs}
    elsewhere = {_head(one.input) for one in node.outside} | {
        _head(one.input) for one in node.feeds
    }
    for name in spec.inputs.get("required", ()):
        if name not in node.inputs and (node.id, name) not in filled and name not in elsewhere:
            yield f"node {node.id!r} lacks the input {name!r} of {node.task!r}"
    for name, value in node.inputs.items():
        if (node.id, name) in filled or name in elsewhere:
            continue
        if name in declared:
            why = _misfit(name, value, {**declared[name], **rest}, f"input {name!r} takes", "got")
            if why:
                yield f"node {node.id!r} of {node.task!r}: {why}"
        elif spec.inputs.get("additionalProperties") is False:
            yield f"node {node.id!r}: {node.task!r} has no input {name!r:.80}{nearest(name, declared)}"


def _misfit(name: str, value: Json, schema: Mapping[str, Json], says: str, did: str) -> str:
    try:
        check(name, value, schema)
    except InputError as error:
        return f"{says} {error.expected}, but {did} {error.got}"
    except DocumentError as error:
        return f"what it {did} cannot be checked: {error.why}"
    return ""


def _first(edge: Edge) -> str:
    return _head(edge.input or "")


def _head(pointer: str) -> str:
    """The input in which a place lies."""
    return next(iter(tokens(pointer)), "")
