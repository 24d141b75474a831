"""Laws, growth, shapes, selectors and counting, each by its plain definition.

A second reading, slow and simple, that shares no code with what judges promises and draws
horizons; only the plain records of shapes, selectors and promises.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal, NamedTuple, assert_never

from foretell.promises import selectors as sel
from foretell.promises import shapes as sh
from foretell.promises.language import Count, Edges, Promise
from foretell.promises.selectors import Selector
from foretell.promises.shapes import Shape


class Birth(NamedTuple):
    """A node. `epoch` counts the promises that running nodes had made when it was born."""

    id: str
    task: str
    maker: str | None = None
    slot: str | None = None
    tags: tuple[str, ...] = ()
    epoch: int = 0


class Tie(NamedTuple):
    """An edge: who added it (None: registration), and in which epoch."""

    source: str
    target: str
    maker: str | None = None
    epoch: int = 0


class World(NamedTuple):
    nodes: frozenset[Birth]
    ties: frozenset[Tie]


# --- laws ----------------------------------------------------------------------------------------


def completed(world: World, maker: str | None, epoch: int) -> World:
    """The world with the edges that structured growth asks for, added by `maker`."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    ties = set(world.ties)
    while True:
        joined = {(tie.source, tie.target) for tie in ties}
        lacking = {
            ends
            for made, owner in makers.items()
            if owner is not None
            for ends in [(owner, made)]
            + [(made, t) for s, t in joined if s == owner and not is_under(t, owner, makers)]
            if ends not in joined
        }
        if not lacking:
            return World(world.nodes, frozenset(ties))
        ties |= {Tie(*ends, maker, epoch) for ends in lacking}


def is_under(node: str, above: str, makers: dict[str, str | None]) -> bool:
    maker = makers[node]
    return maker is not None and (maker == above or is_under(maker, above, makers))


def has_cycle(world: World) -> bool:
    left = {birth.id for birth in world.nodes}
    while left:
        free = {n for n in left if not any(t.target == n and t.source in left for t in world.ties)}
        if not free:
            return True
        left -= free
    return False


# --- shapes --------------------------------------------------------------------------------------


def have(world: World, owner: Birth) -> dict[str | None, int]:
    """How many nodes `owner` grew in each slot."""
    counts: dict[str | None, int] = {}
    for birth in world.nodes:
        if birth.maker == owner.id:
            counts[birth.slot] = counts.get(birth.slot, 0) + 1
    return counts


def unfit(shape: Shape, world: World, owner: Birth) -> bool:
    """Whether `owner` grew a node that no leaf stands for."""
    leaves = {(leaf.task, leaf.slot) for leaf in sh.leaves(shape)}
    return any(b.maker == owner.id and (b.task, b.slot) not in leaves for b in world.nodes)


def is_instance(shape: Shape, counts: dict[str | None, int]) -> bool:
    match shape:
        case sh.Leaf(_, slot):
            return counts.get(slot, 0) == 1
        case sh.Many(sh.Leaf(_, slot), low, high):
            return low <= counts.get(slot, 0) and (high is None or counts.get(slot, 0) <= high)
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            return all(is_instance(part, counts) for part in of)
        case sh.Alt(of):
            return any(is_instance(p, counts) and not any_but(p, shape, counts) for p in of)
        case sh.Anything() | sh.Empty():
            return True
        case _:
            raise NotImplementedError(shape)


def may_become(shape: Shape, counts: dict[str | None, int]) -> bool:
    """Whether more nodes could make it an instance."""
    match shape:
        case sh.Leaf(_, slot):
            return counts.get(slot, 0) <= 1
        case sh.Many(sh.Leaf(_, slot), _, high):
            return high is None or counts.get(slot, 0) <= high
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            return all(may_become(part, counts) for part in of)
        case sh.Alt(of):
            return any(may_become(p, counts) and not any_but(p, shape, counts) for p in of)
        case sh.Anything() | sh.Empty():
            return True
        case _:
            raise NotImplementedError(shape)


def any_but(part: Shape, whole: sh.Alt, counts: dict[str | None, int]) -> bool:
    """Whether another branch of `whole` than `part` is populated."""
    return any(counts.get(leaf.slot, 0) for p in whole.of if p is not part for leaf in sh.leaves(p))


