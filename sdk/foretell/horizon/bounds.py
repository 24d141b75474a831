"""How much may still come, read off a horizon: bounds that no future leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from foretell.graph.model import NodeId
from foretell.horizon.model import ClassId, Group, Horizon, NodeClass, SeenEdge

OPEN = ("waiting", "running", "asking")

Span = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Left:
    """How many nodes have not ended or may still come: at least `low`, at most `high`.

    `high` None: nobody has promised a bound.
    """

    low: int
    high: int | None

    def __str__(self) -> str:
        return f"{between(self.low, self.high)} left"


def between(low: int, high: int | None) -> str:
    """`3`, `3 to 40`, `3 or more`."""
    if high is None:
        return f"{low} or more"
    return str(low) if low == high else f"{low} to {high}"


def multiplicity(low: int, high: int | None) -> str:
    """`1`, `0..100`, `2..∞`, as drawings write it."""
    if low == high:
        return str(low)
    return f"{low}..{'∞' if high is None else high}"


def left_of(horizon: Horizon) -> Left:
    """The bounds over all futures: never narrower than the truth, at times wider."""
    waiting = [node for node in horizon.nodes if node.status in OPEN]
    staying = sum(not node.may_go for node in waiting)
    low, high = coming(horizon, lambda _: True)
    return Left(staying + low, _plus(len(waiting), high, len(done_again(horizon))))


def done_again(horizon: Horizon) -> tuple[NodeId, ...]:
    """The nodes that have ended and may have to be done again, because a loop comes round. What comes
    after the source of the loop has ended before that only if it was cancelled or ruled out."""
    again = {place for cone, _ in _cones(horizon) for place in cone}
    ended = (n for n in horizon.nodes if n.status not in OPEN and not n.may_go)
    return tuple(node.id for node in ended if node.id in again)


def in_rounds(horizon: Horizon) -> set[NodeId | ClassId]:
    """What may be done more than once, because a loop comes round that still may: what comes after
    its target, and not after its source, where nothing has begun by then."""
    return {place for cone, later in _cones(horizon) for place in cone - later}


def _cones(horizon: Horizon) -> Iterator[tuple[set[str], set[str]]]:
    """Of each loop that may still come round what is done again, and what comes after its source."""
    loops = list(live_loops(horizon))
    if not loops:
        return
    after: dict[str, list[str]] = {}
    for edge in horizon.edges:
        if edge.kind != "loop":
            after.setdefault(edge.source, []).append(edge.target)
    for loop in loops:
        yield _reached(after, [loop.target]), _reached(after, after.get(loop.source, ()))


def _reached(after: Mapping[str, list[str]], begin: Iterable[str]) -> set[str]:
    todo = list(begin)
    found = set(todo)
    for node in todo:
        new = [target for target in after.get(node, ()) if target not in found]
        found.update(new)
        todo += new
    return found


def live_loops(horizon: Horizon) -> Iterator[SeenEdge]:
    """The loops that may still come round."""
    return (edge for edge in horizon.edges if edge.kind == "loop" and edge.rounds != 0)


def without_bound(horizon: Horizon) -> tuple[str, ...]:
    """The nodes that exist because of which `left_of` has no upper bound: each may grow any number
    of nodes, or what it grows may."""
    makers = {future.id: future.maker for future in horizon.classes}
    found: dict[str, None] = {}
    for future in horizon.classes:
        if future.max is None:
            maker = future.maker
            while maker in makers:
                maker = makers[maker]
            found[maker] = None
    return tuple(found)


def coming(horizon: Horizon, counts: Callable[[NodeClass], bool]) -> Span:
    """How many nodes of the classes that `counts` chooses may still come. What folded recursion
    stands for is among them: each node, however deep, is of one of the classes drawn."""
    classes = {future.id: future for future in horizon.classes}
    return _Ahead(classes, horizon.groups, counts).span(frozenset(classes), None)


class _Ahead:
    def __init__(
        self,
        classes: Mapping[ClassId, NodeClass],
        groups: Iterable[Group],
        counts: Callable[[NodeClass], bool],
    ) -> None:
        self._classes = classes
        self._counts = counts
        self._groups = list(groups)
        self._conditional = {c for group in self._groups for b in group.branches for c in b}

    def span(self, ids: frozenset[ClassId], within: str | None) -> Span:
        """How many nodes these classes will have, where some exclude others by the groups that
        lie in the group `within`."""
        inner = [
            (group, [frozenset(branch) for branch in group.branches])
            for group in self._groups
            if group.within == within and frozenset().union(*group.branches) <= ids
        ]
        rest = ids.difference(*(branch for _, branches in inner for branch in branches))
        low, high = self._free(rest, sure=within is not None)
        for group, branches in inner:
            least, most = self._one_of(group, branches)
            low, high = low + least, _plus(high, most)
        return low, high

    def _one_of(self, group: Group, branches: list[frozenset[ClassId]]) -> Span:
        spans = [self.span(branch, group.id) for branch in branches]
        highs = [high for _, high in spans]
        if (
            group.per is not None or group.bundle is not None
        ):  # the choice is made anew for each of any number of nodes
            return 0, _plus(*highs)
        most = None if None in highs else max((high or 0 for high in highs), default=0)
        return min((low for low, _ in spans), default=0), most

    def _free(self, ids: Iterable[ClassId], *, sure: bool) -> Span:
        """Classes of which none excludes another. Outside a branch, what is made by a node that
        may never come is not `sure` to come."""
        low, high = 0, _plus(0)
        for future in filter(self._counts, (self._classes[class_id] for class_id in ids)):
            if sure or not self._hangs_on_a_choice(future):
                low += future.min
            high = _plus(high, future.max)
        return low, high

    def _hangs_on_a_choice(self, future: NodeClass) -> bool:
        maker = future.maker
        while maker in self._classes and maker not in self._conditional:
            maker = self._classes[maker].maker
        return maker in self._conditional


def _plus(*numbers: int | None) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
