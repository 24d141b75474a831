"""Rights: what a task may not do with its growth. A broken promise is a type error first."""

from __future__ import annotations

from foretell import (
    Anything,
    Grow,
    Shape,
    each,
    let,
    loop,
    many,
    may,
    one,
    one_of,
    rehearse,
    seq,
    task,
    use,
)  # fmt: skip
from tests.typing.tasks import Ordered, Squares, plan, shout, square


@task(grows=Squares)
def grows(grow: Squares, seed: int) -> list[int]:
    grow.square("x")  # !
    grow.square()  # !
    grow.square(n=1, m=2)  # !
    grow.rm_rf("/")  # !
    grow.total([1])  # !
    grow.square(grow.shout("x"))  # !
    grow.square(grow.pair(1).high)  # !
    grow.pair(1).middle  # !
    grow.fetch(1)  # !
    grow.fetch("x", tires=3)  # !
    grow.square.map(each(["a"]))  # !
    grow.square.would("x")  # !
    grow.square.node("x")  # !
    grow.square.options(retires=3)  # !
    grow.square.options(instance="x")  # !
    grow.square.after(grow.prepare.node())("x")  # !
    grow.create(square, 1)  # !
    grow.limit(square, running="x")  # !
    grow.limit(square)  # !
    grow.promise("nothing")  # !
    grow.style(label=3)  # !
    return grow.square(1)  # !


loop(square, at_most="x")  # !
loop("x")  # !
let("x", square)  # !
let("x", use("x"), 3)  # !
let("x", use("x"), deep="3")  # !
use(square)  # !
use("x", slot=1)  # !


class Rounds(Grow):
    square = loop(square)


@task(grows=Rounds)
def rounds(grow: Rounds) -> int:
    return grow.square("x")  # !


@task(grows=Anything)
def wild(grow: Anything, n: int) -> int:
    made = grow.create(square, n)
    grow.create(square, "x")  # !
    grow.create(square)  # !
    grow.create(len, "x")  # !
    grow.connect(made, "mail")  # !
    grow.connect(made)  # !
    grow.existing(3)  # !
    grow.into(square)  # !
    grow.into("x", instance="x")  # !
    grow.into("x").create(square, "x")  # !
    grow.square(1)  # !
    return made  # !


@task(grows=Squares)  # !
def mistaken(grow: Ordered, n: int) -> int:
    return n


@task(grows=Squares)  # !
def without() -> int:
    return 1


@task(grows=int)  # !
def no_growth(grow: Squares) -> int:
    return 1


@task(grows=lambda: Tree)
def tree(grow: Tree, depth: int) -> int:
    grow.tree("x")  # !
    grow.trees(1)  # !
    return grow.leaves.map(each([1]))  # !


class Tree(Grow):
    tree = many(tree)
    leaves = many(square)


class Wrong(Grow):
    tree = many(tree, at_most="3")  # !
    leaves = many(square, atmost=3)  # !
    other = one(square, at_most=3)  # !
    some = may("x")  # !
    shape: Shape = seq(tree, square)  # !
    shapes: Shape = one_of(shout)  # !


plan("x")  # !
plan(Squares(), 3)  # !
plan.fn(3)  # !
rehearse(3)  # !
rehearse(Squares).square("x")  # !
rehearse(Squares).cube(3)  # !
