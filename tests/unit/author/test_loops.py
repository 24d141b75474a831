"""Loops in a workflow's body, and the words by which a running task goes round."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from foretell import (
    AskedAgain,
    Grow,
    Rounds,
    again,
    back,
    iteration,
    many,
    promise,
    rehearse,
    task,
    workflow,
)
from foretell.author.rounds import Again, asked_in
from foretell.errors import PromiseBroken, WiringError
from foretell.graph.model import Edge
from foretell.promises.language import Rearm
from tests.engine import Engine


@task
def write(topic: str, remark: str = "") -> str:
    return f"{topic} {remark or 'at first'}"


@task
def review(text: str, rounds: int) -> str:
    if iteration() <= rounds:
        again(f"time {iteration()}")
    return text


@workflow
def essay(topic: str, rounds: int) -> str:
    draft = write(topic)
    verdict = review(draft, rounds)
    back(verdict, to=draft, into="remark", at_most=3)
    return verdict


def test_a_loop_is_an_edge_and_its_bound_a_promise() -> None:
    graph = essay.compile()
    assert graph.edges[-1] == Edge("verdict", "draft", "loop", "", "/remark")
    (vowed,) = graph.promises
    assert vowed.promise == Rearm("draft", 3)
    assert vowed.says == "Rounds(draft, at_most=3)"
    assert vowed.where.startswith("tests/unit/author/test_loops.py:")


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_what_goes_along_is_there_in_the_next_round(rounds: int) -> None:
    engine = Engine(essay, topic="tea", rounds=rounds)
    assert engine.run() == f"tea {f'time {rounds}' if rounds else 'at first'}"
    assert len([f for f in engine.facts if f.kind == "re-armed"]) == rounds


def test_one_round_too_many_breaks_the_promise() -> None:
    with pytest.raises(PromiseBroken, match="come round to 'draft' 3 times at most"):
        Engine(essay, topic="tea", rounds=4).run()


@dataclass
class Place:
    x: int
    y: int


@task
async def walk(at: Place) -> Place:
    if at.x < 3:
        again(Place(at.x + 1, at.y))
    return at


@workflow
def walking() -> Place:
    at = walk(Place(0, 5))
    back(at, to=at, into="at")
    return at


def test_a_node_goes_round_to_itself_and_values_keep_their_type() -> None:
    assert [e.kind for e in walking.compile().edges] == ["loop"]

    engine = Engine(walking)
    assert engine.run() == {"x": 3, "y": 5}


@task
def inner(n: int) -> int:
    if n < 3:
        again(n + 1, to="part.first")
    return n


@task
def outer(n: int) -> int:
    if iteration() < 3:
        again(iteration(), to="begun")
    return n


@task
def same(n: int) -> int:
    return n


@workflow
def part(n: int) -> int:
    first = same(n)
    second = inner(first)
    back(second, to=first, into="n", at_most=3)
    return second


@workflow
def nested() -> int:
    begun = same(0)
    within = part(begun)
    ended = outer(within)
    back(ended, to=begun, into="n", at_most=2)
    return ended


def test_loops_within_loops_count_their_rounds_anew() -> None:
    engine = Engine(nested)
    assert engine.run() == 3
    assert [f.node for f in engine.facts if f.kind == "re-armed"] == [
        "part.first", "part.first", "part.first", "begun", "part.first", "part.first", "begun",
        "part.first",
    ]  # fmt: skip


class Its(Grow):
    same = many(same)


@task(grows=Its)
def narrow(grow: Its, n: int) -> int:
    grow.promise(Rounds("first", at_most=1))
    if iteration() < 3:
        again(n)
    return n


@workflow
def tightened() -> int:
    first = same(0)
    second = narrow(first)
    back(second, to=first, into="n", at_most=9)
    return second


def test_a_running_task_bounds_the_rounds_further() -> None:
    with pytest.raises(PromiseBroken, match="come round to 'first' once at most"):
        Engine(tightened).run()


def test_a_bound_may_be_promised_apart_from_its_loop() -> None:
    @workflow
    def apart(n: int) -> int:
        first = same.node(n)
        back(first, to=first)
        promise(Rounds(first, at_most=2))
        return first.out

    assert [v.promise for v in apart.compile().promises] == [Rearm("first", 2)]


def test_a_plain_workflow_has_no_loops() -> None:
    assert essay("tea", 0) == "tea at first"


def test_a_plain_call_tells_what_it_would_have_sent() -> None:
    with pytest.raises(AskedAgain, match="a plain call goes round nowhere") as asked:
        review("text", 1)
    assert asked.value.value == "time 1"
    with pytest.raises(AskedAgain):
        narrow.fn(rehearse(Its), 3)
    assert iteration() == 1


def test_no_except_exception_stands_in_the_way() -> None:
    assert not issubclass(Again, Exception)


def test_what_is_asked_for_within_a_group_of_tasks_is_found() -> None:
    async def asking() -> None:
        raise Again("a", 1)

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asking())

    with pytest.raises(BaseExceptionGroup) as raised:
        asyncio.run(group())
    found = asked_in(raised.value)
    assert found is not None
    assert (found.target, found.value) == ("a", 1)
    both = BaseExceptionGroup("two", [Again("a", 1), ValueError()])
    assert asked_in(both) is None


def test_the_body_of_a_running_task_says_no_loops() -> None:
    outside: Any = 1
    with pytest.raises(WiringError, match="stands in a workflow's body"):
        back(outside, to=outside)
