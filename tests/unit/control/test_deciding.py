"""when, given and switch: in plain Python, at registration, and while a workflow runs."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import Sections, WiringError, Workflow, promise, section, workflow
from foretell.control import given, switch, when
from foretell.document.wires import wires_of
from foretell.promises import shapes as sh
from tests.engine import Engine
from tests.unit.control import flows


def test_with_values_that_are_there_they_are_plain_python() -> None:
    assert when(True, lambda: 1, lambda: 2) == 1
    assert when(False, lambda: 1, lambda: 2) == 2
    assert when(False, lambda: 1) is None
    assert given(3, lambda n: n + 1) == 4
    assert given(None, lambda n: n, lambda: "none") == "none"
    assert given(0, lambda n: n + 1) == 1
    assert switch("b", ("a", lambda: 1), ("b", lambda: 2)) == 2


RUNS: list[tuple[Any, dict[str, Any], list[str]]] = [
    (flows.shop, {"text": "tea 2"}, ["answer.then.packed", "answer.then.send"]),
    (flows.shop, {"text": "cup 2"}, ["answer.otherwise.refuse"]),
    (flows.perhaps, {"item": "tea"}, ["when.then.pack"]),
    (flows.perhaps, {"item": "cup"}, []),
    (flows.costs, {"item": "tea"}, ["given.then.add"]),
    (flows.costs, {"item": "cup"}, []),
    (flows.sorts, {"kind": "bug"}, ["switch.bug.refuse"]),
    (flows.sorts, {"kind": "a wish"}, ["switch.a_wish.pack", "switch.a_wish.send"]),
    (flows.sorts, {"kind": "spam"}, []),
    (flows.numbers, {"n": 1}, ["switch.1.add"]),
    (flows.likenesses, {"text": "a b"}, ["switch.a_b.pack"]),
    (flows.likenesses, {"text": "a_b"}, ["switch.a_b_2.refuse"]),
    (flows.likenesses, {"text": "a_b_2"}, []),
    (flows.nested, {}, ["when.then.when", "when.then.when.then.pack", "when.then.when.then.send"]),
    (flows.nested, {"again": False}, ["when.then.when", "when.then.when.otherwise.pack"]),
    (flows.nested, {"item": "cup"}, ["when.otherwise.price", "when.otherwise.given"]),
    (flows.by_workflow, {}, ["when.then.deliver.pack", "when.then.deliver.send"]),
    (flows.unchanged, {"item": "tea"}, []),
    (flows.unchanged, {"item": "cup"}, []),
    (flows.waits, {}, ["when.then.pack"]),
    (flows.vowed, {}, ["when.then.packed"]),
]


@pytest.mark.parametrize(("flow", "inputs", "came"), RUNS)
def test_it_comes_to_what_plain_python_does(flow: Any, inputs: Any, came: list[str]) -> None:
    engine = Engine(flow, **inputs)
    registered = len(engine.graph.nodes)
    assert engine.run() == flow(**inputs)
    assert engine.ids[registered:] == came
    assert all(horizon.exact for horizon in engine.horizons)


def grows(flow: Workflow[..., Any], task: str) -> sh.Shape | None:
    return flow.compile().tasks[task].grows


def test_both_branches_are_promised_and_one_of_them_comes() -> None:
    then = sh.Section(
        "then", "then", (sh.Leaf("pack", "then.packed"), sh.Leaf("send", "then.send")), ((0, 1),)
    )
    assert grows(flows.shop, "when") == sh.Alt((then, sh.Leaf("refuse", "otherwise.refuse")))
    assert grows(flows.perhaps, "when") == sh.Many(sh.Leaf("pack", "then.pack"), 0, 1)
    cases = grows(flows.sorts, "switch")
    assert isinstance(cases, sh.Alt)
    assert cases.of[2] == sh.NOTHING
    (group,) = Engine(flows.shop).horizons[0].groups
    assert len(group.branches) == 2


def test_each_use_is_a_task_of_its_own_in_the_graph() -> None:
    tasks = flows.nested.compile().tasks
    assert {name for name in tasks if name.startswith("when")} == {"when", "when#2"}
    assert tasks["when"].entry == tasks["when#2"].entry == "foretell.control:decide"


def test_what_a_branch_runs_after_holds_the_decision_back() -> None:
    edges = {(edge.source, edge.target) for edge in flows.waits.compile().edges}
    assert ("first", "when") in edges


def test_a_promise_in_a_branch_speaks_of_that_branch() -> None:
    engine = Engine(flows.vowed)
    engine.run()
    (account,) = engine.state.judge.promises
    assert "when.then" in str(account.vowed.promise)


def test_decisions_in_workflows_that_are_grown_are_known_before() -> None:
    engine = Engine(flows.grown)
    assert engine.run() == flows.grown() == [None, None]
    assert engine.state.judge.graph.nodes["grow_decided.decided.answer"].node.task == "when"
    assert engine.state.judge.graph.nodes["grow_decided.decided.when"].node.task == "when#2"
    assert all(horizon.exact for horizon in engine.horizons)


@workflow
def incomplete(kind: str) -> int:
    return switch(kind, ("a", lambda: flows.add(1, 2)))


def test_a_key_without_a_case_fails_and_names_the_cases() -> None:
    with pytest.raises(ValueError, match="there is no case for 'b'; there are 'a'"):
        incomplete("b")
    with pytest.raises(ValueError, match="there is no case for 'b'; there are 'a'"):
        Engine(incomplete, kind="b").run()


@workflow
def twice_the_same(kind: str) -> int:
    return switch(kind, ("a", lambda: 1), ("a", lambda: 2))


@workflow
def by_chance(kind: str) -> int:
    return switch(kind, (kind, lambda: 1))


@workflow
def of_text(kind: str) -> int | None:
    return when(kind, lambda: 1)  # type: ignore[call-overload,no-any-return]


@workflow
def shaped_inside(item: str) -> str | None:
    from foretell import Shaped, many

    def careful() -> str:
        packed = flows.pack(item)
        promise(Shaped(many(flows.pack), scope=packed))
        return packed

    flag = flows.in_stock(item)
    return when(flag, careful)


@workflow
def after_a_failure(item: str) -> str | None:
    first = flows.pack(item)
    flag = flows.in_stock(item)
    return when(flag, lambda: flows.refuse.after(first, on="fail")(item))


MISTAKES = {
    after_a_failure: "say what follows a failure outside of the branch",
    twice_the_same: "the case 'a' comes twice",
    by_chance: "is not known yet",
    of_text: "input 'flag' of task 'when' takes bool",
    shaped_inside: "workflow 'then' is grown while others run",
}


@pytest.mark.parametrize("flow", MISTAKES, ids=lambda flow: flow.__name__)
def test_mistakes_are_told_at_registration(flow: Any) -> None:
    with pytest.raises(WiringError, match=MISTAKES[flow]):
        flow.compile()


def test_sections_are_noted_at_registration_only() -> None:
    with pytest.raises(WiringError, match=r"holds a right to a workflow instead"):
        section("then", lambda: 1)


def test_a_task_that_grows_sections_says_of_each_use_which() -> None:
    from foretell import task

    @task(grows=Sections)
    def wild(grow: Sections) -> None: ...

    @workflow
    def use() -> None:
        wild()

    with pytest.raises(WiringError, match="which sections a task grows is said of each use"):
        use.compile()


def test_what_a_branch_uses_fits_wherever_it_goes() -> None:
    assert {wire.fits for wire in wires_of(flows.shop.compile())} == {"compatible"}
