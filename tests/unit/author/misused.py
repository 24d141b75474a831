"""Values used as if they were there. Read by `test_misuses.py`; never run.

Beside each line stands what must be said of it; nothing may be said of any other line.
"""

# mypy: disable-error-code="redundant-expr"
# ruff: noqa: F841, UP031, UP032

from __future__ import annotations

import enum
import json
import logging
import math
from typing import Any, cast

from pydantic import BaseModel

from foretell import Anything, Grow, each, many, may, one, task, workflow
from foretell.control import above, below, given, repeat, switch, when
from tests.unit.author import samples
from tests.unit.author.samples import Pair, Parts, named, pair, prepare, split, square, total

log = logging.getLogger(__name__)


class Color(enum.Enum):
    RED = "red"


class Model(BaseModel):
    size: Any


@task
def perhaps(n: int) -> int | None:
    return n or None


@task
def color(n: int) -> Color:
    return Color.RED


@task
def later(value: Any) -> Any:
    return value


@workflow
def nested_flow(n: int) -> int:
    return square(n)


@workflow
def silent_flow(n: int) -> None:
    prepare()


# --- what no method of the value would notice ---------------------------------------------------


@workflow
def is_none(n: int) -> int | None:
    x = perhaps(n)
    return x if x is not None else square(n)  # ! 'x' cannot be compared with `is None`


@workflow
def input_is_none(n: int | None = None) -> Any:
    if n is None:  # ! 'n' cannot be compared with `is None`
        return square(1)
    return later(n)


@workflow
def none_is(n: int) -> bool:
    return None is perhaps(n)  # ! 'perhaps(n)' cannot be compared with `is None`


@workflow
def is_member(n: int) -> Any:
    found = color(n)
    red = found is Color.RED  # ! 'found' cannot be compared with `is Color.RED`
    return square(1 if red else 2)


@workflow
def is_true(n: int) -> Any:
    flag = later(n)
    assert flag is True  # ! 'flag' cannot be compared with `is True`
    return flag


@workflow
def asserted(n: int) -> int:
    x = perhaps(n)
    assert x is not None  # ! 'x' cannot be compared with `is None`
    return square(x)


@workflow
def instance(n: int) -> Any:
    x = later(n)
    if isinstance(x, int):  # ! 'x' has no type that could be looked at yet
        return square(x)
    return x


@workflow
def kind(n: int) -> Any:
    return later(type(square(n)).__name__)  # ! 'square(n)' has no type that could be looked at yet


@workflow
def matched(n: int) -> int:
    match perhaps(n):  # ! 'perhaps(n)' cannot be matched
        case None:
            return square(0)
        case int(found):
            return square(found)


@workflow
def matched_late(n: int) -> Any:
    x = later(n)
    match x:  # ! 'x' cannot be matched
        case {"size": size}:
            return size
        case other:
            return other


@workflow
def matched_class(n: int) -> Any:
    match n:  # ! 'n' cannot be matched
        case int():
            return square(n)


@workflow
def repr_in_text(n: int) -> Any:
    return later(f"square: {square(n)!r}")  # ! 'square(n)' cannot be turned into text


@workflow
def self_documenting(n: int) -> Any:
    return later(f"{n=}")  # ! 'n' cannot be turned into text


@workflow
def repr_as_value(n: int) -> Any:
    text = repr(n)  # ! 'n' cannot be turned into text
    return later(text)


@workflow
def percent(n: int) -> Any:
    return later("%r of them" % n)  # ! 'n' cannot be turned into text


@workflow
def percent_of_many(n: int) -> Any:
    x = square(n)
    return later("%r and %r" % (1, x))  # ! 'x' cannot be turned into text


@workflow
def formatted(n: int) -> Any:
    return later("{!r}".format(n))  # ! 'n' cannot be turned into text


@workflow
def text_of_list(n: int) -> Any:
    found = later.map(each([1, 2]))
    return later(", ".join(found))  # ! 'found' cannot be turned into text


@workflow
def identity(n: int) -> Any:
    return later(id(n))  # ! 'n' is no object that could be looked into yet


@workflow
def is_callable(n: int) -> Any:
    x = later(n)
    return x if callable(x) else n  # ! 'x' is no object that could be looked into yet


@workflow
def dumped(n: int) -> Any:
    return later(json.dumps(square(n)))  # ! 'square(n)' cannot be turned into text


@workflow
def in_a_model(n: int) -> Any:
    x = square(n)
    return later(Model(size=x))  # ! 'x' cannot be put into the model Model


