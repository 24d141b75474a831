from __future__ import annotations

from typing import Any

import pytest

from foretell import (
    AllOf,
    AnyOf,
    Count,
    Every,
    ExactlyOne,
    NoNewEdges,
    NoNewNodes,
    Not,
    OnlyEdges,
    OnlyNodes,
    Vow,
    WiringError,
    promise,
    task,
    workflow,
)
from foretell.promises import language
from foretell.promises import selectors as sel
from foretell.promises.selectors import (
    NEW,
    IdIs,
    InScope,
    NotSo,
    TagIs,
    TaskIs,
)
from tests.unit.author.samples import later, pair, plan, square, total, wild


@task(tags=["heavy"])
def train(n: int) -> int:
    return n


@workflow
def vowing(seed: int) -> int:
    promise(NoNewNodes(), NoNewEdges())
    numbers = plan(seed)
    done = total(numbers)
    promise(NoNewEdges(start=numbers), NoNewEdges(end=done), NoNewEdges(start=square, end=done))
    promise(OnlyNodes(square), OnlyNodes(square, later), OnlyEdges((numbers, done), (square, done)))
    promise(Count(square, at_most=5), Count("heavy", exactly=1), Count(done, at_least=1))
    low, high = pair(train(1))
    promise(Count(low, exactly=1), Count(square.node(high), exactly=1))
    return done


def test_vows_compile_to_the_promise_language() -> None:
    promises = vowing.compile().promises
    numbers, done = IdIs("numbers"), IdIs("done")
    assert [p.promise for p in promises] == [
        language.Count(NEW, max=0),
        language.Edges(new=True, max=0),
        language.Edges(source=numbers, new=True, max=0),
        language.Edges(target=done, new=True, max=0),
        language.Edges(source=TaskIs("square"), target=done, new=True, max=0),
        language.Count(sel.AllOf((NEW, NotSo(TaskIs("square")))), max=0),
        language.Count(
            sel.AllOf((NEW, NotSo(sel.AnyOf((TaskIs("square"), TaskIs("later")))))), max=0
        ),
        language.Edges(
            new=True,
            besides=(language.Pair(numbers, done), language.Pair(TaskIs("square"), done)),
            max=0,
        ),
        language.Count(TaskIs("square"), 0, 5),
        language.Count(TagIs("heavy"), 1, 1),
        language.Count(done, 1, None),
        language.Count(IdIs("pair"), 1, 1),
        language.Count(IdIs("square"), 1, 1),
    ]


def test_vows_are_told_as_they_were_written() -> None:
    promises = vowing.compile().promises
    assert [p.says for p in promises[:8]] == [
        "NoNewNodes()",
        "NoNewEdges()",
        "NoNewEdges(start=numbers)",
        "NoNewEdges(end=done)",
        "NoNewEdges(start=square, end=done)",
        "OnlyNodes(square)",
        "OnlyNodes(square, later)",
        "OnlyEdges((numbers, done), (square, done))",
    ]
    assert promises[9].says == "Count('heavy', exactly=1)"
    line = vowing.fn.__code__.co_firstlineno + 2
    assert promises[0].where == f"tests/unit/author/test_vows.py:{line}"
    assert {p.by for p in promises} == {"vowing"}


def test_a_task_that_is_only_promised_about_is_known_to_the_graph() -> None:
    assert "later" in vowing.compile().tasks


@workflow
def joined(seed: int) -> int:
    numbers = plan(seed)
    done = total(numbers)
    promise(Every(square, into=done, exactly=1), Every(done, out_of=square, at_most=9))
    promise(AnyOf(Count(square, at_most=2), NoNewEdges(end=done)))
    promise(
        ExactlyOne(Count("heavy", at_least=1), Not(AllOf(Count(done, exactly=1), NoNewNodes())))
    )
    train(1)
    return done


def test_vows_about_every_node_and_about_other_vows_compile_too() -> None:
    promises = joined.compile().promises
    done, some = IdIs("done"), TaskIs("square")
    assert [p.promise for p in promises] == [
        language.Each(some, out=done, min=1, max=1),
        language.Each(done, into=some, max=9),
        language.AnyKept(
            (language.Count(some, max=2), language.Edges(target=done, new=True, max=0))
        ),
        language.OneKept(
            (
                language.Count(TagIs("heavy"), min=1),
                language.NotKept(
                    language.AllKept((language.Count(done, 1, 1), language.Count(NEW, max=0)))
                ),
            )
        ),
    ]
    assert [p.says for p in promises] == [
        "Every(square, into=done, exactly=1)",
        "Every(done, out_of=square, at_most=9)",
        "AnyOf(Count(square, at_most=2), NoNewEdges(end=done))",
        "ExactlyOne(Count('heavy', at_least=1), Not(AllOf(Count(done, exactly=1), NoNewNodes())))",
    ]


@workflow
def inner_of_joined(n: int) -> int:
    done = square(n)
    promise(Not(Count(square, at_least=9)), Every(square, into=done, at_most=3))
    return done


@workflow
def around_joined(n: int) -> int:
    return inner_of_joined(n)


def test_vows_within_vows_speak_of_their_own_use_of_the_workflow() -> None:
    promises = around_joined.compile().promises
    mine = sel.AllOf((InScope("inner_of_joined"), TaskIs("square")))
    assert [p.promise for p in promises] == [
        language.NotKept(language.Count(mine, 9)),
        language.Each(mine, out=IdIs("inner_of_joined.done"), max=3),
    ]


