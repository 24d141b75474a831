"""Rights: what a running task holds in its hand."""

from __future__ import annotations

from typing import Any, assert_type

from foretell import (
    Answer,
    Anything,
    Count,
    Every,
    Grow,
    Growing,
    Node,
    NoNewNodes,
    Not,
    Right,
    Shape,
    each,
    empty,
    free,
    let,
    loop,
    many,
    may,
    one,
    one_of,
    par,
    rehearse,
    seq,
    task,
    use,
    workflow,
)  # fmt: skip
from tests.typing.tasks import Ordered, Pair, Squares, crawl, fetch, plan, shout, square


@task(grows=Squares)
def grows(grow: Squares, seed: int) -> list[int]:
    assert_type(grow.square(seed), int)
    assert_type(grow.square(n=grow.square(1)), int)
    assert_type(grow.fetch("x", tries=2), bytes)
    assert_type(grow.pair(1), Pair)
    assert_type(grow.pair(1).high, str)
    assert_type(grow.shout(grow.pair(1).high, mark="?"), str)
    assert_type(grow.square.map(each([1, 2])), list[int])
    assert_type(grow.fetch.map(each(["a"])), list[bytes])
    assert_type(grow.square.node(1), Node[int])
    assert_type(grow.fetch.node("x"), Node[bytes])
    assert_type(grow.prepare.node(), Node[None])
    assert_type(grow.square.would(1), Answer)
    assert_type(grow.square.would(1).why, str)
    assert_type(grow.square.left, int | None)
    assert_type(grow.square.options(id="x", instance=3).after(grow.prepare.node())(3), int)
    grow.promise(Count(square, at_most=2), Every(square, into=fetch, exactly=1))
    grow.limit(square, running=2)
    grow.limit(square, starts=2, per=1.5)
    grow.style(grow.square.node(1), label="x", color="red")
    assert_type(grow.would(NoNewNodes(), Not(Count(square, at_most=2))), bool)
    return [grow.square(i) for i in range(seed)]


@task(grows=Ordered)
async def ordered(grow: Ordered, n: int) -> int:
    assert_type(grow.begin(n), int)
    assert_type(grow.right.map(each(["a"])), list[str])
    return grow.left(n)


@workflow
def squared(n: int) -> int:
    return square(n)


@task(grows=Anything)
def wild(grow: Anything, n: int) -> int:
    made = grow.create(square, n)
    assert_type(made, Node[int])
    assert_type(grow.create(fetch, "x", tries=1), Node[bytes])
    assert_type(grow.create(plan, 3), Node[list[int]])
    assert_type(grow.create(shout.options(id="s"), "x"), Node[str])
    assert_type(grow.into("square_2", instance=1).create(square, n), Node[int])
    assert_type(grow.create(squared, n), Node[int])
    grow.connect(made, grow.existing("mail"))
    return made.out


@task(grows=Grow)
def promises_only(grow: Grow, n: int) -> int:
    grow.promise(NoNewNodes())
    return n


@task(grows=lambda: Tree, retries=1)
def tree(grow: Tree, depth: int) -> list[int]:
    assert_type(grow.tree(depth - 1), list[int])
    assert_type(grow.leaves.map(each([1, 2])), list[int])
    return grow.leaves.map(each([1, 2])) if depth else grow.tree(depth)


class Tree(Grow):
    tree = many(tree, at_least=0, at_most=3)
    leaves = many(square)
    either: Shape = one_of(free(tree), par(leaves, empty))
    shape: Shape = seq(either, many(seq(may(shout), one(shout)), at_most=2))


class Rounds(Grow):
    square = loop(square, at_least=1, at_most=3)
    write, review = many(shout), many(shout)
    shape: Shape = seq(square, loop(seq(write, review), at_most=2))


@task(grows=Rounds)
def rounds(grow: Rounds, text: str) -> int:
    assert_type(grow.review(grow.write(text)), str)
    return grow.square.options(instance=2)(1)


class Pairs(Grow):
    square, back = many(square), many(shout)
    shape: Shape = let("pair", may(seq(square, use("pair"), back)), deep=3)


@task(grows=Pairs)
def pairs(grow: Pairs, n: int) -> int:
    assert_type(grow.back.options(slot="pair.back")("x"), str)
    return grow.square(n)


twice: Shape = let("x", one(square), par(use("x", slot="left"), use("x", slot="right")))


class Narrow(Squares):
    more = may(shout)


@task(grows=Narrow)
def narrow(grow: Narrow) -> str:
    assert_type(grow.square(1), int)
    return grow.more("x")


assert_type(crawl("x"), int)
assert_type(plan(3), list[int])
assert_type(rehearse(Squares), Squares)
assert_type(rehearse(Squares).square(3), int)
assert_type(plan.fn(rehearse(Squares), 3), list[int])
right: Right[Any, int] = Squares.square
kept: Growing[Squares, Any, list[int]] = plan
