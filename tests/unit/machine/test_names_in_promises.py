"""Promises about nobody: unknown names are refused, and what can never be is worth a warning."""

from __future__ import annotations

import pytest

from foretell.graph.model import Node
from foretell.promises.language import AnyKept, Count, Each, Edges, NotKept, Promise
from foretell.promises.reaching import Reach
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    BornAfter,
    IdIs,
    InScope,
    MadeBy,
    NotSo,
    Selector,
    TagIs,
    TaskIs,
    Under,
)
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many
from foretell_runtime.machine import events as ev
from tests.unit.machine.test_each import Run, stands

GROW = Many(Leaf("a", "a"))

UNKNOWN: dict[str, Promise] = {
    "there is no task 'aa'; did you mean 'a'": Count(TaskIs("aa")),
    "there is no node 'zz', and none can come; did you mean 'z'": Edges(target=IdIs("zz")),
    "there is no node 'h', and none can come": Each(Under("h"), out=ANY, max=1),
    "there is no node 'late'": AnyKept((Count(ANY), NotKept(Count(BornAfter("late"))))),
    "there is no task 'nobody'": Edges(by=TaskIs("nobody")),
}


@pytest.mark.parametrize("why", UNKNOWN)
def test_an_unknown_name_is_refused_and_the_nearest_one_offered(why: str) -> None:
    run = Run(GROW)
    (refused,) = run.change(promises=[UNKNOWN[why]]).facts
    assert isinstance(refused, ev.Refused)
    assert why in refused.why
    assert not run.state.judge.promises


@pytest.mark.parametrize("of", [IdIs("g.a1"), Under("g.a1"), IdIs("x*"), BornAfter("g.deep.er")])
def test_a_name_that_may_still_come_is_none_that_is_unknown(of: Selector) -> None:
    run = Run(GROW)
    assert stands(run.change(promises=[Count(of, max=5)]))


def warned(*promises: Promise, grows: object = GROW) -> list[str]:
    run = Run(grows, *promises, beside=[Node("t", "a", tags=("heavy",))])  # type: ignore[arg-type]
    return Reach(run.state.judge).warnings()


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        (Count(TaskIs("b"), max=1), "of task 'b'"),
        (Count(IdIs("y*"), max=1), "called 'y*'"),
        (Each(ANY, out=IdIs("zz"), max=1), "called 'zz'; did you mean 'z'"),
        (Count(InScope("nowhere"), max=1), "what it speaks of at .of"),
        (Count(AllOf((TaskIs("a"), MadeBy(IdIs("z")))), max=1), "what it speaks of at .of.of[1]"),
    ],
)
def test_what_no_node_can_ever_be_is_a_warning(promise: Promise, why: str) -> None:
    (warning,) = warned(promise)
    assert warning.startswith("promise vow 0: ") and why in warning


def test_a_tag_may_still_come_while_anybody_grows() -> None:
    assert not warned(Count(TagIs("haevy"), max=1))
    (warning,) = warned(Count(TagIs("haevy"), max=1), grows=NOTHING)
    assert "tagged 'haevy'; did you mean 'heavy'" in warning


@pytest.mark.parametrize(
    "promise",
    [
        Count(NEW, max=0),
        Count(AllOf((NEW, NotSo(TaskIs("a")))), max=0),
        Count(TaskIs("a"), max=3),
        Count(IdIs("g.*"), max=3),
        Count(MadeBy(TaskIs("g")), max=3),
        Count(BornAfter("g"), max=3),
    ],
)
def test_what_may_come_and_what_is_only_new_is_none(promise: Promise) -> None:
    assert not warned(promise)


def test_open_growth_may_bring_any_task() -> None:
    assert not warned(Count(TaskIs("b"), max=1), grows=ANYTHING)
