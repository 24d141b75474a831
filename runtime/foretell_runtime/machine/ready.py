"""Who may start next: the nodes that wait for nothing, first those of the highest priority and of these the
oldest, and the limits upon them.

Nodes under the same limits stand in one lane, so that a full limit stops a lane and not its nodes
one by one: finding the next node, and finding those again that a limit held back, costs the same
however many wait. It grows only with the combinations of limits there are.

What runs, started and ended is counted by the facts, so a limit holds across a crash too. Nothing here
knows promises, or how many trials there is room for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from foretell.graph.live import LiveGraph, LiveNode, Status
from foretell.graph.model import NodeId
from foretell.promises.limits import Limit
from foretell.promises.matching import Matcher
from foretell_runtime.machine.gates import NEVER, Gate

FEW = 64
"""So many stale entries do not matter."""

Rank: TypeAlias = tuple[int, int]
"""By what a node stands in its lane: its priority, the highest first, then its birth."""


@dataclass(slots=True, eq=False)
class Lane:
    """The nodes behind the same `gates` that wait for nothing: a heap by rank, in which entries may be
    stale. For each that is behind `pooled` gates a `place` must be reserved first; `asked`: one was asked
    for, and `again_at` is when to ask again. `called` is the rank by which the lane stands among all lanes (None: it does not), `stopped`
    whether one of the gates has it."""

    gates: tuple[Gate, ...]
    pooled: tuple[Gate, ...] = ()
    heap: list[tuple[Rank, NodeId]] = field(default_factory=list)
    called: Rank | None = None
    stopped: bool = False
    place: int | None = None
    asked: bool = False
    again_at: float | None = None

    def shut_gate(self, now: float) -> Gate | None:
        shut = next((gate for gate in self.gates if gate.opens(now) is not None), None)
        if shut is None and self.pooled and self.place is None:
            return self.pooled[0]
        return shut


class Ready:
    """The nodes of `graph` that wait for nothing."""

    def __init__(
        self, graph: LiveGraph, matcher: Matcher, priority: Callable[[LiveNode], int]
    ) -> None:
        self._graph = graph
        self._matcher = matcher
        self._priority = priority
        self._gates: list[Gate] = []
        self._stopped: dict[Gate, list[Lane]] = {}
        """The lanes that found a gate shut."""
        self._lanes: dict[tuple[Gate, ...], Lane] = {}
        self._free = self._lane(())
        self._lane_of: dict[LiveNode, Lane] = {}
        """Only of nodes under limits; the others are in `_free`."""
        self._heads: list[tuple[Rank, Lane]] = []
        """The lanes that no gate has stopped, by their first nodes; stale unless `called` so."""
        self.wanting: list[LiveNode] = []
        """Nodes that may wait for nothing but the outside since somebody last took them out."""
        self.fresh: list[LiveNode] | None = None
        """Nodes that wait for nothing since somebody last took them out; None: nobody does."""

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
        if self.fresh is not None:
            self.fresh.append(live)
        lane = self._lane_of.get(live, self._free)
        heappush(lane.heap, ((-self._priority(live), live.birth), live.id))
        if len(lane.heap) > 2 * len(self._graph.nodes) + FEW:
            self._weed(lane)
        self._call(lane)

    def waiting(self) -> list[LiveNode]:
        """All nodes that wait for nothing."""
        ids = [node for lane in self._lanes.values() for _, node in lane.heap]
        found = (self._graph.nodes.get(node) for node in ids)
        return [live for live in found if live is not None and live.startable]

    def is_timed(self, live: LiveNode) -> bool:
        """Whether a limit asks when `live` starts and ends."""
        return bool(self._lane_of) and any(gate.limit.timed for gate in self.gates_of(live))

    def gates_of(self, live: LiveNode) -> tuple[Gate, ...]:
        return self._lane_of.get(live, self._free).gates

    def started(self, live: LiveNode, at: float | None = None) -> None:
        """At that time, where it is known."""
        for gate in self.gates_of(live):
            gate.starts(at)

    def ended(self, live: LiveNode, at: float | None = None) -> None:
        """`live` runs no more: its places are free."""
        for gate in self.gates_of(live):
            gate.ends(at)
            self._let_go(gate)

    def resumed(self, now: float) -> None:
        """Somebody goes on at `now`, by a clock that may have been set back."""
        for gate in self._gates:
            gate.resumed(now)

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

    def next(self, now: float) -> LiveNode | None:
        """The first node by its rank that waits for nothing and that no limit forbids."""
        for open_gate in [gate for gate in self._stopped if gate.opens(now) is None]:
            self._let_go(open_gate)
        while self._heads:
            rank, lane = self._heads[0]
            live = self._head(lane) if lane.called == rank else None
            if live is not None and lane.heap[0][0] == rank:
                gate = lane.shut_gate(now)
                if gate is None:
                    return live
                self._stopped.setdefault(gate, []).append(lane)
                lane.stopped = True
            heappop(self._heads)
            if lane.called == rank:
                lane.called = None
                self._call(lane)
        return None

    def take(self, live: LiveNode) -> None:
        """Takes out what `next` has just given."""
        lane = self._lane_of.get(live, self._free)
        entry = lane.heap[0]
        while lane.heap and lane.heap[0] == entry:  # it may have been added more than once
            heappop(lane.heap)
        heappop(self._heads)
        lane.called = None
        self._call(lane)
        if not lane.heap:
            for gate in lane.gates:
                gate.told = False

    def opens_at(self, now: float) -> float | None:
        """When a limit lets a node start that it holds back now; None: not by the clock."""
        moments = [gate.opens(now) for gate in self._stopped if self._holds(gate)]
        moments += [lane.again_at for lane in self._without_place() if not lane.asked]
        known = [at for at in moments if at is not None and at != NEVER]
        return min(known, default=None)

    # --- places in pools ---

    @property
    def pools(self) -> list[str]:
        """The names of those that limits name."""
        return list(dict.fromkeys(gate.limit.pool for gate in self._gates if gate.limit.pool))

    def _without_place(self) -> list[Lane]:
        """The lanes that only a pool has stopped."""
        stopped = [lanes for gate, lanes in self._stopped.items() if gate.limit.pool]
        return [lane for lanes in stopped for lane in lanes if self._head(lane)]

    def wishes(self, now: float) -> Iterator[tuple[LiveNode, tuple[Limit, ...]]]:
        """The nodes for which a place is to be asked, with the limits that name the pools."""
        for lane in self._without_place():
            head = self._head(lane)
            if head is not None and not lane.asked and (lane.again_at or now) <= now:
                lane.asked = True
                yield head, tuple(gate.limit for gate in lane.pooled)

    def granted(self, live: LiveNode | None, place: int) -> bool:
        """Whether the place that was asked for `live` is of use."""
        lane = self._lane_of.get(live) if live is not None else None
        if lane is None or not lane.pooled or lane.place is not None:
            return False
        lane.place, lane.asked, lane.again_at = place, False, None
        return True

    def denied(self, live: LiveNode | None, again_at: float) -> None:
        lane = self._lane_of.get(live) if live is not None else None
        if lane is not None:
            lane.asked, lane.again_at = False, again_at

    def ask_again(self) -> None:
        """A place may have become free."""
        for lane in self._without_place():
            lane.again_at = None

    @property
    def is_denied(self) -> bool:
        """Whether somebody waits for a place."""
        return any(lane.asked or lane.again_at is not None for lane in self._without_place())

    def use_place(self, live: LiveNode) -> int | None:
        """The place that is reserved for the lane of `live`, which starts."""
        lane = self._lane_of.get(live, self._free)
        place, lane.place = lane.place, None
        return place

    def unused_places(self) -> Iterator[int]:
        """Those that nobody has used; they are not kept."""
        for lane in self._lanes.values() if self._gates else ():
            if lane.place is not None:
                yield lane.place
                lane.place = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no node that waits for nothing, or for nothing but a limit."""
        return not any(self._head(lane) for lane in self._lanes.values())

    def newly_held(self) -> Iterator[tuple[LiveNode, Limit]]:
        """Limits that have begun to hold nodes back, each with the first node; not told again as
        long as more wait in its lane."""
        for gate in self._gates:
            if gate.told or gate not in self._stopped:
                continue
            lanes = [lane for lane in self._stopped[gate] if self._head(lane)]
            if gate.limit.pool:  # it may yet be had for the asking
                lanes = [lane for lane in lanes if lane.again_at is not None]
            if lanes:
                gate.told = True
                first = self._head(min(lanes, key=lambda lane: lane.heap[0]))
                assert first is not None
                yield first, gate.limit

    def gate_upon(self, live: LiveNode, now: float) -> Gate | None:
        """The limit that keeps `live`, which waits for nothing else, from being started."""
        return self._lane_of.get(live, self._free).shut_gate(now)

    # --- lanes ---

    def _selects(self, gate: Gate, live: LiveNode) -> bool:
        return self._matcher.selects(gate.limit.of, live, gate.since) is True

    def _holds(self, gate: Gate) -> bool:
        return any(self._head(lane) for lane in self._stopped.get(gate, ()))

    def _let_go(self, gate: Gate) -> None:
        """The lanes that `gate` had stopped look again."""
        for lane in self._stopped.pop(gate, ()):
            lane.stopped = False
            self._call(lane)

    def _lane(self, gates: tuple[Gate, ...]) -> Lane:
        lane = self._lanes.get(gates)
        if lane is None:
            pooled = tuple(gate for gate in gates if gate.limit.pool)
            lane = self._lanes[gates] = Lane(gates, pooled)
        return lane

    def _head(self, lane: Lane) -> LiveNode | None:
        """The first node in `lane`. Stale entries before it are dropped."""
        while lane.heap:
            (_, birth), node = lane.heap[0]
            live = self._graph.nodes.get(node)
            if live is not None and live.birth == birth and live.startable:
                return live
            heappop(lane.heap)
        return None

    def _call(self, lane: Lane) -> None:
        """Lets `lane` stand among all lanes by its first node, unless a gate has it."""
        if lane.stopped:
            return
        first = lane.heap[0][0] if lane.heap else None
        if first is not None and first != lane.called:
            lane.called = first
            if len(self._heads) > 2 * len(self._lanes) + FEW:
                called = [(one.called, one) for one in self._lanes.values()]
                self._heads = [(rank, one) for rank, one in called if rank is not None]
                heapify(self._heads)
            else:
                heappush(self._heads, (first, lane))

    def _weed(self, lane: Lane) -> None:
        """Stale entries may gather behind nodes that are done again and again."""
        nodes = self._graph.nodes
        fresh = {
            (rank, node)
            for rank, node in lane.heap
            if (live := nodes.get(node)) and live.birth == rank[1] and live.startable
        }
        lane.heap[:] = sorted(fresh)

    def _set_gates(self, gates: list[Gate]) -> None:
        waiting = [entry for lane in self._lanes.values() for entry in lane.heap]
        self._gates = gates
        self._stopped.clear()
        self._lanes.clear()
        self._lane_of.clear()
        self._heads.clear()
        self._free = self._lane(())
        for gate in gates:
            gate.running = 0
        self.born(self._graph.nodes.values())
        for live in self._lane_of:
            if live.status is Status.RUNNING:
                self.started(live)
        for (_, birth), node in waiting:
            found = self._graph.nodes.get(node)
            if found is not None and found.birth == birth and found.startable:
                self.add(found)
