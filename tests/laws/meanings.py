"""What selectors select and promises promise, by their plain definitions.

A second reading, slow and simple, that shares no code with what judges promises; only their plain
records. `epoch` says when a promise was made: after so many promises of running nodes; 0 is that of
promises made at registration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import assert_never

from foretell.promises import language as lang
from foretell.promises import selectors as sel
from foretell.promises.language import Promise
from foretell.promises.selectors import Selector
from foretell.promises.shapes import Shape
from tests.laws.definitions import Birth, Tie, World, is_under

# --- promises ------------------------------------------------------------------------------------


def holds(promise: Promise, world: World, epoch: int) -> bool:
    """Whether the promise holds of a finished world. What it says of shapes is asked of each scope:
    see `shapes_said`."""
    match promise:
        case lang.Count() | lang.Edges() | lang.Each():
            return all(_lies_in(n, promise) for n in amounts(promise, world, epoch))
        case lang.AllKept(of):
            return all(holds(part, world, epoch) for part in of)
        case lang.AnyKept(of):
            return any(holds(part, world, epoch) for part in of)
        case lang.OneKept(of):
            return [holds(part, world, epoch) for part in of].count(True) == 1
        case lang.NotKept(part):
            return not holds(part, world, epoch)
        case lang.Grows() | lang.Shaped() | lang.Styled() | lang.Rearm():
            return True
        case _:
            assert_never(promise)


def is_lost(promise: Promise, world: World, epoch: int) -> bool:
    """Whether no world that has everything in this one, and perhaps more, keeps the promise.
    (False where that is not obvious.)"""
    match promise:
        case lang.Count() | lang.Edges() | lang.Each():
            most = promise.max
            return most is not None and any(n > most for n in amounts(promise, world, epoch))
        case lang.AllKept(of):
            return any(is_lost(part, world, epoch) for part in of)
        case lang.AnyKept(of):
            return all(is_lost(part, world, epoch) for part in of)
        case lang.OneKept(of):
            sure = [is_sure(part, world, epoch) for part in of].count(True)
            return sure > 1 or all(is_lost(part, world, epoch) for part in of)
        case lang.NotKept(part):
            return is_sure(part, world, epoch)
        case lang.Grows() | lang.Shaped() | lang.Styled() | lang.Rearm():
            return False
        case _:
            assert_never(promise)


def is_sure(promise: Promise, world: World, epoch: int) -> bool:
    """Whether every world that has everything in this one keeps the promise. (False where that is
    not obvious.)"""
    match promise:
        case lang.Count() | lang.Edges():
            return promise.max is None and holds(promise, world, epoch)
        case lang.Each():
            return promise.max is None and promise.min == 0
        case lang.AllKept(of):
            return all(is_sure(part, world, epoch) for part in of)
        case lang.AnyKept(of):
            return any(is_sure(part, world, epoch) for part in of)
        case lang.OneKept(of):
            sure = [is_sure(part, world, epoch) for part in of].count(True)
            return sure == 1 and [is_lost(p, world, epoch) for p in of].count(False) == 1
        case lang.NotKept(part):
            return is_lost(part, world, epoch)
        case lang.Grows() | lang.Shaped() | lang.Styled() | lang.Rearm():
            return True
        case _:
            assert_never(promise)


def is_composed(promise: Promise) -> bool:
    """Whether it leaves open which of several promises is kept."""
    return isinstance(promise, (lang.AnyKept, lang.OneKept, lang.NotKept))


def _lies_in(n: int, bounds: lang.Count | lang.Edges | lang.Each) -> bool:
    return bounds.min <= n and (bounds.max is None or n <= bounds.max)


def amounts(promise: lang.Count | lang.Edges | lang.Each, world: World, epoch: int) -> list[int]:
    """The number, or numbers, that a promise bounds."""
    births = {birth.id: birth for birth in world.nodes}
    if isinstance(promise, lang.Count):
        return [sum(picks(promise.of, birth, births, epoch) for birth in world.nodes)]
    if isinstance(promise, lang.Edges):
        ties = (tie for tie in world.ties if edge_counts(promise, tie, births, epoch))
        return [len({(tie.source, tie.target) for tie in ties})]
    chosen = [birth.id for birth in world.nodes if picks(promise.of, birth, births, epoch)]
    return [sum(1 for _ in neighbours(promise, node, world, births, epoch)) for node in chosen]


def neighbours(
    promise: lang.Each, node: str, world: World, births: dict[str, Birth], epoch: int
) -> Iterable[str]:
    """The successors, or predecessors, of `node` of which the promise speaks, each once."""
    if promise.out is not None:
        found, wanted = {t.target for t in world.ties if t.source == node}, promise.out
    else:
        assert promise.into is not None
        found, wanted = {t.source for t in world.ties if t.target == node}, promise.into
    return [other for other in found if picks(wanted, births[other], births, epoch)]


def shapes_said(promise: Promise, world: World, owner: Birth, epoch: int) -> Iterator[Shape]:
    """The shapes that the promise gives to the scope of `owner`."""
    match promise:
        case lang.Grows(of, shape):
            if picks(of, owner, {birth.id: birth for birth in world.nodes}, epoch):
                yield shape
        case lang.Shaped(scope, shape):
            if scope == owner.id:
                yield shape
        case lang.AllKept(parts):
            for part in parts:
                yield from shapes_said(part, world, owner, epoch)
        case _:
            pass


Look = tuple[str, str, str]
"""A node, a style key and its value."""


def may_look(promise: Promise, world: World, epoch: int, looks: Iterable[Look]) -> bool:
    """Whether what nodes look like when the promise is made is allowed by it."""
    return all(
        not values or look[1] != key or look[2] in values
        for look in looks
        for styled in styles_said(promise, world, look[0], epoch)
        for key, values in styled.values.items()
    )


def may_restyle(promise: Promise, world: World, epoch: int, look: Look) -> bool:
    """Whether the promise allows to give a node another look than it had."""
    return all(
        look[1] != key or look[2] in values
        for styled in styles_said(promise, world, look[0], epoch)
        for key, values in styled.values.items()
    )


def styles_said(promise: Promise, world: World, node: str, epoch: int) -> Iterator[lang.Styled]:
    births = {birth.id: birth for birth in world.nodes}
    match promise:
        case lang.Styled(of, _):
            if picks(of, births[node], births, epoch):
                yield promise
        case lang.AllKept(parts):
            for part in parts:
                yield from styles_said(part, world, node, epoch)
        case _:
            pass


def rounds_said(promise: Promise) -> Iterator[tuple[str, int]]:
    """The nodes to which a loop may come round so often only."""
    match promise:
        case lang.Rearm(target, most):
            yield target, most
        case lang.AllKept(parts):
            for part in parts:
                yield from rounds_said(part)
        case _:
            pass


def speaks_of_edges(promise: Promise) -> bool:
    match promise:
        case lang.Edges():
            return True
        case lang.AllKept(of) | lang.AnyKept(of) | lang.OneKept(of):
            return any(map(speaks_of_edges, of))
        case lang.NotKept(of):
            return speaks_of_edges(of)
        case _:
            return False


def edge_counts(promise: lang.Edges, tie: Tie, births: dict[str, Birth], epoch: int) -> bool:
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


# --- selectors -----------------------------------------------------------------------------------


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
            return is_under(birth.id, node, {b.id: b.maker for b in births.values()})
        case sel.IsNew():
            return is_new(birth.maker, birth.epoch, epoch)
        case sel.BornAfter(node):
            return node in birth.after
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
