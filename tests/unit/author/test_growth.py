from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from foretell import (
    Anything,
    Count,
    Grow,
    LawBroken,
    NoNewNodes,
    PromiseBroken,
    WiringError,
    each,
    many,
    may,
    one,
    task,
)
from foretell.author.growth import live_growth
from foretell.document.model import Change
from foretell.graph.model import Edge, Hole, Node
from foretell.promises import language
from foretell.promises.selectors import NEW, TaskIs
from foretell.promises.shapes import Shape
from tests.unit.author import others, samples
from tests.unit.author.samples import choose, deep, later, plan, square, total, wild


class Orchestrator:
    """Accepts every change until told otherwise."""

    def __init__(self, node: str = "plan", refuse: Exception | None = None) -> None:
        self.node = node
        self.grows: Shape | None = None
        self.tasks: Mapping[str, str] = {
            "square": "tests.unit.author.samples:square",
            "later": "tests.unit.author.samples:later",
            "deep": "tests.unit.author.samples:deep",
        }
        self.refuse = refuse
        self.changes: list[Change] = []
        self.asked: list[Change] = []

    def propose(self, change: Change, *, attempt: bool = False) -> None:
        self.changes.append(change)
        if self.refuse is not None:
            raise self.refuse

    def would(self, change: Change) -> tuple[bool, str]:
        self.asked.append(change)
        return self.refuse is None, str(self.refuse or "")


def grow_of(task: Any, orchestrator: Orchestrator) -> Any:
    return live_growth(task, orchestrator)


def test_using_a_right_proposes_one_node() -> None:
    seen = Orchestrator()
    grow = grow_of(plan, seen)
    first = grow.square(4)
    assert seen.changes == [
        Change((Node("plan.first", "square", "plan", "square", {"n": 4}),)),
    ]
    assert repr(first) == "<plan.first: known only when the workflow runs>"


def test_results_of_grown_nodes_are_wired_and_ordered() -> None:
    seen = Orchestrator("a.b")
    grow = grow_of(samples.chain, seen)
    x = grow.first(1)
    y = grow.rest.after(x).node(x)
    z = grow.rest.after(y)(2)
    assert repr(z).startswith("<a.b.z:")
    assert [change.edges for change in seen.changes] == [
        (),
        (Edge("a.b.x", "a.b.y", "data", "", "/n"),),
        (Edge("a.b.y", "a.b.z"),),
    ]
    assert {node.scope for change in seen.changes for node in change.nodes} == {"a.b"}


def test_a_map_is_one_change() -> None:
    seen = Orchestrator()
    grow = grow_of(plan, seen)
    refs = grow.square.map(each([5, 6]))
    assert [n.inputs["n"] for n in seen.changes[0].nodes] == [5, 6]
    assert [n.id for n in seen.changes[0].nodes] == ["plan.refs", "plan.refs_2"]
    assert len(refs) == 2 and len(seen.changes) == 1
    assert grow.square.map(each([])) == []
    assert len(seen.changes) == 1


def test_what_a_task_returns_of_its_growth_becomes_holes() -> None:
    seen = Orchestrator()
    result = plan.fn(grow_of(plan, seen), 2)
    assert plan.ports.dump_output(result) == (
        [None, None],
        (Hole("/0", "plan.square"), Hole("/1", "plan.square_2")),
    )


def test_too_many_is_told_to_both_sides() -> None:
    """The run must break, and the task must learn of it at its own line."""
    seen = Orchestrator()
    grow = grow_of(plan, seen)
    for n in range(3):
        grow.square(n)
    seen.refuse = PromiseBroken("no more")
    with pytest.raises(PromiseBroken) as caught:
        grow.square(3)
    assert str(caught.value) == (
        f"test_growth.py:{_line_of(caught)}: Squares.square = many(square, 0..3) allows at most 3 "
        f"nodes; 3 are there and 1 more was asked for. Ask grow.square.left first, or grant more"
    )
    assert len(seen.changes) == 4


def test_bounds_hold_even_if_nobody_else_checks() -> None:
    grow = grow_of(plan, Orchestrator())
    with pytest.raises(PromiseBroken, match="at most 3 nodes; 0 are there and 4 more were asked"):
        grow.square.map(each(range(4)))


def test_a_refused_change_uses_nothing_up() -> None:
    seen = Orchestrator(refuse=LawBroken("a cycle"))
    grow = grow_of(plan, seen)
    with pytest.raises(LawBroken, match="a cycle"):
        grow.square(1)
    assert grow.square.left == 3
    seen.refuse = None
    kept = grow.square(1)
    assert repr(kept).startswith("<plan.kept:")
    assert grow.square.left == 2


def test_asking_adds_nothing() -> None:
    seen = Orchestrator()
    grow = grow_of(plan, seen)
    assert grow.square.would(1)
    assert not seen.changes and len(seen.asked) == 1
    seen.refuse = PromiseBroken("vow")
    answer = grow.square.would(1)
    assert not answer and answer.why == "vow"
    seen.refuse = None
    grow.square.map(each([1, 2, 3]))
    assert "at most 3" in grow.square.would(4).why
    assert grow.square.left == 0
    assert grow_of(samples.chain, seen).rest.left is None


def test_names_are_the_names_in_the_task() -> None:
    seen = Orchestrator("n")
    grow = grow_of(samples.chain, seen)
    step = None
    for i in range(2):
        step = grow.rest(i)
    named = grow.rest.options(id="last", retries=1)(step)
    ids = [change.nodes[0].id for change in seen.changes]
    assert ids == ["n.step", "n.step_2", "n.last"]
    assert named is not step
    assert seen.changes[-1].nodes[0].options == {"retries": 1}


