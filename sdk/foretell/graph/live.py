"""The live view: all nodes and edges of a run that are not retired, with their status.

A `LiveGraph` is owned by one state machine and updated in place. It knows nothing of promises or
of what tasks do. Edges between the same two nodes are kept together as one `LivePair`, because
order, promises and drawings speak of pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from foretell.graph.back import BackEdges
from foretell.graph.model import Edge, Node, NodeId, Outcome
from foretell.graph.outcomes import Family, Outcomes


class Status(StrEnum):
    """Of a node. Only `WAITING` may still get predecessors; `RUNNING` is the one that may add."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    RULED_OUT = "ruled_out"
    CANCELLED = "cancelled"
    RETIRED = "retired"


class LiveNode:
    """A node in the live view.

    `made` are the live nodes it grew; `sinks` its successors that are not under it, which all
    that it grows must precede too; `unmet` how many of its predecessors have not ended as it waits
    for; `depth` how many makers stand above it; `jump` one of them, for climbing fast.

    `handlers` are the successors that may run although it fails, `dangers` the ways in which it
    may yet be ruled out (see `foretell.graph.outcomes`). `missing` is how many of its inputs are
    still to come from outside of the run; `resting` whether it waits for the moment of its next
    trial. `begun` are the ports in which its trial, which runs, has emitted something.
    """

    __slots__ = (
        "begun", "birth", "dangers", "depth", "handlers", "into", "jump", "made", "maker", "missing", "node",
        "out", "resting", "sinks", "status", "unmet",
    )  # fmt: skip

    def __init__(self, node: Node, maker: LiveNode | None, birth: int) -> None:
        self.node = node
        self.maker = maker
        self.birth = birth
        self.depth: int = 0 if maker is None else maker.depth + 1
        self.jump: LiveNode = self if maker is None else _jump_from(maker)
        self.status = Status.WAITING
        self.unmet = self.handlers = self.dangers = 0
        self.missing = len(node.outside)
        self.resting = False
        self.begun: frozenset[str] = frozenset()
        self.out: dict[LiveNode, LivePair] = {}
        self.into: dict[LiveNode, LivePair] = {}
        self.made: list[LiveNode] = []
        self.sinks: list[LiveNode] = []

    @property
    def id(self) -> NodeId:
        return self.node.id

    @property
    def live(self) -> bool:
        """Whether it may still act: it waits or runs."""
        return self.status is Status.WAITING or self.status is Status.RUNNING

    @property
    def startable(self) -> bool:
        """Whether nothing that it waits for is still to come."""
        waits = self.unmet or self.missing or self.resting
        return self.status is Status.WAITING and not waits

    @property
    def wanting(self) -> bool:
        """Whether it waits for the outside, and for nothing else."""
        return self.missing > 0 and self.status is Status.WAITING and not self.unmet

    @property
    def asking(self) -> bool:
        """Whether it waits for nothing but what somebody outside may give."""
        return self.wanting and any(one.kind != "time" for one in self.node.outside)

    @property
    def mortal(self) -> bool:
        """Whether it may end in another way than well, and the run go on."""
        return (self.handlers > 0 or self.dangers > 0) and self.live

    def is_under(self, other: LiveNode) -> bool:
        """Whether `other` made this node, or made a maker of it."""
        node: LiveNode | None = self
        while node is not None and node.depth > other.depth:
            node = node.jump if node.jump.depth >= other.depth else node.maker
        return node is other and self is not other

    def __repr__(self) -> str:
        return f"<LiveNode {self.id} {self.status.value}>"


def _jump_from(maker: LiveNode) -> LiveNode:
    """A node far above what `maker` makes, such that whoever is at a given depth above is found
    in few steps: each jump is as long as the two before it where these are equally long."""
    far = maker.jump
    return far.jump if maker.depth - far.depth == far.depth - far.jump.depth else maker


class LiveEdge:
    """An edge in the live view, with who added it (None: registration) and when."""

    __slots__ = ("birth", "edge", "maker")

    def __init__(self, edge: Edge, maker: LiveNode | None, birth: int) -> None:
        self.edge = edge
        self.maker = maker
        self.birth = birth


class LivePair:
    """All edges from `source` to `target`. `strict`: one of them waits for `source` to end well;
    `family`: one waits for it, or for what it grows, to fail; `handles`: `target` may run although
    `source` fails, for then the edges that `source` has added itself are taken back. `early` are the
    ports of `source` that it reads early, if nothing in it waits for the end of `source`."""

    __slots__ = ("early", "edges", "family", "handles", "source", "strict", "target")

    def __init__(self, source: LiveNode, target: LiveNode) -> None:
        self.source = source
        self.target = target
        self.edges: list[LiveEdge] = []
        self.strict = self.handles = False
        self.early: frozenset[str] = frozenset()
        self.family: Family | None = None

    def without(self, maker: LiveNode) -> bool | None:
        """Whether it would be strict if what `maker` added were taken back; None: it would be gone."""
        left = [one.edge.on for one in self.edges if one.maker is not maker]
        return "ok" in left if left else None

    def look_for_early(self) -> None:
        """Its edges have changed."""
        edges = [one.edge for one in self.edges]
        ports = (edge.port for edge in edges if edge.port is not None)
        self.early = frozenset(ports if all(edge.early for edge in edges) else ())

    @property
    def waits_for(self) -> tuple[Outcome, ...]:
        """The outcomes of `source` that all its edges come to, of which each must be."""
        if self.strict:
            return ("ok",) if self.family is None else ("ok", "fail")
        return ("any",) if self.family is None else ("fail",)


