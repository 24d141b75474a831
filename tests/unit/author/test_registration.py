from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from foretell import Node, WiringError, Workflow, each, promise, task, workflow
from foretell.author.entry import base_of
from foretell.document.model import Graph
from foretell.graph.model import Edge, Feed, Hole, Output
from tests.unit.author import samples
from tests.unit.author.samples import (
    anything,
    fixed,
    later,
    named,
    pair,
    plan,
    prepare,
    shout,
    split,
    square,
    total,
)


def edges(graph: Graph) -> list[tuple[str, str, str, str | None, str | None]]:
    return [(e.source, e.target, e.kind, e.output, e.input) for e in graph.edges]


@workflow
def sum_of_squares(seed: int) -> int:
    return total(plan(seed))


def test_a_call_is_a_node_and_a_result_a_wire() -> None:
    graph = sum_of_squares.compile()
    assert [(n.id, n.task) for n in graph.nodes] == [("plan", "plan"), ("total", "total")]
    assert graph.nodes[0].feeds == (Feed("seed", "", "/seed"),)
    assert graph.edges == (Edge("plan", "total", "data", "", "/numbers"),)
    assert graph.output == Output(None, (Hole("", "total"),))
    assert set(graph.tasks) == {"plan", "total", "square"}


@dataclass
class Box:
    left: Any
    right: Any


@workflow
def nested(n: int) -> dict[str, Any]:
    a = square(1)
    b = total([a, 2, n])
    c = anything({"deep": [(a, {"b/c": b})], "n": n})
    d = anything(Box(a, 5))
    return {"c": c, "list": [a, n], "const": 7, "d": d}


def test_refs_may_sit_in_lists_tuples_dicts_and_dataclasses() -> None:
    graph = nested.compile()
    by_id = {node.id: node for node in graph.nodes}
    assert by_id["b"].inputs == {"numbers": [None, 2, None]}
    assert by_id["b"].feeds == (Feed("n", "", "/numbers/2"),)
    assert by_id["c"].inputs == {"value": {"deep": [[None, {"b/c": None}]], "n": None}}
    assert by_id["d"].inputs == {"value": {"left": None, "right": 5}}
    assert ("b", "c", "data", "", "/value/deep/0/1/b~1c") in edges(graph)
    assert graph.output.value == {"c": None, "list": [None, None], "const": 7, "d": None}
    assert [h.at for h in graph.output.holes] == ["/c", "/list/0", "/d"]
    assert graph.output.feeds == (Feed("n", "", "/list/1"),)


@workflow
def taken_apart(n: int) -> list[Any]:
    low, high = pair(n)
    p = split(low)
    d = named(high)
    t = fixed(1)
    return [total(p.train), shout(d["name"]), shout(t[1])]


def test_parts_of_results_are_wired_by_their_pointers() -> None:
    wired = [(e.source, e.output, e.input) for e in taken_apart.compile().edges]
    assert wired == [
        ("pair", "/0", "/n"), ("pair", "/1", "/n"), ("p", "/train", "/numbers"),
        ("d", "/name", "/text"), ("t", "/1", "/text"),
    ]  # fmt: skip


@workflow
def ordered(n: int) -> int:
    ready = prepare.node()
    first = square.after(ready)(n)
    second = square.after(first, [ready])(first)
    return total.after({"x": second})([1])


def test_order_needs_no_data_and_says_nothing_twice() -> None:
    assert edges(ordered.compile()) == [
        ("ready", "first", "order", None, None),
        ("first", "second", "data", "", "/n"),
        ("ready", "second", "order", None, None),
        ("second", "total", "order", None, None),
    ]


@workflow
def prep(n: int) -> dict[str, int]:
    a = square(n)
    b = later(a)
    return {"b": b, "n": n}


@workflow
def silent() -> None:
    one = prepare.node()
    prepare.after(one)()


@workflow
def outer(n: int) -> int:
    x = prep(n)["b"]
    done = silent.after(x)()
    y = prep.after(done)(3)
    return total([x, y["b"], y["n"]])


def test_a_workflow_in_a_workflow_is_a_scope_of_its_own() -> None:
    graph = outer.compile()
    assert [(n.id, n.scope) for n in graph.nodes] == [
        ("prep.a", "prep"), ("prep.b", "prep"), ("silent.one", "silent"),
        ("silent.prepare", "silent"), ("prep_2.a", "prep_2"), ("prep_2.b", "prep_2"),
        ("total", ""),
    ]  # fmt: skip
    assert graph.nodes[4].inputs == {"n": 3}
    order = [(e.source, e.target) for e in graph.edges if e.kind == "order"]
    assert order == [
        ("prep.b", "silent.one"), ("silent.one", "silent.prepare"),
        ("silent.one", "prep_2.a"), ("silent.prepare", "prep_2.a"),
    ]  # fmt: skip
    assert graph.nodes[-1].inputs == {"numbers": [None, None, 3]}


