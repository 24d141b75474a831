"""What is drawn as one: many alike nodes become a stack, so that a picture stays readable.

`picture_of` turns a horizon into a `Picture`: a smaller horizon, and beside it what its boxes stand for.
Classes, the nodes that may still come, are never folded away: they are only merged where the nodes
that make them are drawn as one. Nothing here knows how anything is drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypedDict, TypeVar

from foretell.graph.collecting import collector_paused
from foretell.horizon.model import (
    Bundle,
    ClassId,
    Group,
    Horizon,
    NodeClass,
    NodeStatus,
    SeenEdge,
    SeenNode,
)
from foretell_runtime.drawing.words import TALLY_ORDER, URGENCY

FOLD = 12
"""So many alike nodes are drawn one by one; more are drawn as a stack."""

MOST_BOXES = 300
MOST_EDGES = 1500
"""A picture with more than these is folded more coarsely: nobody could read it."""

T = TypeVar("T")
Counts = tuple[tuple[NodeStatus, int], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A horizon as it is drawn.

    `stacks`: how many nodes of each status a node stands for. `copies`: how many classes a class
    stands for. `times`: how many edges the edge at an index stands for. What is missing in them
    stands for itself. `hidden` counts the nodes that are not drawn.
    """

    horizon: Horizon
    stacks: Mapping[str, Counts] = field(default_factory=dict)
    copies: Mapping[ClassId, int] = field(default_factory=dict)
    times: Mapping[int, int] = field(default_factory=dict)
    hidden: Counts = ()


class Folding(TypedDict, total=False):
    """How much is drawn. More than `fold` alike nodes become one stack (None: never); nodes that
    are ruled out or retired are drawn only on request."""

    fold: int | None
    ruled_out: bool
    retired: bool


@collector_paused()
def picture_of(
    horizon: Horizon,
    *,
    fold: int | None = FOLD,
    ruled_out: bool = False,
    retired: bool = False,
    most_boxes: int = MOST_BOXES,
    most_edges: int = MOST_EDGES,
) -> Picture:
    """What is drawn of `horizon`.

    Alike are nodes of one maker and one task, as far from the start. Where that leaves more than
    `most_boxes` or `most_edges`, the distance, then the maker, then the task is not looked at.
    """
    visible, hidden = _without(horizon, _left_out(ruled_out, retired))
    if fold is None or not visible.nodes:
        return Picture(visible, hidden=hidden)
    depth = _depths(visible)
    in_steps = (
        _Alike(lambda node, maker: (maker, node.task, depth[node.id])),
        _Alike(lambda node, maker: (maker, node.task)),
        _Alike(lambda node, maker: node.task, by_maker=False),
    )
    for alike in in_steps:
        folds = _stacks(visible, alike, fold)
        if len(visible.nodes) - folds.saved() > most_boxes:
            continue
        picture = replace(_folded(visible, folds), hidden=hidden)
        if len(picture.horizon.edges) <= most_edges:
            return picture
    return replace(_folded(visible, _stacks(visible, _ALL_ALIKE, fold)), hidden=hidden)


@dataclass(frozen=True, slots=True)
class _Alike:
    """What must be equal for nodes to be drawn as one, given a node and what draws its maker."""

    key: Callable[[SeenNode, str | None], Hashable]
    by_maker: bool = True


_ALL_ALIKE = _Alike(lambda node, maker: None, by_maker=False)


def _left_out(ruled_out: bool, retired: bool) -> Iterator[NodeStatus]:
    if not ruled_out:
        yield "ruled_out"
    if not retired:
        yield "retired"


def _without(horizon: Horizon, statuses: Iterable[NodeStatus]) -> tuple[Horizon, Counts]:
    hide = frozenset(statuses)
    gone: dict[str, NodeStatus] = {n.id: n.status for n in horizon.nodes if n.status in hide}
    if not gone:
        return horizon, ()
    visible = replace(
        horizon,
        nodes=tuple(node for node in horizon.nodes if node.id not in gone),
        edges=tuple(e for e in horizon.edges if e.source not in gone and e.target not in gone),
    )
    return visible, _tally(gone.values())