def order(world: World, owner: Birth) -> set[tuple[str, str]]:
    """The order of the scope of `owner`: what lies below a node of it is contracted to it."""
    makers = {birth.id: birth.maker for birth in world.nodes}
    inside = {node for node, maker in makers.items() if maker == owner.id}

    def stands_for(node: str) -> str | None:
        maker = makers[node]
        return node if node in inside else None if maker is None else stands_for(maker)

    found: set[tuple[str, str]] = set()
    for tie in world.ties if len(inside) > 1 else ():
        ends = (stands_for(tie.source), stands_for(tie.target))
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            found.add((ends[0], ends[1]))
    while True:
        longer = {(a, d) for a, b in found for c, d in found if b == c} - found
        if not longer:
            return found
        found |= longer


Relation = Literal["must", "may", "never"]


def allowed_order(shape: Shape, world: World, owner: Birth) -> set[tuple[str, str]]:
    return _pairs(shape, world, owner, ("must", "may"))


def due_order(shape: Shape, world: World, owner: Birth) -> set[tuple[str, str]]:
    return _pairs(shape, world, owner, ("must",))


def _pairs(
    shape: Shape, world: World, owner: Birth, wanted: tuple[Relation, ...]
) -> set[tuple[str, str]]:
    mine = [b for b in world.nodes if b.maker == owner.id and b.slot is not None]
    return {
        (a.id, b.id)
        for a in mine
        for b in mine
        if a is not b and relation(shape, a.slot or "", b.slot or "") in wanted
    }


def relation(shape: Shape, first: str, second: str) -> Relation:
    """Whether a node in slot `first` must, may, or must not precede one in slot `second`."""
    if isinstance(shape, sh.Free):
        return "may"
    parts = sh.parts(shape)
    at = [i for i, p in enumerate(parts) if any(leaf.slot == first for leaf in sh.leaves(p))]
    to = [i for i, p in enumerate(parts) if any(leaf.slot == second for leaf in sh.leaves(p))]
    if at != to:
        return "must" if isinstance(shape, sh.Seq) and at < to else "never"
    return relation(parts[at[0]], first, second) if at else "never"


# --- selectors and amounts -----------------------------------------------------------------------


def amount(promise: Promise, world: World, epoch: int) -> int:
    """How much of what a promise counts is in `world`."""
    births = {birth.id: birth for birth in world.nodes}
    if isinstance(promise, Count):
        return sum(picks(promise.of, birth, births, epoch) for birth in world.nodes)
    return len({(t.source, t.target) for t in world.ties if edge_counts(promise, t, births, epoch)})


def edge_counts(promise: Edges, tie: Tie, births: dict[str, Birth], epoch: int) -> bool:
    source, target = births[tie.source], births[tie.target]
    if promise.new and not is_new(tie.maker, tie.epoch, epoch):
        return False
    if promise.by is not None and (
        tie.maker is None or not picks(promise.by, births[tie.maker], births, epoch)
    ):
        return False
    ends = picks(promise.source, source, births, epoch) and picks(
        promise.target, target, births, epoch
    )
    return ends and not any(
        picks(pair.source, source, births, epoch) and picks(pair.target, target, births, epoch)
        for pair in promise.besides
    )


def is_new(maker: str | None, born: int, epoch: int) -> bool:
    """`epoch` 0 is that of promises made at registration, before any node was grown."""
    return maker is not None and born >= epoch


def picks(selector: Selector, birth: Birth, births: dict[str, Birth], epoch: int) -> bool:
    match selector:
        case sel.EveryNode():
            return True
        case sel.IdIs(glob):
            return fnmatchcase(birth.id, glob)
        case sel.TaskIs(task):
            return birth.task == task
        case sel.TagIs(tag):
            return tag in birth.tags
        case sel.InScope(scope):
            return lies_in(scope, birth, births)
        case sel.MadeBy(by):
            return birth.maker is not None and picks(by, births[birth.maker], births, epoch)
        case sel.Under(node):
            return is_under_birth(birth, node, births)
        case sel.IsNew():
            return is_new(birth.maker, birth.epoch, epoch)
        case sel.AllOf(of):
            return all(picks(part, birth, births, epoch) for part in of)
        case sel.AnyOf(of):
            return any(picks(part, birth, births, epoch) for part in of)
        case sel.NotSo(inner):
            return not picks(inner, birth, births, epoch)
        case _:
            assert_never(selector)


def lies_in(scope: str, birth: Birth, births: dict[str, Birth]) -> bool:
    """What a node grows is born in the scope that has its id; scopes lie in their makers'."""
    if not scope:
        return True
    if birth.maker is None:
        return False
    return birth.maker == scope or lies_in(scope, births[birth.maker], births)


def is_under_birth(birth: Birth, node: str, births: dict[str, Birth]) -> bool:
    if birth.maker is None:
        return False
    return birth.maker == node or is_under_birth(births[birth.maker], node, births)