@workflow
def in_a_lambda(n: int) -> Any:
    x = perhaps(n)
    choose = lambda: square(1) if x is None else x  # noqa: E731 # ! 'x' cannot be compared with `is None`
    return later(1)


@workflow
def in_a_nested_function(n: int) -> Any:
    def choose() -> Any:
        y = perhaps(n)
        if y is None:  # ! 'y' cannot be compared with `is None`
            return x
        return square(y)

    x = square(1)
    return x


@workflow
def through_a_name(n: int) -> Any:
    x = perhaps(n)
    y = z = x
    return square(1) if z is None else y  # ! 'z' cannot be compared with `is None`


@workflow
def through_a_cast(n: int) -> Any:
    x = cast("int | None", later(n))
    return square(1) if x is None else x  # ! 'x' cannot be compared with `is None`


@workflow
def through_options(n: int) -> Any:
    x = later.options(id="x").after(prepare())(n)
    return square(1) if x is None else x  # ! 'x' cannot be compared with `is None`


@workflow
def through_a_module(n: int) -> Any:
    x = samples.square(n)
    return square(1) if x is None else x  # ! 'x' cannot be compared with `is None`


@workflow
def through_a_walrus(n: int) -> Any:
    if (x := perhaps(n)) is None:  # ! '(x := perhaps(n))' cannot be compared with `is None`
        return square(1)
    return square(x)


@workflow
def through_both_ways(n: int, quick: Any = None) -> Any:
    for i in range(2):
        x = square(i) if i else later(i)
        if x is None:  # ! 'x' cannot be compared with `is None`
            return x
    return n


@workflow
def through_a_loop(n: int) -> Any:
    x = square(n)
    for _ in range(3):
        x = square(x)
    while x is not None:  # ! 'x' cannot be compared with `is None`
        break
    return x


@workflow
def through_a_list(n: int) -> Any:
    found = later.map(each([1, 2, 3]))
    return [x for x in found if x is not None]  # ! 'x' cannot be compared with `is None`


@workflow
def through_enumerate(n: int) -> Any:
    for i, x in enumerate(later.map(each([1, 2]))):
        if isinstance(x, str):  # ! 'x' has no type that could be looked at yet
            return square(i)
    return square(1)


@workflow
def through_a_display(n: int) -> Any:
    for x in (square(n), later(n)):
        if isinstance(x, int):  # ! 'x' has no type that could be looked at yet
            return x
    return n


@workflow
def through_parts(n: int) -> Any:
    low, high = pair(n)
    parts = split(low)
    if parts.train is None:  # ! 'parts.train' cannot be compared with `is None`
        return high
    return named(n)["size"] is None  # ! "named(n)['size']" cannot be compared with `is None`


@workflow
def through_a_handle(n: int) -> Any:
    made = later.node(n)
    if made.out is None:  # ! 'made.out' cannot be compared with `is None`
        return square(1)
    return made.out


@workflow
def through_a_workflow(n: int) -> Any:
    x = nested_flow(n)
    nothing = silent_flow(n)
    assert nothing is None  # ! 'nothing' cannot be compared with `is None`
    return square(1) if x is None else x  # ! 'x' cannot be compared with `is None`


@workflow
def through_a_try(n: int) -> Any:
    try:
        x = square(n)
    except ValueError:
        x = later(n)
    return square(1) if x is None else x  # ! 'x' cannot be compared with `is None`


@workflow
def through_when(n: int) -> Any:
    found = when(below(n, 3), lambda: square(n))
    return later(n) if found is None else found  # ! 'found' cannot be compared with `is None`


@workflow
def through_switch(key: str) -> Any:
    found: Any = switch(key, ("a", lambda: square(1)), ("b", lambda: later(key)))
    return isinstance(found, int)  # ! 'found' has no type that could be looked at yet


@workflow
def in_a_branch(n: int) -> Any:
    return given(
        perhaps(n),
        lambda found: later(found is None),  # ! 'found' cannot be compared with `is None`
        lambda: later(repr(n)),  # ! 'n' cannot be turned into text
    )


@workflow
def in_a_round(n: int) -> Any:
    return repeat(
        lambda x: square(3 if x is None else x),  # ! 'x' cannot be compared with `is None`
        n,
        until=lambda x: above(x, 100),
        at_most=3,
    )


# --- what the value's own methods refuse as well, once the line is reached ----------------------


class Squares(Grow):
    square = many(square, at_most=9)
    perhaps = may(perhaps)
    pair = many(pair)
    prepare = one(prepare)
    later = many(later)


