"""Bodies with nothing wrong in them. Read by `test_misuses.py`: nothing may be said of any line."""

from __future__ import annotations

import contextlib
import copy
import logging
from typing import Any

from foretell import Anything, Grow, Node, each, many, may, one, task, workflow
from foretell.control import below, given, switch, when
from tests.unit.author.misused import Squares, later, nested_flow, perhaps
from tests.unit.author.samples import (
    Named,
    Pair,
    Parts,
    fixed,
    named,
    pair,
    prepare,
    shout,
    split,
    square,
    total,
)  # fmt: skip

log = logging.getLogger(__name__)
QUICK: int | None = None


@workflow
def constants(n: int) -> int:
    size = 3 if QUICK is None else QUICK
    if isinstance(size, int) and size > 2:
        size += 1
    match size:
        case 4:
            return square(n)
        case _:
            return square(size)


@workflow
def chain_without_a_first(n: int) -> Any:
    last = None
    for i in range(3):
        last = square(i) if last is None else square(last)
    assert last is not None
    return last


@workflow
def first_or_not(n: int) -> Any:
    first: Any = None
    for name in ("a", "b"):
        made = shout(name)
        if first is None:
            first = made
    return first


@workflow
def told_apart(n: int) -> Any:
    found = square.map(each([1, 2, 3]))
    first = found[0]
    return [later.after(first)(x) for x in found if x is not first]


@workflow
def lists_are_lists(n: int) -> Any:
    found = square.map(each([1, 2, 3]))
    if found and len(found) > 2 and isinstance(found, list):
        return total(found[:2])
    return total([*found, n])


@workflow
def parts_are_parts(n: int) -> Any:
    low, high = pair(n)
    both = pair(low)
    train = split(high).train
    whole = named(n)["name"]
    first, name = fixed(n)
    return [
        first,
        both[0],
        both.high,
        train,
        whole,
        name,
        *pair(n),
        len(both),
        square(*(low,)),
        Pair(low, 3),
        Parts([low], [high]),
    ]


@workflow
def shown(n: int) -> int:
    x = square(n)
    print(repr(x), f"{x!r}")
    log.info("made %r", x)
    log.info(f"made {x!r}")
    if isinstance(QUICK, str):
        raise TypeError(f"{x!r} was made for {QUICK!r}")
    return x


@workflow
def another_value_by_the_same_name(n: int) -> Any:
    x: Any = square(n)
    y = later(x)
    x = 3
    if x is None or isinstance(x, int):
        return later(x)
    return y


@workflow
def sometimes_a_value(n: int) -> Any:
    x: Any = square(n) if QUICK else None
    if x is None:
        x = square(1)
    return x


@workflow
def sometimes_nothing(n: int) -> Any:
    x = None
    if QUICK:
        x = square(n)
    if x is not None:
        return x
    return later(n)


@workflow
def nothing_after_an_error(n: int) -> Any:
    x: Any = None
    try:
        x = square(n)
    except ValueError:
        log.info("no square")
    if x is None:
        x = square(1)
    return x


@workflow
def nothing_where_it_was_suppressed(n: int) -> Any:
    x: Any = None
    with contextlib.suppress(ValueError):
        x = square(n)
    return later(n) if x is None else x


@workflow
def parameters_of_helpers(n: int) -> int:
    def scaled(value: Any, by: int | None = None) -> Any:
        if by is None:
            return value
        if isinstance(by, int) and by > 3:
            return later(value)
        return square(by)

    quick: Any = lambda v: v is None or v > 3  # noqa: E731
    return square(scaled(n, by=2)) if quick(3) else scaled(n)


@workflow
def helpers_may_rename(n: int) -> Any:
    x: Any = None

    def make() -> None:
        nonlocal x
        x = square(n)

    make()
    return n if x is None else x


@workflow
def captured_before_it_is_known(n: int) -> Any:
    def choose() -> Any:
        return later(n) if x is None else x

    x: Any = None
    first = choose()
    x = square(n)
    return [first, x]


@workflow
def nodes_are_there(n: int) -> Any:
    made = later.node(n)
    if made is not None and isinstance(made, Node) and made.id == "made":
        prepare.after(made)()
    return made.out


@workflow
def used_with_a_constant(n: int, mode: Any = "fast") -> Any:
    return later(mode)


@workflow
def mode_is_known(n: int, mode: str | None) -> Any:
    if mode is None:
        return square(n)
    return shout(mode)


@workflow
def section_with_a_constant(n: int) -> Any:
    return [mode_is_known(n, None), mode_is_known(n, "fast"), nested_flow(3)]


@workflow
def dicts_and_copies(n: int) -> Any:
    made = {name: shout(name) for name in ("a", "b")}
    made["c"] = copy.copy(made["a"])
    if made.get("d") is None and "a" in made:
        made["d"] = later(n)
    return made


@workflow
def filled_lists(n: int) -> Any:
    found: list[Any] = []
    for i in range(3):
        found.append(square(i))
        found.append(None)
    rest = [square(1)]
    rest.append(3)
    return [x for x in found if x is not None] + [x for x in rest if isinstance(x, int)]


@workflow
def shadowed(n: int) -> Any:
    def square(n: int) -> Any:
        return None

    isinstance_ = type
    x = square(3)
    return later(n) if x is None else shout(repr(isinstance_))


@workflow
def comprehension_names(n: int) -> Any:
    x = square(n)
    plain = [x for x in (1, None, 3) if x is not None]
    return [x, later(plain), {key: square(n) for key in ("a", "b")}]


@workflow
def branches(n: int, name: str) -> Any:
    first = when(below(n, 3), lambda: square(n), lambda: later(n))
    known = given(QUICK, lambda quick: later(1 if quick is None else quick))
    second = switch(name, ("a", lambda: first), ("b", lambda: later(name)))
    third = when(QUICK is None, lambda: square(1))
    return [second, known, 3 if third is None else third, given(perhaps(n), lambda x: square(x))]


@task(grows=Squares)
def grown_rightly(grow: Squares, n: int) -> Any:
    grow.prepare()
    perhaps_not: Any = grow.perhaps(n) if n else None
    if perhaps_not is None:
        perhaps_not = 3
    left = grow.square.left
    if left is not None and left > 2 and grow.square.would(3):
        x = grow.square(n)
    else:
        x = grow.square(n) if n else grow.square(0)
    low, _ = grow.pair(x)
    values = [grow.square(i) for i in range(n)]
    plain = square(n) + total([1, 2, 3])
    if plain is None or f"{plain!r}":
        return {"values": values, "low": low, "count": len(values)}
    return grow.later(values)


@task(grows=Anything)
def wired_rightly(grow: Anything, n: int) -> Any:
    before: Node[Any] | None = None
    for i in range(n):
        made = grow.create(square, i)
        if before is not None:
            grow.connect(before, made)
        before = made
    return None if before is None else before.out


class Either(Grow):
    first = may(perhaps)
    second = one(square)


@task(grows=Either)
async def either(grow: Either, n: int) -> Any:
    found: Any = perhaps(n)
    if found is None:
        return grow.second(n)
    match found:
        case 3:
            return grow.first(found)
        case _:
            return grow.second.options(id="x").after(grow.first(n))(found)


@task(grows=lambda: Deep)
def deep(grow: Deep, node: Named | None) -> Any:
    return None if node is None else [grow.deep(None), grow.deep(node)]


class Deep(Grow):
    deep = many(deep)