@workflow
def mapped(n: int) -> list[int]:
    return square.map(each([1, 2])) + later.map(n=each([n, 4]))


def test_mapping_a_list_makes_a_node_for_each_item() -> None:
    graph = mapped.compile()
    assert [(n.task, dict(n.inputs)) for n in graph.nodes] == [
        ("square", {"n": 1}), ("square", {"n": 2}), ("later", {}), ("later", {"n": 4}),
    ]  # fmt: skip


@workflow
def map_unequal() -> list[str]:
    return shout.map(each(["a", "b"]), times=each([1]))


@workflow
def map_unmarked() -> list[int]:
    return square.map(3)


@workflow
def wrong_type() -> int:
    return square("three")  # type: ignore[arg-type]


@workflow
def wrong_name() -> int:
    return square(m=3)  # type: ignore[call-arg]


@workflow
def missing() -> int:
    return square()  # type: ignore[call-arg]


@workflow
def twice() -> int:
    return square(3, n=4)  # type: ignore[misc]


@workflow
def wrong_wire() -> int:
    return square(shout("a"))  # type: ignore[arg-type]


@workflow
def after_input(n: int) -> int:
    return square.after(n)(1)


@workflow
def after_nonsense() -> int:
    return square.after("x")(1)


@workflow
def endless(n: int) -> int:
    return endless(n)


@workflow
def nothing_passed_on() -> int:
    return square(silent())  # type: ignore[arg-type]


@workflow
def workflow_node() -> Node[int]:
    return sum_of_squares.node(3)


class Model(BaseModel):
    n: int


@task
def use_model(model: Model) -> int:
    return model.n


@workflow
def ref_in_model(n: int) -> int:
    return use_model(Model(n=n))


MISTAKES = {
    map_unequal: "equally long, not 1 and 2",
    map_unmarked: r"needs an argument marked with each",
    wrong_type: "task 'square': input 'n': expected int, got str 'three'",
    wrong_name: "input 'm': expected one of its inputs .n., got an unknown one",
    missing: "input 'n': expected int, got nothing: it is missing",
    twice: "expected one value, got two",
    wrong_wire: "'shout' is str, but input 'n' of task 'square' takes int",
    after_input: "after.n.: it is an input of the workflow",
    after_nonsense: "takes results and nodes of this workflow, not 'x'",
    endless: "calls itself without end",
    nothing_passed_on: "'silent' returns nothing",
    workflow_node: "is many nodes",
}


@pytest.mark.parametrize("flow", MISTAKES, ids=lambda flow: flow.__name__)
def test_mistakes_are_refused_with_their_place(flow: Any) -> None:
    with pytest.raises(WiringError, match=MISTAKES[flow]) as caught:
        flow.compile()
    assert "test_registration.py:" in str(caught.value) or flow in (nothing_passed_on,)


def test_a_ref_cannot_hide_in_a_pydantic_model() -> None:
    with pytest.raises(WiringError, match=r"'n' cannot be put into the model Model"):
        ref_in_model.compile()


@workflow
def with_model() -> int:
    return use_model(Model(n=4))


def test_constants_are_stored_as_json() -> None:
    assert with_model.compile().nodes[0].inputs == {"model": {"n": 4}}


LEAK: list[Any] = []


@workflow
def leaking(n: int) -> int:
    LEAK.append(square(n))
    return n


@workflow
def receiving() -> int:
    return square(LEAK[-1])


def test_values_do_not_cross_from_one_registration_to_another() -> None:
    leaking.compile()
    with pytest.raises(WiringError, match="belongs to another workflow"):
        receiving.compile()


def test_registration_is_over_when_the_body_fails() -> None:
    with pytest.raises(WiringError):
        wrong_type.compile()
    assert square(3) == 9


@task(retries=2, tags=["slow"], label="Square it")
def dressed(n: int) -> int:
    return n


@workflow
def with_options() -> int:
    return dressed.options(retries=5, tags="mine", style={"color": "red"}, id="me")(1)


