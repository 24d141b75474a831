"""What a node may grow, drawn by chance from the shape of its task: one instance of the shape, in
units that come whole or not at all.

Reads the specs of tasks and the nodes that already exist, and nothing else. Whether a plan may be
carried out is for the machine to say.

How much is drawn shrinks with the size of the run, so that growth without an end comes to one by
play and not by a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import inf
from random import Random
from typing import TypeAlias, assert_never

from foretell.document.model import TaskSpec
from foretell.graph.model import Node, NodeId, grown_id
from foretell.promises import shapes as sh
from foretell.promises.shapes import Shape
from foretell.promises.unfolding import unfolded

Pair: TypeAlias = tuple[NodeId, NodeId]

SMALL = 8
"""A run of so many grown nodes is a quarter as eager to grow more as one that has none."""
SEVERAL = 16
"""An upper bound that is not above this is sometimes met exactly."""


@dataclass(slots=True)
class Plan:
    """The nodes that are to come, in units, and the pairs that must be ordered among these and
    what exists."""

    units: list[list[Node]] = field(default_factory=list)
    edges: list[Pair] = field(default_factory=list)


@dataclass(slots=True)
class Planner:
    """Draws plans. `eager` (0 to 1) is how likely one more node is while a run is small."""

    rng: Random
    tasks: Mapping[str, TaskSpec]
    eager: float
    grown: int = 0
    """How many nodes have been grown in the run so far."""
    at_least: int = 0
    """Draws at least so many of everything that has no less an upper bound."""

    def plan(self, maker: NodeId, task: str, made: Sequence[Node]) -> Plan:
        """What `maker`, which has grown `made`, might grow in the end."""
        return _Drawing(self, maker, made).draw(self.shape_of(task))

    def shape_of(self, task: str) -> Shape:
        grows = self.tasks[task].grows
        return sh.ANYTHING if grows is None else unfolded(grows).shape

    @property
    def modesty(self) -> float:
        """How little the run should still grow, from 0 to 1."""
        return self.grown / (self.grown + SMALL)

    def number(self, low: int, high: int | None, have: int) -> int:
        """How many there shall be in the end, `have` of which exist."""
        least, most = max(low, have), inf if high is None else high
        if high is not None and high <= SEVERAL and self.rng.random() < 0.1 * (1 - self.modesty):
            return max(high, least)
        n = least
        while n < most and self.rng.random() < self.eager * (1 - self.modesty) ** 2:
            n += 1
        return int(max(n, min(self.at_least, most)))

    def branch(self, parts: Sequence[Shape]) -> Shape:
        """One of `parts`; of a large run, the one that needs the fewest nodes."""
        if self.rng.random() < self.modesty:
            least = least_nodes(self.tasks)
            return min(parts, key=lambda part: _least(part, least))
        return self.rng.choice(parts)


class _Drawing:
    """One plan in the making."""

    def __init__(self, planner: Planner, maker: NodeId, made: Sequence[Node]) -> None:
        self._planner = planner
        self._maker = maker
        self._plan = Plan()
        self._have: dict[str, list[Node]] = {}
        for node in made:
            self._have.setdefault(node.slot or "", []).append(node)
        self._names = {node.id for node in made}

    def draw(self, shape: Shape) -> Plan:
        if isinstance(shape, sh.Anything):
            for _ in range(self._planner.number(0, None, 0)):
                task = self._planner.rng.choice(sorted(self._planner.tasks))
                self._plan.units.append([self._new(task, task, None)])
        else:
            self._draw(shape, "")
        return self._plan

    def _draw(self, shape: Shape, keys: str) -> list[NodeId]:
        """Adds an instance of `shape` to the plan; returns its nodes, old and new. `keys` are the
        instances it lies in."""
        match shape:
            case sh.Leaf():
                return self._leaves(shape, keys, 1)
            case sh.Many(sh.Leaf() as leaf, low, high):
                return self._leaves(leaf, keys, self._number(leaf, keys, low, high))
            case sh.Many(of, low, high) | sh.Loop(of, low, high):
                begun = self._begun_keys(of, keys)
                n = self._planner.number(low, high, len(begun))
                used = _next(n, begun) if isinstance(shape, sh.Loop) else _first(n, begun)
                copies = [self._draw(of, f"{keys}[{key}]") for key in used]
                if isinstance(shape, sh.Loop):
                    self._in_order(copies)
                return [node for copy in copies for node in copy]
            case sh.Section():
                return self._section(shape, keys)
            case sh.Seq(of):
                return self._in_order([self._draw(part, keys) for part in of])
            case sh.Par(of) | sh.Free(of):
                return [node for part in of for node in self._draw(part, keys)]
            case sh.Alt(of):
                chosen = [part for part in of if self._is_begun(part, keys)]
                return self._draw(chosen[0] if chosen else self._planner.branch(of), keys)
            case sh.Anything() | sh.Empty():
                return []
            case sh.Let() | sh.Use():
                raise AssertionError("names were unfolded")
            case _:
                assert_never(shape)

    def _leaves(self, leaf: sh.Leaf, keys: str, n: int) -> list[NodeId]:
        slot = leaf.slot + keys
        nodes = [node.id for node in self._have.get(slot, ())]
        while len(nodes) < n:
            node = self._new(leaf.task, slot, slot)
            self._plan.units.append([node])
            nodes.append(node.id)
        return nodes

    def _number(self, leaf: sh.Leaf, keys: str, low: int, high: int | None) -> int:
        have = len(self._have.get(leaf.slot + keys, ()))
        return self._planner.number(low, high, have)

    def _section(self, section: sh.Section, keys: str) -> list[NodeId]:
        """All its nodes, which come together."""
        before = len(self._plan.units)
        nodes = [node for leaf in section.of for node in self._leaves(leaf, keys, 1)]
        came = self._plan.units[before:]
        if came:
            self._plan.units[before:] = [[node for unit in came for node in unit]]
        self._plan.edges += [(nodes[a], nodes[b]) for a, b in section.edges]
        return nodes

    def _new(self, task: str, name: str, slot: str | None) -> Node:
        n = 1
        while (node_id := grown_id(self._maker, f"{name}_{n}")) in self._names:
            n += 1
        self._names.add(node_id)
        return Node(node_id, task, slot=slot)

    def _in_order(self, parts: list[list[NodeId]]) -> list[NodeId]:
        for before, after in pairwise(filter(None, parts)):
            self._plan.edges += product(before, after)
        return [node for part in parts for node in part]

    def _is_begun(self, shape: Shape, keys: str) -> bool:
        return any(slot.startswith(leaf.slot + keys) for leaf in sh.leaves(shape)
                   for slot in self._slots_of(leaf))  # fmt: skip

    def _begun_keys(self, shape: Shape, keys: str) -> list[int]:
        """The instances of `shape` of which some node exists."""
        found = set()
        for leaf in sh.leaves(shape):
            for slot in self._slots_of(leaf):
                if slot.startswith(f"{leaf.slot}{keys}["):
                    found.add(int(slot[len(leaf.slot + keys) + 1 :].partition("]")[0]))
        return sorted(found)

    def _slots_of(self, leaf: sh.Leaf) -> Iterator[str]:
        return (slot for slot in self._have if slot.partition("[")[0] == leaf.slot)


def _next(n: int, begun: list[int]) -> list[int]:
    """`n` keys in order, at first those that are used already: rounds begin in their order."""
    fresh = begun[-1] + 1 if begun else 0
    return [*begun, *range(fresh, fresh + n - len(begun))]


def _first(n: int, begun: list[int]) -> list[int]:
    """`n` keys, among them those that are used already."""
    unused = (key for key in range(n + len(begun)) if key not in begun)
    return sorted([*begun, *(next(unused) for _ in range(n - len(begun)))])


def least_nodes(tasks: Mapping[str, TaskSpec]) -> dict[str, float]:
    """The fewest nodes that one node of each task comes to, with all that it must grow in turn."""
    least = dict.fromkeys(tasks, inf)
    changed = True
    while changed:
        changed = False
        for name, spec in tasks.items():
            n = 1 + (0 if spec.grows is None else _least(unfolded(spec.grows).shape, least))
            changed = changed or n < least[name]
            least[name] = n
    return least


def _least(shape: Shape, least: Mapping[str, float]) -> float:
    match shape:
        case sh.Leaf(task):
            return least[task]
        case sh.Many(of, low) | sh.Loop(of, low):
            return low * _least(of, least) if low else 0
        case sh.Seq(of=of) | sh.Par(of=of) | sh.Free(of=of) | sh.Section(of=of):
            return sum(_least(part, least) for part in of)
        case sh.Alt(of):
            return min((_least(part, least) for part in of), default=0)
        case sh.Anything() | sh.Empty():
            return 0
        case sh.Let() | sh.Use():
            raise AssertionError("names were unfolded")
        case _:
            assert_never(shape)