class LiveGraph:
    """The nodes by id, in order of birth, and the births counted so far.

    `finished` holds the births that there were when a node of an id first finished; it forgets
    nothing when nodes are retired.
    """

    def __init__(self) -> None:
        self.nodes: dict[NodeId, LiveNode] = {}
        self.retired: list[LiveNode] = []
        self.births = 0
        self.outcomes = Outcomes()
        self.back = BackEdges()
        self.finished: dict[NodeId, int] = {}

    def add_node(self, node: Node, maker: LiveNode | None) -> LiveNode:
        self.births += 1
        live = LiveNode(node, maker, self.births)
        self.nodes[node.id] = live
        if maker is not None:
            maker.made.append(live)
        return live

    def add_edge(
        self, edge: Edge, maker: LiveNode | None, family: Family | None = None
    ) -> LivePair:
        """Adds `edge`, whose ends exist, and returns the pair that now holds it. `family` is that
        of the edge on `fail` from which it follows."""
        source, target = self.nodes[edge.source], self.nodes[edge.target]
        pair = source.out.get(target)
        if pair is None:
            pair = source.out[target] = target.into[source] = LivePair(source, target)
            if not target.is_under(source):
                source.sinks.append(target)
        else:
            self.outcomes.unhook(pair)
        self.births += 1
        pair.edges.append(LiveEdge(edge, maker, self.births))
        if edge.early or pair.early:
            pair.look_for_early()
        if edge.on == "ok":
            pair.strict = True
        elif edge.on == "fail":
            pair.family = pair.family or family or Family(target)
        pair.handles = pair.without(source) is False
        self.outcomes.hook(pair)
        return pair

    def drop_edge(self, pair: LivePair, edge: LiveEdge) -> None:
        """Takes `edge` out again (it was refused, or it is retired)."""
        if pair.edges[-1] is edge:  # as a rule: what came last is taken out first
            pair.edges.pop()
        else:
            pair.edges.remove(edge)
        if pair.source.out.get(pair.target) is not pair:
            return
        left = {other.edge.on for other in pair.edges}
        self.outcomes.unhook(pair)
        pair.strict = "ok" in left
        pair.look_for_early()
        pair.family = pair.family if "fail" in left else None
        pair.handles = pair.without(pair.source) is False
        if left:
            self.outcomes.hook(pair)
        else:
            del pair.source.out[pair.target]
            del pair.target.into[pair.source]
            _drop_last(pair.source.sinks, pair.target)

    def drop_node(self, live: LiveNode) -> None:
        """Takes a node without edges out again."""
        del self.nodes[live.id]
        if live.maker is not None:
            _drop_last(live.maker.made, live)

    def retire(self, nodes: list[LiveNode]) -> list[LiveNode]:
        """Takes `nodes` and their edges out of the live view for good.

        Returns the waiting nodes that wait for nothing more because of it.
        """
        gone, ready = set(nodes), []
        for live in nodes:
            while live.out:
                target, pair = next(iter(live.out.items()))
                freed = self.outcomes.unhook(pair)
                del live.out[target]
                if target not in gone:
                    del target.into[live]
                    if freed and target.status is Status.WAITING:
                        ready.append(target)
            for source, pair in live.into.items():
                if source not in gone:
                    self.outcomes.unhook(pair)
                    del source.out[live]
        for owner in {source for live in nodes for source in live.into} - gone:
            owner.sinks = [sink for sink in owner.sinks if sink not in gone]
        for maker in {live.maker for live in nodes if live.maker is not None} - gone:
            maker.made = [made for made in maker.made if made not in gone]
        for live in nodes:
            live.status = Status.RETIRED
            del self.nodes[live.id]
        self.retired.extend(nodes)
        return ready

    def end(self, live: LiveNode, status: Status) -> list[LiveNode]:
        """Marks `live` as ended and returns the waiting successors that wait for nothing more."""
        was_mortal = live.mortal
        self.outcomes.takes_back(live)
        live.status = status
        if status is Status.DONE:
            self.finished.setdefault(live.id, self.births)
        ready = self.outcomes.ended(live, was_mortal)
        return [target for target in ready if target.status is Status.WAITING]

    def reopen(self, nodes: list[LiveNode]) -> None:
        """These nodes, with whom all that come after them, wait once more."""
        pairs = [pair for live in nodes for pair in live.into.values()]
        for pair in pairs:
            self.outcomes.unhook(pair)
            del pair.source.out[pair.target]
        for live in nodes:
            live.status = Status.WAITING
            self.outcomes.settle(live)
        for pair in pairs:
            pair.source.out[pair.target] = pair
            self.outcomes.hook(pair)

    def pairs(self) -> Iterator[LivePair]:
        for live in self.nodes.values():
            yield from live.out.values()


def _drop_last(items: list[LiveNode], item: LiveNode) -> None:
    """Removes `item`, which is most often the last one."""
    if items and items[-1] is item:
        items.pop()
    elif item in items:
        items.remove(item)