def test_options_of_task_and_node_are_kept_apart() -> None:
    graph = with_options.compile()
    node, spec = graph.nodes[0], graph.tasks["dressed"]
    assert (node.id, node.label, dict(node.style)) == ("me", "Square it", {"color": "red"})
    assert (node.options, node.tags) == ({"retries": 5}, ("mine",))
    assert (spec.options, spec.tags) == ({"retries": 2}, ("slow",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"retires": 1}, "did you mean 'retries'"),
        ({"retries": -1}, "whole number from 0"),
        ({"retries": True}, "whole number from 0"),
        ({"id": "a.b"}, "without spaces, dots"),
        ({"id": ""}, "1 to 100 characters"),
        ({"id": "x*"}, "1 to 100 characters"),
        ({"tags": ["a\nb"]}, "visible characters"),
        ({"label": 3}, "must be text"),
        ({"style": "red"}, "must map names to texts"),
    ],
)
def test_bad_options_are_refused_where_they_are_written(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(WiringError, match=words) as caught:
        square.options(**options)
    assert "test_registration.py:" in str(caught.value)


@workflow
def renamed_section(n: int) -> int:
    return prep.options(id="early")(n)["b"]


def test_a_use_of_a_workflow_may_be_named() -> None:
    assert [n.id for n in renamed_section.compile().nodes] == ["early.a", "early.b"]


def test_other_options_belong_to_tasks() -> None:
    with pytest.raises(WiringError, match="a workflow is many nodes; give retries to its tasks"):
        prep.options(retries=3)
    with pytest.raises(WiringError, match="give label to its tasks"):
        workflow(label="x")


def test_two_tasks_of_one_name_are_told_apart() -> None:
    from tests.unit.author import namesakes

    graph = namesakes.both.compile()
    assert set(graph.tasks) == {"square", "tests.unit.author.samples.square"}
    assert {n.task for n in graph.nodes} == set(graph.tasks)
    entries = [spec.entry for spec in graph.tasks.values()]
    assert entries == [
        "tests.unit.author.namesakes:square",
        "tests.unit.author.samples:square",
    ]


def test_recursive_growth_compiles() -> None:
    @workflow
    def recursive(n: int) -> int:
        return samples.deep(n)

    assert set(recursive.compile().tasks) == {"deep"}


@workflow
def with_defaults(name: str, count: int = 3, model: Model = Model(n=1)) -> int:  # noqa: B008
    return anything([name, count, model])  # type: ignore[no-any-return]


def test_inputs_carry_schema_and_default() -> None:
    inputs = with_defaults.compile().inputs
    assert inputs["name"].required and inputs["name"].schema == {"type": "string"}
    assert not inputs["count"].required and inputs["count"].default == 3
    assert inputs["model"].default == {"n": 1}
    assert inputs["model"].schema["properties"] == {"n": {"title": "N", "type": "integer"}}


def test_the_source_is_named_and_digested() -> None:
    spec = sum_of_squares.compile().tasks["square"]
    assert spec.where == "tests/unit/author/samples.py:11"
    assert len(spec.digest) == 64
    assert base_of(sum_of_squares).joinpath("tests/unit/author/samples.py").is_file()


def test_compiling_twice_gives_the_same_graph() -> None:
    assert outer.compile() == outer.compile()


def test_compile_takes_no_inputs_of_the_run() -> None:
    with pytest.raises(WiringError, match="is given when it runs"):
        sum_of_squares.compile(seed=3)


def test_promise_outside_a_workflow_is_refused() -> None:
    with pytest.raises(WiringError, match="stands in a workflow's body"):
        promise()


def test_a_workflow_may_not_be_async() -> None:
    with pytest.raises(WiringError, match="a workflow body only says what is wired"):

        @workflow
        async def flow() -> int:
            return 1


@workflow
def compensated(n: int) -> int:
    first = square(n)
    second = later.after(first)(n)
    undone = later.after(second, on="fail")(first)
    return later.after(second, undone, on="any")(n)


def test_after_says_how_what_comes_before_must_end() -> None:
    edges = {(e.source, e.target): e.on for e in compensated.compile().edges}
    assert edges == {
        ("first", "second"): "ok",
        ("first", "undone"): "ok",
        ("second", "undone"): "fail",
        ("second", "later"): "any",
        ("undone", "later"): "any",
    }


@workflow
def both_ends(n: int) -> int:
    first = square(n)
    return later.after(first, on="fail")(first)


@workflow
def odd_end(n: int) -> int:
    return later.after(square(n), on="never")(n)  # type: ignore[arg-type]


@workflow
def pair_of(n: int) -> None:
    square(n)
    square(n)


@workflow
def fails_together(n: int) -> int:
    return later.after(pair_of(n), on="fail")(n)


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (both_ends, "runs only if 'first' ends well already"),
        (odd_end, "after.on='never'.: a node ends 'ok'"),
        (fails_together, "waits for one node to fail, and this comes from 2"),
    ],
)
def test_what_nobody_can_wait_for_is_refused(flow: Workflow[..., int], words: str) -> None:
    with pytest.raises(WiringError, match=words):
        flow.compile()


def test_where_a_right_call_stands_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    # Python counts lines from the top of the function: for each call of a long body that adds up.
    def asked(frame: object) -> str:
        raise AssertionError("its place was asked")

    for module in ("names", "registering", "tasks"):
        monkeypatch.setattr(f"foretell.author.{module}.say_place", asked)
    assert len(sum_of_squares.compile().nodes) == 2