@task(grows=Squares)
def condition(grow: Squares, n: int) -> Any:
    grow.prepare()
    x = grow.square(n)
    if x:  # ! 'x' cannot be used as a condition
        return x
    return not x  # ! 'x' cannot be used as a condition


@task(grows=Squares)
def default(grow: Squares, n: int) -> Any:
    return grow.perhaps(n) or 3  # ! 'grow.perhaps(n)' cannot be used as a condition


@task(grows=Squares)
def right_is_none(grow: Squares, n: int) -> Any:
    x = grow.perhaps(n)
    if x is None:  # ! 'x' cannot be compared with `is None`
        return 0
    return x


@task(grows=Squares)
def compared(grow: Squares, n: int) -> Any:
    x = grow.square(n)
    while x < 100:  # ! 'x' cannot be compared
        x = grow.square(x)
    return x == 100  # ! 'x' cannot be compared


@task(grows=Squares)
def calculated(grow: Squares, n: int) -> Any:
    x = grow.square(n)
    x += 1  # ! 'x' cannot be calculated with
    y = -grow.square(n)  # ! 'grow.square(n)' cannot be calculated with
    return 2 * grow.square(n) + y  # ! 'grow.square(n)' cannot be calculated with


@task(grows=Squares)
def summed(grow: Squares, n: int) -> Any:
    found = [grow.square(i) for i in range(n)]
    if any(found):  # ! 'found' cannot be used as a condition
        return len(grow.later(n))  # ! 'grow.later(n)' has no length yet
    return sum(found)  # ! 'found' cannot be calculated with


@task(grows=Squares)
def looped(grow: Squares, n: int) -> Any:
    rows = grow.later(n)
    made = [grow.square(row) for row in rows]  # ! 'rows' cannot be looped over
    for row in rows:  # ! 'rows' cannot be looped over
        made.append(row)
    return sorted(rows)  # ! 'rows' cannot be looped over


@task(grows=Squares)
def plain_call(grow: Squares, n: int) -> Any:
    found = [grow.square(i) for i in range(n)]
    x = total(found)  # ! 'found' cannot be given to 'total' here
    return square(n=grow.square(x))  # ! 'grow.square(x)' cannot be given to 'square' here


@task(grows=Squares)
def texts(grow: Squares, n: int) -> Any:
    x = grow.square(n)
    print("square:", x)  # ! 'x' cannot be turned into text
    text = f"{x:>3}"  # ! 'x' cannot be turned into text
    return str(x) + text  # ! 'x' cannot be turned into text


@task(grows=Squares)
def numbers(grow: Squares, n: int) -> Any:
    x = grow.square(n)
    for i in range(x):  # ! 'x' is not a number yet
        grow.square(i)
    size = math.sqrt(x)  # ! 'x' is not a number yet
    if int(x):  # ! 'x' is not a number yet
        return round(x)  # ! 'x' cannot be calculated with
    return None
    # Not reached by anybody, so nothing is said:
    return x is None


@task(grows=Squares)
def containers(grow: Squares, n: int) -> Any:
    x = grow.square(n)
    seen = {x}  # ! 'x' cannot be hashed
    by_square = {grow.square(i): i for i in range(n)}  # ! 'grow.square(i)' cannot be hashed
    found = 3 in grow.later(n)  # ! 'grow.later(n)' cannot be searched
    return found or x in (1, 2, 3)  # ! 'x' cannot be compared


@task(grows=Squares)
async def awaited(grow: Squares, n: int) -> Any:
    x = grow.later(n)
    return await x  # ! 'x' cannot be awaited


@task(grows=Squares)
def parts(grow: Squares, n: int) -> Any:
    found: Any = grow.pair(n)
    low, _ = found
    found.low = low  # ! 'found' cannot be changed
    return found.middle  # ! 'found' has no field 'middle'


@task(grows=Squares)
def helped(grow: Squares, n: int) -> Any:
    def enough(found: int) -> bool:
        return found is None or found > 3

    def small() -> bool:
        return x < 3  # ! 'x' cannot be compared

    x = grow.square(n)
    return enough(n) and small()


@task(grows=Anything)
def wild(grow: Anything, n: int) -> Any:
    made = grow.create(square, n)
    if made.out > 3:  # ! 'made.out' cannot be compared
        return made.out
    return max(made.out, 3)  # ! 'made.out' cannot be compared


@task(grows=lambda: Again)
def again(grow: Again, n: int) -> Any:
    found = grow.again(n - 1)
    return 0 if found is None else found  # ! 'found' cannot be compared with `is None`


class Again(Grow):
    again = may(again)


_ = (Pair, Parts)
