"""What running nodes have emitted, and how far those that read it early have come.

The chunks are folded from the journal, and stay with their node for whoever reads them late. How far
a reader has come is known only while its trial runs: a trial that is begun again reads from the
start. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Edge, Json, NodeId
from foretell.graph.pointers import tokens
from foretell.protocol.messages import Fail, Finish
from foretell_runtime.machine.values import LARGEST, weigh

WINDOW = 100
"""Chunks that a node may have emitted beyond what a running reader has been given, before it has to
wait for it."""
BATCH = 100
"""Chunks given to a reader at once, at most ..."""
BATCH_SIZE = 1_000_000
"""... and characters, though never less than one chunk."""


@dataclass(frozen=True, slots=True)
class Source:
    """A port of a node."""

    node: LiveNode
    port: str


@dataclass(slots=True)
class Reader:
    """A running trial that reads early: where its streams come from, by input, how many chunks of
    each it was handed, and what it waits for: by request, the input and how many it has seen."""

    trial: int
    sources: Mapping[str, Source]
    handed: dict[str, int] = field(default_factory=dict)
    waiting: dict[int, tuple[str, int]] = field(default_factory=dict)


class Streams:
    """Of one run. `readers` are the trials that read early, `concluded` those that have said their
    last word before all that they read was certain, with what they said; `held` the nodes that have
    to wait for a reader."""

    def __init__(self) -> None:
        self.readers: dict[NodeId, Reader] = {}
        self.concluded: dict[NodeId, Finish | Fail] = {}
        self.held: set[NodeId] = set()
        self._chunks: dict[NodeId, dict[str, list[Json]]] = {}
        self._sizes: dict[NodeId, int] = {}

    def begins(self, live: LiveNode, trial: int) -> None:
        """A trial of `live` starts: it has emitted nothing, and read nothing."""
        self.forget(live.id)
        sources = sources_of(live)
        if sources:
            self.readers[live.id] = Reader(trial, sources)

    def concludes(self, node: NodeId, word: Finish | Fail) -> None:
        """The trial of `node` is over, with this as its last word."""
        self.readers.pop(node, None)
        self.concluded[node] = word

    def add(self, node: NodeId, port: str, chunk: Json) -> bool:
        """Whether this is the first chunk in that port."""
        chunks = self._chunks.setdefault(node, {}).setdefault(port, [])
        chunks.append(chunk)
        self._sizes[node] = self._sizes.get(node, 0) + weigh(chunk).size
        return len(chunks) == 1

    def forget(self, node: NodeId) -> None:
        """What trials of `node` have emitted counts no longer."""
        self._chunks.pop(node, None)
        self._sizes.pop(node, None)

    def over(self, node: NodeId) -> None:
        """The trial of `node` runs no more."""
        self.readers.pop(node, None)
        self.concluded.pop(node, None)
        self.held.discard(node)

    def of(self, node: NodeId, port: str) -> list[Json]:
        """What `node` has emitted there, in order."""
        return self._chunks.get(node, {}).get(port, [])

    def room(self, node: NodeId, chunk: Json) -> bool:
        """Whether `node` may emit so much more: all of it has to be one value some day."""
        return self._sizes.get(node, 0) + weigh(chunk).size <= LARGEST

    def next_of(self, source: Source, seen: int) -> list[Json]:
        """The chunks after the first `seen`, as many as may be given at once."""
        batch: list[Json] = []
        size = 0
        for chunk in self.of(source.node.id, source.port)[seen : seen + BATCH]:
            size += weigh(chunk).size
            if batch and size > BATCH_SIZE:
                break
            batch.append(chunk)
        return batch

    def lagged_behind(self) -> set[NodeId]:
        """The running nodes that are too far ahead of a reader that does not wait for any."""
        return {
            source.node.id
            for reader in self.readers.values()
            if not reader.waiting
            for name, source in reader.sources.items()
            if source.node.status is Status.RUNNING
            and len(self.of(source.node.id, source.port)) - reader.handed.get(name, 0) > WINDOW
        }


def early_edges(live: LiveNode) -> Iterator[tuple[LiveNode, Edge]]:
    """The edges by which `live` reads early."""
    for source, pair in live.into.items():
        for edge in pair.edges:
            if edge.edge.early:
                yield source, edge.edge


def sources_of(live: LiveNode) -> dict[str, Source]:
    """Where the streams of `live` come from, by input."""
    return {
        tokens(edge.input or "/")[0]: Source(node, edge.port or "")
        for node, edge in early_edges(live)
    }


def is_certain(live: LiveNode) -> bool:
    """Whether all that `live` read early counts, for those that emitted it have ended well."""
    return all(source.status is Status.DONE for source, _ in early_edges(live))


def early_readers(live: LiveNode) -> list[LiveNode]:
    """Those that run, and have read what `live` emits."""
    return [
        target
        for target, pair in live.out.items()
        if pair.early and target.status is Status.RUNNING
    ]
