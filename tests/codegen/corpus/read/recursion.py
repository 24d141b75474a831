from __future__ import annotations
from foretell import Grow, empty, loop, many, may, seq, let, use, one_of, task, workflow

@task
def leaf(name: str) -> int: return 1

class Tree(Grow):
    leaves = many(leaf)
    crawl = many(lambda: None) if False else may(leaf)

@task(grows=lambda: Links)
def crawl(grow: Links, url: str, depth: int) -> int:
    for i in range(depth):
        grow.next(url + str(i), depth - 1)
    return depth

class Links(Grow):
    next = many(crawl, at_most=5)

class Rounds(Grow):
    step = many(leaf)
    shape = seq(step, loop(Tree.leaves) if False else empty)

class Nested(Grow):
    begin = many(leaf)
    end = many(leaf)
    shape = let("pair", may(seq(begin, use("pair"), end)), deep=3)

@task(grows=Nested)
def nested(grow: Nested) -> None: ...

@task(grows=Rounds)
def rounds(grow: Rounds) -> None: ...

@workflow
def recursion(url: str) -> int:
    nested()
    rounds()
    return crawl(url, 2)
