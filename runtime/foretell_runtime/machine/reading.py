"""Reading early: what is wrong with a chunk or a take, what readers are given, who has to wait.

Nothing here is a fact: who reads how far matters only to trials that run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from foretell.document.ports import no_port
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import NodeId
from foretell.graph.pointers import CannotPutTogether
from foretell.graph.streams import chunk_fault
from foretell.protocol import messages as msg
from foretell_runtime.machine import events as ev
from foretell_runtime.machine.state import State
from foretell_runtime.machine.streams import Reader
from foretell_runtime.machine.values import LARGEST


def wrong_chunk(state: State, live: LiveNode, said: msg.Chunk) -> str:
    """What is wrong with a chunk that `live` emits, or the empty string."""
    ports = state.tasks[live.node.task].ports
    if said.port not in ports:
        return f"it emitted a chunk, and {no_port(live.id, said.port, ports)}"
    if why := chunk_fault(said.chunk, ports[said.port].gather):
        return f"it emitted a wrong chunk in the port {said.port!r}: {why}"
    try:
        room = state.streams.room(live.id, said.chunk)
    except CannotPutTogether as fault:
        return f"it emitted a wrong chunk in the port {said.port!r}: {fault}"
    if not room:
        return (
            f"it emitted more than {LARGEST:,} characters; large values belong in a file whose path "
            f"is passed on"
        )
    return ""


def wrong_take(state: State, node: NodeId, asked: msg.Take) -> str:
    """What is wrong with what a reader asks for, or the empty string."""
    reader = state.streams.readers.get(node)
    if reader is None or asked.input not in reader.sources:
        known = ", ".join(repr(name) for name in reader.sources) if reader else "none"
        return f"it asked for the stream of {asked.input!r:.80}; its inputs that are one: {known}"
    if not 0 <= asked.seen <= reader.handed.get(asked.input, 0):
        return (
            f"it asked for what comes after the first {asked.seen!s:.20} chunks of "
            f"{asked.input!r:.80}, and was given {reader.handed.get(asked.input, 0)}"
        )
    return ""


def answers(state: State) -> Iterator[ev.Give]:
    """What can be given to readers that wait."""
    for node, reader in state.streams.readers.items():
        for request in list(reader.waiting):
            told = _answer(state, reader, request)
            if told is not None:
                yield ev.Give(node, reader.trial, told)


def _answer(state: State, reader: Reader, request: int) -> msg.Chunks | None:
    name, seen = reader.waiting[request]
    source = reader.sources[name]
    batch = state.streams.next_of(source, seen)
    there = len(state.streams.of(source.node.id, source.port))
    ended = source.node.status is Status.DONE and seen + len(batch) == there
    if not batch and not ended:
        return None
    del reader.waiting[request]
    reader.handed[name] = max(reader.handed.get(name, 0), seen + len(batch))
    return msg.Chunks(request, tuple(batch), ended)


def newly_held(state: State) -> Iterator[ev.Listen]:
    """Who has to wait for readers from now on, and who no longer."""
    streams = state.streams
    behind = streams.lagged_behind()
    yield from _listen(state, behind - streams.held, on=False)
    yield from _listen(state, streams.held - behind, on=True)
    streams.held = behind


def _listen(state: State, nodes: Iterable[NodeId], *, on: bool) -> Iterator[ev.Listen]:
    for node in sorted(nodes):
        yield ev.Listen(node, state.running[node], on)