def _tally(statuses: Iterable[NodeStatus]) -> Counts:
    counts = Counter(statuses)
    return tuple((status, counts[status]) for status in TALLY_ORDER if counts[status])


def _depths(horizon: Horizon) -> dict[str, int]:
    """How many edges the longest way from the start to each node has."""
    ids = [node.id for node in horizon.nodes]
    number = {id_: i for i, id_ in enumerate(ids)}
    following: list[list[int]] = [[] for _ in ids]
    missing = [0] * len(ids)
    for edge in horizon.edges:
        source, target = number.get(edge.source), number.get(edge.target)
        if source is not None and target is not None and edge.kind != "loop":
            following[source].append(target)
            missing[target] += 1
    depth = [0] * len(ids)
    ready = [i for i, count in enumerate(missing) if not count]
    for source in ready:  # grows while it is read
        below = depth[source] + 1
        for target in following[source]:
            if depth[target] < below:
                depth[target] = below
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return dict(zip(ids, depth, strict=True))


def _generations(makers: Mapping[str, str | None]) -> list[list[str]]:
    """Ids by how many makers stand above them; makers that are not among the ids do not count."""
    level: dict[str, int] = {}
    for start, maker in makers.items():
        if maker is None:  # so it is with most, and then there is no way to go
            level[start] = 0
            continue
        path: list[str] = []
        at: str | None = start
        while at is not None and at in makers and at not in level:
            level[at] = 0  # until known, and so that a circle of makers ends
            path.append(at)
            at = makers[at]
        above = -1 if at is None else level.get(at, -1)
        for id_ in reversed(path):
            above += 1
            level[id_] = above
    generations: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for id_ in makers:
        generations[level[id_]].append(id_)
    return generations


@dataclass(slots=True)
class _Folds:
    """What each id is drawn as, and which nodes or classes each drawn id stands for."""

    drawn_as: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, list[SeenNode]] = field(default_factory=dict)
    classes: dict[str, list[NodeClass]] = field(default_factory=dict)

    def saved(self) -> int:
        """How many boxes fewer are drawn than there are nodes."""
        return sum(len(members) - 1 for members in self.nodes.values())

    def of(self, id_: str) -> str:
        return self.drawn_as.get(id_, id_)

    def maker_of(self, node: SeenNode) -> str | None:
        return None if node.maker is None else self.of(node.maker)

    def common_maker(self, nodes: Iterable[SeenNode]) -> str | None:
        """What draws the maker of all of these, if it is one."""
        makers = {node.maker for node in nodes}
        return _common(None if maker is None else self.of(maker) for maker in makers)

    def all_of(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(self.of, ids)))


def _stacks(horizon: Horizon, alike: _Alike, threshold: int) -> _Folds:
    folds = _Folds()
    by_id = {node.id: node for node in horizon.nodes}
    taken = _Taken({*by_id, *(cls.id for cls in horizon.classes)})
    makers = {node.id: node.maker for node in horizon.nodes}
    for generation in _generations(makers) if alike.by_maker else [list(makers)]:
        groups: dict[Hashable, list[SeenNode]] = {}
        for id_ in generation:
            node = by_id[id_]
            key = alike.key(node, node.maker and folds.drawn_as.get(node.maker, node.maker))
            group = groups.get(key)
            if group is None:
                groups[key] = [node]
            else:
                group.append(node)
        for members in groups.values():
            if len(members) > threshold:
                _stack(folds, members, taken)
    _merge_classes(horizon, folds, taken)
    return folds


def _stack(folds: _Folds, members: list[SeenNode], taken: _Taken) -> None:
    task = _common(node.task for node in members) or ""
    maker = folds.common_maker(members)
    name = taken.fresh(task if maker is None else f"{maker}.{task}")
    folds.nodes[name] = members
    folds.drawn_as.update(dict.fromkeys([node.id for node in members], name))