def test_long_lines_of_makers_keep_ids_short() -> None:
    seen = Orchestrator("x" * 500)
    grow_of(deep, seen).deeper(1)
    assert len(seen.changes[0].nodes[0].id) < 40


def test_anything_creates_connects_and_finds() -> None:
    seen = Orchestrator("wild")
    grow = grow_of(wild, seen)
    a = grow.create(square, 2)
    b = grow.create(total, [a, grow.existing("mail").out])
    c = grow.create(total.options(id="mine").after(a), [1])
    grow.connect(b, c)
    first, second, third, fourth = seen.changes
    assert first == Change((Node("wild.a", "square", "wild", None, {"n": 2}),))
    assert second.tasks["total"].entry == "tests.unit.author.samples:total"
    assert {e.source for e in second.edges} == {"wild.a", "mail"}
    assert third.nodes[0].id == "wild.mine" and third.edges == (Edge("wild.a", "wild.mine"),)
    assert third.tasks == {}
    assert fourth == Change(edges=(Edge("wild.b", "wild.mine"),))


def test_a_created_task_brings_all_it_may_grow() -> None:
    seen = Orchestrator("wild")
    seen.tasks = {}
    grow_of(wild, seen).create(plan, 2)
    assert set(seen.changes[0].tasks) == {"plan", "square"}


def test_a_task_that_was_not_let_in_is_introduced_again() -> None:
    seen = Orchestrator("wild", refuse=LawBroken("no"))
    seen.tasks = {}
    grow = grow_of(wild, seen)
    with pytest.raises(LawBroken):
        grow.create(square, 2)
    seen.refuse = None
    grow.create(square, 2)
    grow.create(square, 3)
    refused, taken, known = seen.changes
    assert refused == taken and set(taken.tasks) == {"square"}
    assert known.tasks == {}


def test_tasks_of_one_name_are_told_apart() -> None:
    seen = Orchestrator("wild")
    seen.tasks = {}
    grow = grow_of(wild, seen)
    grow.create(square, 2)
    grow.create(others.square, 2)
    grow.create(square, 3)
    names = [change.nodes[0].task for change in seen.changes]
    assert names == ["square", "tests.unit.author.others.square", "square"]


def test_a_running_task_may_promise() -> None:
    seen = Orchestrator("plan")
    grow = grow_of(plan, seen)
    grow.promise(NoNewNodes(), Count(square, at_most=2))
    first, second = seen.changes[0].promises
    assert first.promise == language.Count(NEW, max=0)
    assert second.promise == language.Count(TaskIs("square"), max=2)
    assert (second.says, second.by) == ("Count(square, at_most=2)", "plan")
    assert second.where.startswith("test_growth.py:")
    seen.refuse = PromiseBroken("no")
    assert not grow.would(NoNewNodes())


def test_wrong_inputs_are_told_at_the_line() -> None:
    with pytest.raises(WiringError, match=r"test_growth.py:\d+: task 'square': input 'n'"):
        grow_of(plan, Orchestrator()).square("x")


def test_a_plain_call_with_an_unknown_value_says_what_to_do() -> None:
    grow = grow_of(plan, Orchestrator())
    made = grow.square(1)
    with pytest.raises(WiringError, match=r"only a right of its growth .`grow.total"):
        total(made)


def test_a_right_belongs_to_a_running_task() -> None:
    with pytest.raises(WiringError, match=r"the right Squares.square is used outside"):
        samples.Squares.square(3)
    with pytest.raises(WiringError, match="Anything is used outside a running task"):
        Anything().existing("x")


def test_rights_are_made_of_tasks() -> None:
    with pytest.raises(WiringError, match=r"takes a task or a workflow, not .*decorate it"):
        one(len)  # type: ignore[call-overload]
    with pytest.raises(WiringError, match=r"task that grows itself .*grows=lambda"):
        one(lambda n: n)  # type: ignore[call-overload]
    with pytest.raises(WiringError, match="options of a grown node are given when"):
        may(square.options(retries=2))
    with pytest.raises(WiringError, match="at_most=1 is less than at_least=2"):
        many(square, at_least=2, at_most=1)


def test_names_of_a_growth_that_mean_something_else_are_refused() -> None:
    with pytest.raises(WiringError, match=r"cannot be called 'promise'"):
        type("G", (Grow,), {"promise": one(square)})
    with pytest.raises(WiringError, match=r"say how many: one.square., may.square. or many"):
        type("G", (Grow,), {"square": square})
    with pytest.raises(WiringError, match="shape must be made of its rights"):
        type("G", (Grow,), {"shape": 3})


def test_growth_must_be_declared() -> None:
    with pytest.raises(WiringError, match=r"write @task.grows=Squares."):

        @task
        def bad(grow: samples.Squares, n: int) -> int:
            return n

    with pytest.raises(WiringError, match="its first parameter receives"):

        @task(grows=samples.Squares)  # type: ignore[arg-type]
        def worse() -> int:
            return 1


def test_recursion_and_choice_rehearse_as_plain_calls() -> None:
    assert deep(4) == 0
    assert choose(3) == 9
    assert samples.chain(3) == 10
    assert plan(3) == [0, 1, 4]
    assert wild(5) == 25
    assert later(1) == 2


def _line_of(caught: pytest.ExceptionInfo[BaseException]) -> int:
    return next(e.lineno + 1 for e in caught.traceback if "test_growth" in str(e.path))
