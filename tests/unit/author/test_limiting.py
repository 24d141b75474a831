from __future__ import annotations

from typing import Any

import pytest

from foretell import WiringError, limit, rehearse, task, workflow
from foretell.promises.limits import Limit
from foretell.promises.selectors import AllOf, IdIs, InScope, TagIs, TaskIs
from tests.unit.author.samples import Squares, plan, square, total
from tests.unit.author.test_growth import Orchestrator, grow_of


@task(tags=["heavy"])
def train(n: int) -> int:
    return n


@workflow
def part(n: int) -> int:
    limit(square, running=1)
    return square(n)


@workflow
def limiting(seed: int) -> int:
    numbers = plan(seed)
    limit(square, running=2)
    limit("heavy", running=1)
    limit(numbers, running=4)
    first = part(train(seed))
    limit(first, running=3)
    return total(numbers)


def test_limits_compile_to_data() -> None:
    graph = limiting.compile()
    assert [(x.of, x.running, x.says, x.by) for x in graph.limits] == [
        (TaskIs("square"), 2, "limit(square, running=2)", "limiting"),
        (TagIs("heavy"), 1, "limit('heavy', running=1)", "limiting"),
        (IdIs("numbers"), 4, "limit(numbers, running=4)", "limiting"),
        (AllOf((InScope("part"), TaskIs("square"))), 1, "limit(square, running=1)", "part"),
        (IdIs("part.square"), 3, "limit(part.square, running=3)", "limiting"),
    ]
    assert graph.limits[0].where.startswith("tests/unit/author/test_limiting.py:")
    assert graph.as_change().limits == graph.limits


def test_a_task_that_is_only_limited_is_known_to_the_graph() -> None:
    @workflow
    def flow(n: int) -> int:
        limit(train, running=1)
        return square(n)

    assert "train" in flow.compile().tasks


@pytest.mark.parametrize(
    ("what", "running", "words"),
    [
        (square, 0, "limit: running must be a whole number from 1, not 0; with 0 nothing could"),
        (square, -1, "limit: running must be a whole number from 1, not -1"),
        (square, 1.5, "limit: running must be a whole number from 1, not 1.5"),
        (square, True, "limit: running must be a whole number from 1, not True"),
        (7, 1, "limit speaks of a task, a result, a node or a tag, not of 7"),
        ("haevy", 1, "limit('haevy', running=1): no node or task has the tag 'haevy'"),
        (part, 1, "'part' is a workflow; name its result or its tasks"),
    ],
)
def test_limits_without_sense_are_refused_where_they_are_written(
    what: Any, running: Any, words: str
) -> None:
    @workflow
    def flow(n: int) -> int:
        limit(what, running=running)
        return train(n)

    with pytest.raises(WiringError) as caught:
        flow.compile()
    assert words in str(caught.value)
    assert "test_limiting.py:" in str(caught.value)


def test_a_limit_stands_in_a_workflow_and_a_plain_call_keeps_none() -> None:
    with pytest.raises(WiringError, match=r"grow\.limit"):
        limit(square, running=1)
    assert part(3) == 9


def test_a_running_task_may_limit() -> None:
    seen = Orchestrator("plan")
    grow_of(plan, seen).limit(square, running=2)
    (change,) = seen.changes
    (found,) = change.limits
    assert change
    assert (found.of, found.running, found.by) == (TaskIs("square"), 2, "plan")
    assert found.where.startswith("test_limiting.py:")
    with pytest.raises(WiringError, match="from 1, not 0"):
        grow_of(plan, seen).limit(square, running=0)
    rehearse(Squares).limit(square, running=1)


def test_a_limit_has_words_also_when_nobody_gave_it_some() -> None:
    assert Limit(TaskIs("t"), 3).words == "limit(running=3)"
