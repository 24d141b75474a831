"""Who may start next: the nodes that wait for nothing, oldest first, and the limits upon them.

Nodes under the same limits stand in one lane, so that a full limit stops a lane and not its nodes
one by one: finding the next node, and finding those again that a limit held back, costs the same
however many wait. It grows only with the combinations of limits there are.

What runs is counted by the facts, so a limit holds across a crash too. Nothing here knows
promises, or how many trials there is room for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from foretell.graph.live import LiveGraph, LiveNode, Status
from foretell.graph.model import NodeId
from foretell.promises.limits import Limit
from foretell.promises.matching import Matcher

FEW = 64
"""So many stale entries do not matter."""


@dataclass(slots=True, eq=False)
class Gate:
    """A limit at work, since the birth number `since`. `running` of its nodes run; `stopped` are
    the lanes that found it full. `told`: it was said that it holds nodes back."""

    limit: Limit
    since: int
    running: int = 0
    stopped: list[Lane] = field(default_factory=list)
    told: bool = False

    @property
    def full(self) -> bool:
        return self.running >= self.limit.running


@dataclass(slots=True, eq=False)
class Lane:
    """The nodes behind the same `gates` that wait for nothing: a heap of (birth, id), in which
    entries may be stale. `called` is the birth by which the lane stands among all lanes (0: it
    does not), `stopped` whether one of the gates has it."""

    gates: tuple[Gate, ...]
    heap: list[tuple[int, NodeId]] = field(default_factory=list)
    called: int = 0
    stopped: bool = False

    def full_gate(self) -> Gate | None:
        return next((gate for gate in self.gates if gate.full), None)


class Ready:
    """The nodes of `graph` that wait for nothing."""

    def __init__(self, graph: LiveGraph, matcher: Matcher) -> None:
        self._graph = graph
        self._matcher = matcher
        self._gates: list[Gate] = []
        self._lanes: dict[tuple[Gate, ...], Lane] = {}
        self._free = self._lane(())
        self._lane_of: dict[LiveNode, Lane] = {}
        """Only of nodes under limits; the others are in `_free`."""
        self._heads: list[tuple[int, Lane]] = []
        """The lanes that no gate has stopped, by their oldest nodes; stale unless `called` so."""
        self.wanting: list[LiveNode] = []
        """Nodes that may wait for nothing but the outside since somebody last took them out."""

    # --- what the facts say ---

    def born(self, nodes: Iterable[LiveNode]) -> None:
        """Decides for good under which limits these are."""
        for live in nodes if self._gates else ():
            gates = tuple(gate for gate in self._gates if self._selects(gate, live))
            if gates:
                self._lane_of[live] = self._lane(gates)

    def gone(self, nodes: Iterable[LiveNode]) -> None:
        """These belong to the graph no more."""
        for live in nodes if self._lane_of else ():
            self._lane_of.pop(live, None)

    def add(self, live: LiveNode) -> None:
        """`live` waits for nothing, or for nothing but the outside."""
        if live.missing:
            self.wanting.append(live)
            return
        lane = self._lane_of.get(live, self._free)
        heappush(lane.heap, (live.birth, live.id))
        if len(lane.heap) > 2 * len(self._graph.nodes) + FEW:
            self._weed(lane)
        self._call(lane)

    def started(self, live: LiveNode) -> None:
        for gate in self._lane_of.get(live, self._free).gates:
            gate.running += 1

    def ended(self, live: LiveNode) -> None:
        """`live` runs no more: its places are free."""
        for gate in self._lane_of.get(live, self._free).gates:
            gate.running -= 1
            if not gate.full:
                lanes, gate.stopped = gate.stopped, []
                for lane in lanes:
                    lane.stopped = False
                    self._call(lane)

    def open_gates(self, limits: Iterable[Limit]) -> list[Gate]:
        """Limits that hold from now on, also for the nodes there are. Reads the whole graph."""
        gates = [Gate(limit, self._graph.births) for limit in limits]
        if gates:
            self._set_gates([*self._gates, *gates])
        return gates

    def drop_gates(self, gates: Iterable[Gate]) -> None:
        """Limits that hold no more. Reads the whole graph."""
        dropped = set(gates)
        if dropped:
            self._set_gates([gate for gate in self._gates if gate not in dropped])

    # --- what is decided by it ---

    def next(self) -> LiveNode | None:
        """The oldest node that waits for nothing and that no limit forbids."""
        while self._heads:
            birth, lane = self._heads[0]
            live = self._head(lane) if lane.called == birth else None
            if live is not None and live.birth == birth:
                gate = lane.full_gate()
                if gate is None:
                    return live
                gate.stopped.append(lane)
                lane.stopped = True
            heappop(self._heads)
            if lane.called == birth:
                lane.called = 0
                self._call(lane)
        return None

    def take(self, live: LiveNode) -> None:
        """Takes out what `next` has just given."""
        lane = self._lane_of.get(live, self._free)
        entry = lane.heap[0]
        while lane.heap and lane.heap[0] == entry:  # it may have been added more than once
            heappop(lane.heap)
        heappop(self._heads)
        lane.called = 0
        self._call(lane)
        if not lane.heap:
            for gate in lane.gates:
                gate.told = False

    def newly_held(self) -> Iterator[tuple[LiveNode, Limit]]:
        """Limits that have begun to hold nodes back, each with the oldest node; not told again as
        long as more wait in its lane."""
        for gate in self._gates:
            if gate.told or not gate.stopped:
                continue
            heads = [live for lane in gate.stopped if (live := self._head(lane))]
            if heads:
                gate.told = True
                yield min(heads, key=lambda live: live.birth), gate.limit

    def limit_upon(self, live: LiveNode) -> Limit | None:
        """The limit that keeps `live`, which waits for nothing else, from being started."""
        gate = self._lane_of.get(live, self._free).full_gate()
        return None if gate is None else gate.limit

    # --- lanes ---

    def _selects(self, gate: Gate, live: LiveNode) -> bool:
        return self._matcher.selects(gate.limit.of, live, gate.since) is True

    def _lane(self, gates: tuple[Gate, ...]) -> Lane:
        lane = self._lanes.get(gates)
        if lane is None:
            lane = self._lanes[gates] = Lane(gates)
        return lane

    def _head(self, lane: Lane) -> LiveNode | None:
        """The oldest node in `lane`. Stale entries before it are dropped."""
        while lane.heap:
            birth, node = lane.heap[0]
            live = self._graph.nodes.get(node)
            if live is not None and live.birth == birth and live.startable:
                return live
            heappop(lane.heap)
        return None

    def _call(self, lane: Lane) -> None:
        """Lets `lane` stand among all lanes by its oldest node, unless a gate has it."""
        if lane.stopped:
            return
        first = lane.heap[0][0] if lane.heap else 0
        if first and first != lane.called:
            lane.called = first
            if len(self._heads) > 2 * len(self._lanes) + FEW:
                self._heads = [(one.called, one) for one in self._lanes.values() if one.called]
                heapify(self._heads)
            else:
                heappush(self._heads, (first, lane))

    def _weed(self, lane: Lane) -> None:
        """Stale entries may gather behind nodes that are done again and again."""
        nodes = self._graph.nodes
        fresh = {
            (birth, node)
            for birth, node in lane.heap
            if (live := nodes.get(node)) and live.birth == birth and live.startable
        }
        lane.heap[:] = sorted(fresh)

    def _set_gates(self, gates: list[Gate]) -> None:
        waiting = [entry for lane in self._lanes.values() for entry in lane.heap]
        self._gates = gates
        self._lanes.clear()
        self._lane_of.clear()
        self._heads.clear()
        self._free = self._lane(())
        for gate in gates:
            gate.running, gate.stopped = 0, []
        self.born(self._graph.nodes.values())
        for live in self._lane_of:
            if live.status is Status.RUNNING:
                self.started(live)
        for birth, node in waiting:
            found = self._graph.nodes.get(node)
            if found is not None and found.birth == birth and found.startable:
                self.add(found)
