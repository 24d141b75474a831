"""or_else and failure_of: what they wire, what they are in plain Python, and what they are not."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import (
    Failure,
    InputError,
    WiringError,
    Workflow,
    each,
    failure_of,
    failures_of,
    or_else,
    task,
    workflow,
)
from foretell.author.schemas import schema_of
from foretell.control import given, when
from foretell.document.wires import FAILURES, wires_of
from foretell.graph.model import Edge
from tests.engine import Engine


@task
def half(n: int) -> int:
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


@task
def say(n: int | None, note: str = "") -> str:
    return f"{n}{note}"


@task
def say_all(parts: list[str | int | None]) -> str:
    return " ".join(map(str, parts))


@task
def complain(why: Failure) -> str:
    return f"{why.node} ({why.task}): {why.error}"


@task
def count(failures: list[Failure]) -> int:
    return len(failures)


@task
def is_even(n: int) -> bool:
    return n % 2 == 0


@task
def numbers(n: int) -> list[int]:
    return list(range(n))


@workflow
def in_its_place(n: int) -> str:
    return say(or_else(half(n), None))


@workflow
def inside_a_list(n: int) -> str:
    x = half(n)
    return say_all([or_else(x, 0), or_else(failure_of(x).error, "fine")])


@workflow
def complaint(n: int) -> str:
    x = half(n)
    return say(or_else(x, -1), or_else(complain(failure_of(x)), "!"))


@workflow
def used_in_a_branch(n: int) -> str | None:
    x = or_else(half(n), 0)
    return when(is_even(n), lambda: say(x), lambda: say(x, " at least"))


@workflow
def failed_in_a_branch(n: int) -> str:
    why = failure_of(half(n))
    grumble = when(is_even(2), lambda: complain(why), lambda: "")
    return say(1, or_else(grumble, "!"))


@workflow
def perhaps(n: int) -> str:
    return given(or_else(half(n), None), lambda x: say(x), lambda: "nothing")


@workflow
def some_of_many(n: int) -> str:
    halves = half.map(each(numbers(n)))
    failed = count(failures_of(halves))
    return say(or_else(failed, 0), "")


RUNS: list[tuple[Any, int, str]] = [
    (in_its_place, 4, "2"),
    (in_its_place, 3, "None"),
    (inside_a_list, 4, "2 fine"),
    (inside_a_list, 3, "0 3 is odd"),
    (complaint, 4, "2!"),
    (complaint, 3, "-1x (half): 3 is odd"),
    (used_in_a_branch, 4, "2"),
    (used_in_a_branch, 3, "0 at least"),
    (failed_in_a_branch, 4, "1!"),
    (failed_in_a_branch, 3, "1half (half): 3 is odd"),
    (perhaps, 4, "2"),
    (perhaps, 3, "nothing"),
    (some_of_many, 1, "0"),
    (some_of_many, 5, "2"),
]


@pytest.mark.parametrize(("flow", "n", "result"), RUNS)
def test_what_is_left_comes_along(flow: Workflow[..., Any], n: int, result: str) -> None:
    engine = Engine(flow, n=n)
    assert engine.run() == result
    assert all(horizon.exact for horizon in engine.horizons)


@pytest.mark.parametrize(
    ("flow", "n", "result"), [run for run in RUNS if run[1] == 4 or run[0] is some_of_many][:-1]
)
def test_in_plain_python_nothing_has_failed(flow: Workflow[..., Any], n: int, result: str) -> None:
    assert flow(n=n) == result


def test_they_are_edges_on_any_and_on_fail() -> None:
    graph = complaint.compile()
    assert graph.edges == (
        Edge("x", "complain", "data", "/0", "/why", "fail", "failures"),
        Edge("x", "say", "data", "", "/n", "any"),
        Edge("complain", "say", "data", "", "/note", "any"),
    )
    assert {node.id: node.inputs for node in graph.nodes if node.inputs} == {
        "say": {"n": -1, "note": "!"}
    }
    assert {wire.fits for wire in wires_of(graph)} == {"compatible"}


def test_the_schema_of_failures_is_that_of_their_class() -> None:
    assert schema_of(list[Failure]) == FAILURES


@workflow
def parts_of_both(n: int) -> str:
    x = or_else(half(n), 1)
    return say_all.after(x)([x])


def refused(body: Any) -> str:
    def flow(n: int) -> Any:
        return body(n)

    flow.__annotations__ = {"n": int}
    with pytest.raises((WiringError, InputError)) as caught:
        workflow(flow).compile()
    return str(caught.value)


def both(n: int) -> str:
    x = half(n)
    return complain.after(say(x))(failure_of(say(x)))


def contrary(n: int) -> str:
    x = half(n)
    return say(x, failure_of(x).error)


def known(n: int) -> str:
    return complain(failure_of(3))


def of_many(n: int) -> str:
    return complain(failure_of([half(n), half(n)]))


def of_an_input(n: int) -> str:
    return complain(failure_of(n))


def within_a_branch(n: int) -> Any:
    x = half(n)
    return when(is_even(n), lambda: complain(failure_of(x)))


def grown_on_any(n: int) -> Any:
    return when(is_even(n), lambda: say(or_else(half(n), 0)))


def what_stands_for_it_may_fail(n: int) -> str:
    return say(or_else(half(n), half(n)))


def twice(n: int) -> str:
    return say(or_else(or_else(half(n), 1), 2))


def of_what_may_not_be_there(n: int) -> str:
    return complain(failure_of(or_else(half(n), 1)))


def ordered(n: int) -> str:
    return say.after(or_else(half(n), 1))(n)


def returned(n: int) -> int:
    return or_else(half(n), 1)


def of_another_type(n: int) -> str:
    return say(or_else(half(n), "none"))  # type: ignore[arg-type]


def of_another_type_in_a_list(n: int) -> int:
    return count([or_else(failure_of(half(n)), 3)])  # type: ignore[list-item]


def a_failure_where_a_number_goes(n: int) -> str:
    return say(failure_of(half(n)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (contrary, "would never run: it takes the result of 'x', and its failure"),
        (known, "takes the result of one node, not 3"),
        (of_many, "takes the result of one node"),
        (of_an_input, "'n' is not the result of one node"),
        (within_a_branch, "say what follows a failure outside of the branch"),
        (grown_on_any, "what follows a failure is said in the workflow that is run"),
        (what_stands_for_it_may_fail, "holds 'half_2', which may fail as well"),
        (twice, "what stands for 'half' is said already"),
        (of_what_may_not_be_there, "how 'half' ends is asked already"),
        (ordered, "how it ends is said here: after(..., on='any')"),
        (returned, "goes to tasks only"),
        (of_another_type, "input 'n': expected int | None, got str 'none'"),
        (of_another_type_in_a_list, "3 stands for 'failure of half', but input 'failures[0]'"),
        (a_failure_where_a_number_goes, "is Failure, but input 'n' of task 'say' takes"),
    ],
)
def test_misuse_is_told(body: Any, words: str) -> None:
    assert words in refused(body)


def test_an_input_of_the_workflow_is_there_in_any_case() -> None:
    @workflow
    def flow(n: int) -> str:
        return say(or_else(n, None))

    (node,) = flow.compile().nodes
    assert [feed.name for feed in node.feeds] == ["n"]


def test_a_field_of_what_may_not_be_there_is_that_of_what_stands_for_it() -> None:
    @workflow
    def flow(n: int) -> str:
        none = Failure("", "", "fine")
        return say(1, or_else(failure_of(half(n)), none).error)

    graph = flow.compile()
    (edge,) = graph.edges
    assert (edge.output, edge.input, edge.on) == ("/0/error", "/note", "any")
    assert graph.nodes[1].inputs == {"n": 1, "note": "fine"}


def test_what_must_end_well_too_is_waited_for() -> None:
    @workflow
    def flow(n: int) -> str:
        x = half(n)
        return say.after(x)(or_else(x, 1))

    assert [edge.on for edge in flow.compile().edges] == ["any", "ok"]
