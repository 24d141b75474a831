"""What is read in the bodies of growing tasks, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from foretell import Anything, Grow, Shape, each, free, many, may, one, one_of, seq, task
from foretell.bodies.advice import Body, look_at


@task
def square(n: int) -> int:
    return n * n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


class Some(Grow):
    square = many(square)


class Pair(Grow):
    square = many(square, at_most=2)
    total = may(total)


class Either(Grow):
    square = may(square)
    total = may(total)
    shape: Shape = one_of(square, total)


class Ordered(Grow):
    square = many(square)
    total = one(total)
    shape: Shape = seq(square, total)


class Groups(Grow):
    square = many(square)
    total = many(total)
    shape: Shape = many(seq(square, total), at_most=3)


class Freely(Grow):
    square = many(square)
    total = many(total)
    shape: Shape = free(square, total)


def seen(body: Body | None) -> dict[str, str]:
    assert body is not None
    return {right: str(amount) for right, amount in body.grows.items()}


@task(grows=Some)
def loops(grow: Some, n: int) -> list[int]:
    return [grow.square(i) for i in range(n)]


@task(grows=Some)
def counted(grow: Some) -> None:
    for i in range(3):
        grow.square(i)
    grow.square.map(n=each([7, 8]))


def test_loops_of_known_length_are_counted_and_others_have_no_bound() -> None:
    assert seen(look_at(loops)) == {"square": "0..∞"}
    assert seen(look_at(counted)) == {"square": "5"}


@task(grows=Some)
def branches(grow: Some, n: int) -> int:
    if n > 3:
        grow.square(n)
        return grow.square.options(id="x").after(n)(n)
    if n < 0:
        grow.square(n)
        raise ValueError(n)
    return n and grow.square(n)


def test_branches_are_kept_apart_and_what_raises_does_not_count() -> None:
    assert seen(look_at(branches)) == {"square": "0..2"}
    body = look_at(branches)
    assert body is not None
    assert body.advice == "class Some(Grow): square = many(square, at_most=2)"


@task(grows=Pair)
def too_many(grow: Pair, n: int) -> None:
    grow.total([grow.square(1), grow.square(2)])
    grow.square(n)


def test_growth_that_no_way_through_the_body_can_keep_is_told() -> None:
    body = look_at(too_many)
    assert body is not None
    assert body.warnings[0] == (
        "whatever it does, it grows square 3, where Pair.square = many(square, 0..2)"
    )
    assert "test_advice.py:" in body.warnings[1]
    assert "allows no edge square -> total; shape = seq(square, total) would" in body.warnings[1]


@task(grows=Either)
def both(grow: Either, n: int) -> None:
    grow.square(n)
    grow.total([n])


@task(grows=Either)
def one_each(grow: Either, n: int) -> None:
    if n:
        grow.square(n)
    else:
        grow.total([n])


def test_ways_that_exclude_each_other_are_seen() -> None:
    body = look_at(both)
    assert body is not None
    assert body.warnings == [
        "whatever it does, it grows square 1, total 1, which the shape of Either never allows"
    ]
    body = look_at(one_each)
    assert body is not None
    assert not body.warnings


@task(grows=Ordered)
def forgets(grow: Ordered, n: int) -> None:
    grow.square(n)


@task(grows=Ordered)
def in_order(grow: Ordered, n: int) -> int:
    found = []
    for i in range(n):
        found.append(grow.square(i))
    return grow.total(found)


def test_what_must_come_and_is_never_grown_is_told() -> None:
    body = look_at(forgets)
    assert body is not None
    assert body.warnings == ["whatever it does, it grows total 0, where Ordered.total = one(total)"]
    body = look_at(in_order)
    assert body is not None
    assert (body.warnings, body.advice) == ([], "")


@task(grows=Pair)
def idle(grow: Pair, n: int) -> int:
    return grow.square(n)


def test_rights_that_are_never_used_are_told() -> None:
    body = look_at(idle)
    assert body is not None
    assert body.warnings == ["it never uses the right Pair.total; leave it out"]


def helper(rights: Some, n: int) -> None:
    if n:
        rights.square(n)


@task(grows=Some)
def helped(grow: Some, n: int) -> None:
    helper(grow, n)
    helper(grow, 2)


def test_helpers_of_the_same_module_are_followed() -> None:
    body = look_at(helped)
    assert body is not None
    assert body.unseen == []
    assert seen(body) == {"square": "0..2"}


@task(grows=Pair)
def hides(grow: Pair, n: int) -> None:
    table = {"a": grow.square}
    grow.total([])
    print(grow, table)


def test_what_cannot_be_seen_is_said_with_its_place_and_nothing_is_advised() -> None:
    body = look_at(hides)
    assert body is not None
    assert [words.split(" (")[0] for words in body.unseen] == [
        "grow.square is handed on",
        "grow is handed on",
    ]
    assert all("test_advice.py:" in words for words in body.unseen)
    assert seen(body) == {"square": "0..∞", "total": "1..∞"}
    assert (body.warnings, body.advice) == ([], "")


@task(grows=Groups)
def groups(grow: Groups, n: int) -> None:
    for i in range(2):
        grow.total([grow.square(i)])


def test_of_what_groups_count_no_bounds_are_advised() -> None:
    body = look_at(groups)
    assert body is not None
    assert (body.warnings, body.advice) == ([], "")


@task(grows=Freely)
async def freely(grow: Freely, n: int) -> int:
    add = grow.square
    numbers = [add(i) for i in range(n)]
    with Path("x").open():
        try:
            numbers.append(add(n))
        finally:
            found = grow.total(numbers)
    match n:
        case 1:
            grow.promise()
        case _:
            grow.total([found])
    return found


def test_free_rights_may_be_wired_as_one_likes() -> None:
    body = look_at(freely)
    assert body is not None
    assert body.unseen == []
    assert seen(body) == {"square": "1..∞", "total": "1..2"}
    assert body.warnings == []
    assert body.advice == (
        "class Freely(Grow): square = many(square, at_least=1); "
        "total = many(total, at_least=1, at_most=2)  # the rest as it is"
    )


@task(grows=Anything)
def wild(grow: Anything, n: int) -> None:
    made = grow.create(square, n)
    if n:
        grow.create(total, [made.out])


@task(grows=Anything)
def wilder(grow: Anything, n: int) -> None:
    made = grow.create(square, n)
    grow.connect(made, grow.existing("x"))


def test_instead_of_anything_the_growth_that_was_seen_is_advised() -> None:
    body = look_at(wild)
    assert body is not None
    assert body.advice == (
        "class WildGrows(Grow): square = one(square); total = may(total); "
        "shape = free(square, total)  # instead of Anything"
    )
    body = look_at(wilder)
    assert body is not None
    assert body.advice == ""


@task(grows=Anything)
def attached(grow: Anything, n: int) -> None:
    grow.create(square, grow.existing("base").out)


@task(grows=Anything)
def by_variable(grow: Anything, n: int) -> None:
    for step in (square, square):
        grow.create(step, n)


@task(grows=Anything)
def again(grow: Anything, n: int) -> None:
    if n:
        grow.create(again, n - 1)


class OneAfterTheOther(Grow):
    square = many(square)
    total = many(total)
    shape: Shape = seq(square, total)


@task(grows=OneAfterTheOther)
def once_each(grow: OneAfterTheOther, n: int) -> int:
    return grow.total([grow.square(n)])


def test_advice_that_leaves_out_the_shape_says_that_it_stays() -> None:
    body = look_at(once_each)
    assert body is not None
    assert body.advice == (
        "class OneAfterTheOther(Grow): square = one(square); total = one(total)"
        "  # the rest as it is"
    )


def test_no_growth_is_advised_that_could_not_be_written_or_would_not_do() -> None:
    advised = [look_at(one) for one in (attached, by_variable)]
    assert [body.advice for body in advised if body] == ["", ""]


def test_a_task_that_grows_itself_is_advised_to_name_its_growth_late() -> None:
    body = look_at(again)
    assert body is not None
    assert body.advice == (
        "class AgainGrows(Grow): again = may(again)  # instead of Anything, "
        "with grows=lambda: AgainGrows"
    )


class One(Grow):
    square = may(square)


@task(grows=One)
def lazy(grow: One, n: int) -> int:
    return next(grow.square(k) for k in (1, 2, 3))


@task(grows=Some)
def eager(grow: Some, n: int) -> list[int]:
    return list(grow.square(k) for k in (1, 2, 3))  # noqa: C400


def in_turn(grow: One) -> Iterator[int]:
    yield grow.square(1)
    yield grow.square(2)


@task(grows=One)
def first_of(grow: One, n: int) -> int:
    return next(in_turn(grow))


def test_what_a_generator_would_grow_is_grown_only_as_far_as_it_is_asked() -> None:
    for growing in (lazy, first_of):
        body = look_at(growing)
        assert body is not None
        assert seen(body) == {"square": "0..∞"}
        assert body.warnings == []
    assert seen(look_at(eager)) == {"square": "3"}


@task(grows=Some)
def paged(grow: Some, n: int) -> list[int]:
    pages: list[int] = []
    for _ in range(n):
        pages.append(grow.square(len(pages)))
    return pages


@task(grows=Some)
def last_again(grow: Some, n: int) -> list[int]:
    pages = [grow.square(k) for k in range(n)]
    return [grow.square(pages[-1])]


def test_asking_how_many_results_there_are_makes_no_edge_and_using_one_does() -> None:
    body = look_at(paged)
    assert body is not None
    assert body.warnings == []
    body = look_at(last_again)
    assert body is not None
    assert len(body.warnings) == 1
    assert "square takes what square gives" in body.warnings[0]


def test_tasks_that_grow_nothing_are_not_looked_at() -> None:
    assert look_at(square) is None