def test_vows_that_make_no_sense_are_refused_where_they_stand() -> None:
    with pytest.raises(WiringError, match=r"test_vows\.py:\d+: Every: say where the edges go"):
        Every(square, at_most=1)
    with pytest.raises(WiringError, match="Every: say where the edges go"):
        Every(square, into=later, out_of=later, at_most=1)
    with pytest.raises(WiringError, match="Every: say at_least=, at_most= or exactly="):
        Every(square, into=later)
    with pytest.raises(WiringError, match="Every: at_most must be a whole number"):
        Every(square, into=later, at_most=-1)
    with pytest.raises(WiringError, match=r"Every speaks of a task.*, not of 3"):
        Every(square, into=3, at_most=1)
    with pytest.raises(WiringError, match=r"AnyOf\(\) of no vows says nothing"):
        AnyOf()
    with pytest.raises(WiringError, match="ExactlyOne takes vows, not <task"):
        ExactlyOne(square)  # type: ignore[arg-type]


@workflow
def far_too_deep(n: int) -> int:
    vow: Vow = NoNewNodes()
    for _ in range(60):
        vow = Not(vow)
    promise(vow)
    return square(n)


def test_vows_within_vows_have_an_end() -> None:
    with pytest.raises(WiringError, match="nested more than 50 levels deep"):
        far_too_deep.compile()


@workflow
def inner(n: int) -> int:
    promise(NoNewNodes(), NoNewEdges(), Count(square, at_most=1), OnlyNodes(square))
    return square(n)


@workflow
def around(n: int) -> int:
    return inner(inner(n))


def test_a_vow_speaks_of_its_own_use_of_the_workflow() -> None:
    promises = around.compile().promises
    here, there = InScope("inner"), InScope("inner_2")
    assert [p.promise for p in promises[:4]] == [
        language.Count(sel.AllOf((here, NEW)), max=0),
        language.Edges(source=here, target=here, new=True, max=0),
        language.Count(sel.AllOf((here, TaskIs("square"))), 0, 1),
        language.Count(sel.AllOf((NEW, NotSo(TaskIs("square")), here)), max=0),
    ]
    assert promises[4].promise == language.Count(sel.AllOf((there, NEW)), max=0)


@workflow
def about_input(n: int) -> int:
    promise(NoNewEdges(start=n))
    return square(n)


@workflow
def about_tag(n: int) -> int:
    promise(Count("haevy", at_most=1))
    return train(n)


@workflow
def about_future_tag(n: int) -> int:
    promise(Count("haevy", at_most=1))
    return wild(n)


@workflow
def about_workflow(n: int) -> int:
    promise(Count(inner, at_most=1))
    return square(n)


@workflow
def about_number() -> int:
    promise(Count(3, at_most=1))
    return square(1)


@workflow
def not_a_vow() -> int:
    promise("nothing new")  # type: ignore[arg-type]
    return square(1)


MISTAKES = {
    about_input: r"NoNewEdges.start=n.: 'n' is an input of the workflow, not a node",
    about_tag: r"no node or task has the tag 'haevy'; did you mean 'heavy'",
    about_workflow: r"'inner' is a workflow; name its result or its tasks",
    about_number: r"Count speaks of a task, a result, a node or a tag, not of 3",
    not_a_vow: r"takes vows, not 'nothing new'",
}


@pytest.mark.parametrize("flow", MISTAKES, ids=lambda flow: flow.__name__)
def test_what_a_vow_speaks_of_is_checked(flow: Any) -> None:
    with pytest.raises(WiringError, match=MISTAKES[flow]) as caught:
        flow.compile()
    assert "test_vows.py:" in str(caught.value)


def test_a_tag_may_still_come_where_anything_may() -> None:
    assert about_future_tag.compile().promises[0].promise == language.Count(TagIs("haevy"), 0, 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Count(square), "say at_least=, at_most= or exactly="),
        (lambda: Count(square, exactly=1, at_most=2), "exactly= says it all"),
        (lambda: Count(square, at_least=3, at_most=2), "at_most=2 is less than at_least=3"),
        (lambda: Count(square, at_most=-1), "whole number from 0"),
        (lambda: Count(square, at_most=1.5), "whole number from 0"),  # type: ignore[arg-type]
        (lambda: OnlyNodes(), "write NoNewNodes"),
        (lambda: OnlyEdges(), "write NoNewEdges"),
        (lambda: OnlyEdges(square, later), "takes pairs"),  # type: ignore[arg-type]
    ],
)
def test_vows_without_sense_are_refused_where_they_are_written(make: Any, words: str) -> None:
    with pytest.raises(WiringError, match=words) as caught:
        make()
    assert "test_vows.py:" in str(caught.value)


def test_a_vow_nobody_knows_cannot_be_promised() -> None:
    class Mine(Vow):
        """A vow of nobody's."""

    @workflow
    def flow() -> int:
        promise(Mine())
        return 1

    with pytest.raises(WiringError, match=r"Mine\(\) is not a vow that can be promised"):
        flow.compile()


def test_zero_bounds_are_kept() -> None:
    assert Count(square, at_most=0).says() == "Count(square, at_most=0)"