def _common(values: Iterable[T]) -> T | None:
    """The value that all have, if they have one."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


@dataclass(slots=True)
class _Taken:
    """The ids that are used up."""

    ids: set[str]
    tried: Counter[str] = field(default_factory=Counter)

    def fresh(self, stem: str) -> str:
        """`plan.square[*]`, or with a number behind the star where that is taken."""
        while True:
            self.tried[stem] += 1
            number = self.tried[stem]
            id_ = f"{stem}[*{number if number > 1 else ''}]"
            if id_ not in self.ids:
                self.ids.add(id_)
                return id_


def _merge_classes(horizon: Horizon, folds: _Folds, taken: _Taken) -> None:
    """Classes alike in all but which node of a stack makes them become one."""
    by_id = {cls.id: cls for cls in horizon.classes}
    for generation in _generations({cls.id: cls.maker for cls in horizon.classes}):
        nth = Counter[Hashable]()  # two alike classes of one maker are two places: kept apart
        groups: dict[Hashable, list[NodeClass]] = {}
        for cls in (by_id[id_] for id_ in generation):
            if folds.of(cls.maker) != cls.maker:
                alike = (cls.task, cls.min, cls.max, cls.again and folds.of(cls.again))
                nth[cls.maker, alike] += 1
                key = (folds.of(cls.maker), alike, nth[cls.maker, alike])
                groups.setdefault(key, []).append(cls)
        for members in groups.values():
            if len(members) > 1:
                stem = f"{folds.of(members[0].maker)}.{members[0].task or ''}"
                name = taken.fresh(stem)
                folds.classes[name] = members
                folds.drawn_as.update((cls.id, name) for cls in members)


def _folded(horizon: Horizon, folds: _Folds) -> Picture:
    if not folds.drawn_as:
        return Picture(horizon)
    groups, bundles, kept_as = _frames(horizon, folds)
    edges, times = _edges(horizon.edges, folds, kept_as)
    drawn = replace(
        horizon,
        nodes=_drawn_nodes(horizon.nodes, folds),
        classes=_drawn_classes(horizon.classes, folds),
        edges=edges,
        groups=groups,
        bundles=bundles,
    )
    return Picture(
        drawn,
        stacks={name: _tally(n.status for n in nodes) for name, nodes in folds.nodes.items()},
        copies={name: len(classes) for name, classes in folds.classes.items()},
        times=times,
    )


def _drawn_nodes(nodes: Sequence[SeenNode], folds: _Folds) -> tuple[SeenNode, ...]:
    drawn: dict[str, SeenNode] = {}
    drawn_as = folds.drawn_as.get
    for node in nodes:
        id_ = drawn_as(node.id, node.id)
        if id_ in drawn:
            continue
        if id_ in folds.nodes:
            drawn[id_] = _stack_node(id_, folds)
        else:
            maker = folds.maker_of(node)
            drawn[id_] = replace(node, maker=maker, in_open=folds.all_of(node.in_open))
    return tuple(drawn.values())


def _stack_node(name: str, folds: _Folds) -> SeenNode:
    members = folds.nodes[name]
    statuses = {node.status for node in members}
    return SeenNode(
        id=name,
        task=_common(node.task for node in members) or "",
        status=next(status for status in URGENCY if status in statuses),
        scope=_common(node.scope for node in members) or "",
        maker=folds.common_maker(members),
        in_open=folds.all_of(id_ for node in members for id_ in node.in_open),
        may_go=all(node.may_go for node in members),
        iteration=max(node.iteration for node in members),
    )


def _drawn_classes(classes: Sequence[NodeClass], folds: _Folds) -> tuple[NodeClass, ...]:
    drawn: dict[str, NodeClass] = {}
    for cls in classes:
        id_ = folds.of(cls.id)
        if id_ not in drawn:
            members = folds.classes.get(id_, [cls])
            beside = sum(member.beside for member in members)
            again = None if cls.again is None else folds.of(cls.again)
            maker = folds.of(cls.maker)
            in_open = folds.all_of(i for member in members for i in member.in_open)
            drawn[id_] = replace(
                cls, id=id_, maker=maker, beside=beside, again=again, in_open=in_open
            )
    return tuple(drawn.values())


_Kept: TypeAlias = dict[tuple[str, str | None], str]
"""As which group or bundle each of them is drawn, by kind and id."""


def _edges(
    edges: Sequence[SeenEdge], folds: _Folds, kept_as: _Kept
) -> tuple[tuple[SeenEdge, ...], dict[int, int]]:
    drawn: list[SeenEdge] = []
    times: dict[int, int] = {}
    at: dict[Hashable, int] = {}
    drawn_as = folds.drawn_as.get
    for edge in edges:
        source, target = drawn_as(edge.source), drawn_as(edge.target)
        if source is None and target is None:
            drawn.append(edge)
            continue
        source, target = source or edge.source, target or edge.target
        onward = kept_as.get(("bundle", edge.onward), edge.onward)
        key = (
            source,
            target,
            edge.existence,
            edge.label,
            edge.kind == "loop",
            onward,
            edge.on,
            edge.rounds,
            edge.early,
        )
        index = at.get(key)
        if index is None:
            at[key] = len(drawn)
            drawn.append(replace(edge, source=source, target=target, onward=onward))
        else:
            times[index] = times.get(index, 1) + 1
            if not edge.thin and drawn[index].thin:
                drawn[index] = replace(drawn[index], thin=False)
    return tuple(drawn), times


def _frames(horizon: Horizon, folds: _Folds) -> tuple[tuple[Group, ...], tuple[Bundle, ...], _Kept]:
    """Alike groups and bundles become one, outer ones before those in them."""
    drawn: dict[Hashable, Group | Bundle] = {}
    kept_as: _Kept = {}
    frames: list[Group | Bundle] = [*horizon.groups, *horizon.bundles]
    for frame in _outer_first(frames):
        within = kept_as.get(("group", frame.within), frame.within)
        bundle = kept_as.get(("bundle", frame.bundle), frame.bundle)
        folded: Group | Bundle
        key: Hashable
        if isinstance(frame, Group):
            branches = tuple(folds.all_of(branch) for branch in frame.branches)
            per = folds.of(frame.per) if frame.per is not None else None
            folded = Group(frame.id, branches, within, per, bundle)
            same = branches == frame.branches
        else:
            of = tuple(dict.fromkeys(replace(share, id=folds.of(share.id)) for share in frame.of))
            folded = replace(
                frame, of=of, maker=folds.of(frame.maker), within=within, bundle=bundle
            )
            same = of == frame.of
        kind = "group" if isinstance(frame, Group) else "bundle"
        key = (kind, frame.id) if same else replace(folded, id="")
        kept_as[kind, frame.id] = drawn.setdefault(key, folded).id
    kept = {id(frame): frame for frame in drawn.values()}.values()
    groups = {frame.id: frame for frame in kept if isinstance(frame, Group)}
    bundles = {frame.id: frame for frame in kept if isinstance(frame, Bundle)}
    return (
        tuple(groups[group.id] for group in horizon.groups if group.id in groups),
        tuple(bundles[bundle.id] for bundle in horizon.bundles if bundle.id in bundles),
        kept_as,
    )


def _outer_first(frames: Sequence[Group | Bundle]) -> list[Group | Bundle]:
    by_name = {(isinstance(frame, Group), frame.id): frame for frame in frames}
    found: dict[tuple[bool, str], Group | Bundle] = {}

    def add(name: tuple[bool, str | None]) -> None:
        frame = by_name.get(name)  # type: ignore[arg-type]
        if frame is not None and name not in found and name not in above:
            above.add(name)
            add((True, frame.within))
            add((False, frame.bundle))
            found[isinstance(frame, Group), frame.id] = frame

    above: set[tuple[bool, str | None]] = set()
    for name in by_name:
        add(name)
    return list(found.values())
