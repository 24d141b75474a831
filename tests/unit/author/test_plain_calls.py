from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

from foretell import (
    Grow,
    NoNewNodes,
    PromiseBroken,
    WiringError,
    each,
    many,
    one,
    promise,
    rehearse,
    task,
    workflow,
)
from tests.unit.author.samples import Squares, later, plan, square, total


@workflow
def sum_of_squares(seed: int) -> int:
    promise(NoNewNodes())
    return total(plan(seed))


def test_everything_called_in_ordinary_python_is_ordinary() -> None:
    assert square(3) == 9
    assert square.fn(3) == 9
    assert later(3) == 4
    assert square.map(each([1, 2, 3])) == [1, 4, 9]
    assert square.node(4).out == 16
    assert square.options(retries=3, id="x").after("whatever")(5) == 25
    assert sum_of_squares(3) == 5


def test_a_rehearsed_growth_keeps_its_bounds() -> None:
    grow = rehearse(Squares)
    assert grow.square(3) == 9
    assert grow.square.left == 2
    assert grow.square.map(each([1, 2])) == [1, 4]
    assert not grow.square.would(1)
    with pytest.raises(PromiseBroken, match=r"allows at most 3 nodes; 3 are there"):
        grow.square(1)
    with pytest.raises(PromiseBroken, match="at most 3"):
        plan(4)


class Needy(Grow):
    needed = one(square)


@task(grows=Needy)
def forgetful(grow: Needy, n: int) -> int:
    return n


def test_a_task_that_grows_too_little_is_told() -> None:
    with pytest.raises(PromiseBroken, match=r"Needy.needed = one.square. asks for at least 1 node"):
        forgetful(1)


def test_an_async_task_inside_a_loop_names_the_way_out() -> None:
    async def caller() -> int:
        assert await later.fn(1) == 2
        return later(1)

    with pytest.raises(WiringError, match=r"write `await later.fn\(\.\.\.\)`"):
        asyncio.run(caller())


class Fetches(Grow):
    later = many(later, at_most=2)


@task(grows=Fetches)
async def gather(grow: Fetches, n: int) -> list[int]:
    await asyncio.sleep(0)
    return [grow.later(i) for i in range(n)]


@workflow
def gathered(n: int) -> list[int]:
    return gather(later(n))


def test_async_growing_tasks_may_use_rights_to_async_tasks() -> None:
    assert gather(2) == [1, 2]
    assert gathered(1) == [1, 2]
    with pytest.raises(PromiseBroken, match="at most 2"):
        gather(3)


def test_inside_a_loop_workflows_run_and_growing_tasks_name_the_way_out() -> None:
    async def caller() -> list[int]:
        assert gathered(1) == [1, 2]
        with pytest.raises(
            WiringError, match=r"write `await gather.fn\(rehearse\(Fetches\), \.\.\.\)`"
        ):
            gather(2)
        return await gather.fn(rehearse(Fetches), 2)

    assert asyncio.run(caller()) == [1, 2]


@task
async def careless(n: int) -> int:
    return later(n)


@workflow
def carelessly(n: int) -> int:
    return careless(n)


def test_a_task_called_by_a_plain_workflow_is_held_to_what_holds_in_a_run() -> None:
    with pytest.raises(WiringError, match=r"'later' is async and an event loop is running"):
        carelessly(1)


@task
def promising(n: int) -> int:
    promise(NoNewNodes())
    return n


@workflow
def promised(n: int) -> int:
    return promising(n)


def test_a_task_may_not_speak_as_the_workflow_that_calls_it_plainly() -> None:
    with pytest.raises(WiringError, match=r"promise\(\) stands in a workflow's body"):
        promised(1)


def test_a_task_keeps_what_functions_have() -> None:
    assert square.__name__ == "square"
    assert square.__doc__ is None
    assert square.__module__.endswith("samples")
    assert pickle.loads(pickle.dumps(square)) is square


class Methods:
    @staticmethod
    @task
    def static(n: int) -> int:
        return n


def test_static_methods_are_functions() -> None:
    assert Methods.static(3) == 3


def _method(self: Any, n: int) -> int:
    return n


_method.__qualname__ = "Methods.method"


def _variadic(*args: int) -> int:
    return 1


def _keywords(**kwargs: int) -> int:
    return 1


def _positional(n: int, /) -> int:
    return n


def _yielding(n: int) -> Any:
    yield n


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_method, "'Methods.method' is a method"),
        (_variadic, "takes .args"),
        (_keywords, "takes .args"),
        (_positional, "leave out the `/`"),
        (_yielding, "yields; let it return a list"),
        (square, "'square' is decorated twice"),
        (len, "decorates a function"),
        (3, "decorates a function"),
    ],
)
def test_what_cannot_be_a_task_is_refused_at_decoration(function: Any, words: str) -> None:
    with pytest.raises(WiringError, match=words):
        task(function)


ran: list[str] = []


@task
def undo(what: str) -> str:
    ran.append(what)
    return what


@workflow
def undone_only_after_a_failure(n: int) -> int:
    first = square(n)
    undo.after(first, on="fail")("square")
    return later.after(first, on="any")(n)


def test_what_waits_for_a_failure_does_not_run_in_a_plain_call() -> None:
    assert undone_only_after_a_failure(3) == 4
    assert ran == []
