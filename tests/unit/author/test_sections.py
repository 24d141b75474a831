"""Rights to whole workflows: what is promised, what is grown, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from foretell import (
    Grow,
    PromiseBroken,
    UserError,
    WiringError,
    each,
    many,
    may,
    one,
    task,
    workflow,
)
from foretell.author.growth import live_growth
from foretell.document.model import TaskSpec
from foretell.graph.model import Edge
from foretell.promises import shapes as sh
from foretell_runtime.machine.events import Broken
from tests.engine import Engine
from tests.unit.author import flows
from tests.unit.author.samples import Pair, square
from tests.unit.author.test_growth import Orchestrator


class Anybody(Orchestrator):
    """Accepts every change, and knows every task of a workflow."""

    def __init__(self, flow: Any, node: str) -> None:
        super().__init__(node)
        self.tasks: Mapping[str, str] = {n: spec.entry for n, spec in specs(flow).items()}


def specs(flow: Any) -> dict[str, TaskSpec]:
    return dict(flow.compile().tasks)


def grow(flow: Any, task: Any, node: str) -> tuple[Any, Anybody]:
    seen = Anybody(flow, node)
    return live_growth(task, seen), seen


def edges(seen: Anybody) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for change in seen.changes for edge in change.edges}


TWICE = sh.Section(
    "twice", "twice", (sh.Leaf("square", "twice.first"), sh.Leaf("add", "twice.add")), ((0, 1),)
)


def test_a_right_to_a_workflow_promises_its_nodes_in_its_order() -> None:
    assert specs(flows.several)["grow_twice"].grows == sh.Many(TWICE, 0, 3)


def test_a_nested_workflow_is_part_of_the_section() -> None:
    seq = specs(flows.deeper)["grow_nested"].grows
    assert isinstance(seq, sh.Seq)
    nested = seq.of[1]
    assert isinstance(nested, sh.Section)
    assert [leaf.slot for leaf in nested.of] == [
        "nested.inner.first",
        "nested.inner.add",
        "nested.pair",
        "nested.large",
    ]
    assert nested.edges == ((0, 1), (1, 2), (2, 3))


def test_a_workflow_without_nodes_promises_nothing() -> None:
    shape = specs(flows.few)["grow_few"].grows
    assert isinstance(shape, sh.Free)
    assert shape.of[0] == sh.NOTHING


def test_in_a_branch_a_section_is_taken_whole() -> None:
    shape = specs(flows.chosen)["choose"].grows
    assert isinstance(shape, sh.Alt)
    assert shape.of[0] == sh.Leaf("square", "small")
    assert isinstance(shape.of[1], sh.Section)


def test_all_tasks_of_a_grown_workflow_are_in_the_graph() -> None:
    assert set(specs(flows.few)) == {"grow_few", "note", "plan", "square", "total"}


def test_using_it_is_one_change_in_a_scope_of_its_own() -> None:
    growth, seen = grow(flows.several, flows.grow_twice, "g")
    made = growth.twice(4)
    (change,) = seen.changes
    first, second = change.nodes
    assert (first.id, first.scope, first.slot) == ("g.made.first", "g.made", "twice.first")
    assert (second.id, second.scope, second.slot) == ("g.made.add", "g.made", "twice.add")
    assert first.inputs == {"n": 4}
    assert change.edges == (Edge("g.made.first", "g.made.add", "data", "", "/a"),)
    assert repr(made).startswith("<g.made.add:")


def test_a_map_adds_all_instances_at_once() -> None:
    growth, seen = grow(flows.several, flows.grow_twice, "g")
    growth.twice.map(each([4, 5]))
    assert growth.twice.map(each([])) == []
    (change,) = seen.changes
    assert [node.id for node in change.nodes] == [
        "g.twice.first",
        "g.twice.add",
        "g.twice_2.first",
        "g.twice_2.add",
    ]
    assert growth.twice.left == 1


def test_what_it_is_given_is_wired_to_the_nodes_that_use_it() -> None:
    growth, seen = grow(flows.deeper, flows.grow_nested, "g")
    loaded = growth.load(2)
    growth.nested.after(loaded)(loaded.high, more=loaded.low)
    growth.last(Pair(loaded.low, 7), [loaded.high, 3])
    _, nested, last = seen.changes
    by_id = {node.id: node for change in seen.changes for node in change.nodes}
    assert Edge("g.loaded", "g.nested.inner.first", "data", "/1", "/n") in nested.edges
    assert Edge("g.loaded", "g.nested.large", "data", "/0", "/b") in nested.edges
    assert Edge("g.loaded", "g.report.squared", "data", "/0", "/n") in last.edges
    assert Edge("g.loaded", "g.report.listed", "data", "/1", "/numbers/0") in last.edges
    assert by_id["g.report.listed"].inputs == {"numbers": [None, 3]}


def test_all_of_it_runs_after_what_it_is_put_after() -> None:
    growth, seen = grow(flows.several, flows.grow_twice, "g")
    first = growth.twice(1)
    growth.twice.options(id="last").after(first)(2)
    assert ("g.first.add", "g.last.first") in edges(seen)
    assert ("g.first.add", "g.last.add") not in edges(seen)


def test_what_it_returns_keeps_its_form() -> None:
    growth, _ = grow(flows.deeper, flows.grow_nested, "g")
    both = growth.nested(3)
    small, large = both
    assert isinstance(both, flows.Both)
    assert repr(small).startswith("<g.both.inner.add:")
    assert repr(large).startswith("<g.both.large:")
    report = growth.last(Pair(1, 2), [3])
    assert (report.name, report.parts[1]) == ("r", 2)
    assert repr(report.squared).startswith("<g.report.squared:")


def test_an_input_that_is_returned_is_what_was_given() -> None:
    growth, seen = grow(flows.few, flows.grow_few, "g")
    assert growth.unchanged(5) == 5
    made = growth.planned(1)
    assert growth.unchanged(made) is made
    assert len(seen.changes) == 1


def test_a_workflow_that_returns_nothing_can_be_waited_for() -> None:
    growth, seen = grow(flows.few, flows.grow_few, "g")
    done = growth.idle()
    growth.planned.after(done)(1)
    assert {("g.done.note", "g.planned.plan"), ("g.done.note_2", "g.planned.plan")} < edges(seen)


def test_vows_and_limits_speak_of_the_instance() -> None:
    growth, seen = grow(flows.sparing, flows.grow_thrifty, "g")
    growth.thrifty.map(each([1, 2]))
    (change,) = seen.changes
    assert [str(vowed.promise).count("scope='g.thrifty'") for vowed in change.promises] == [1, 0]
    assert "scope='g.thrifty_2'" in str(change.promises[1].promise)
    assert [limit.running for limit in change.limits] == [1, 1]
    assert "scope='g.thrifty_2'" in str(change.limits[1].of)


def test_a_refused_section_uses_nothing_up() -> None:
    growth, seen = grow(flows.several, flows.grow_twice, "g")
    seen.refuse = PromiseBroken("no")
    assert growth.twice.would(1).why == "no"
    with pytest.raises(PromiseBroken):
        growth.twice(1)
    seen.refuse = None
    kept = growth.twice(1)
    assert repr(kept).startswith("<g.kept.add:")
    assert growth.twice.left == 2


def test_more_than_was_granted_is_told_in_sections() -> None:
    growth, _ = grow(flows.several, flows.grow_twice, "g")
    with pytest.raises(PromiseBroken, match="at most 3 sections; 0 are there and 4 more were"):
        growth.twice.map(each(range(4)))


def test_a_section_is_no_node() -> None:
    growth, _ = grow(flows.several, flows.grow_twice, "g")
    with pytest.raises(WiringError, match=r"grow.twice.node\(\): workflow 'twice' is many nodes"):
        growth.twice.node(1)
    with pytest.raises(WiringError, match="a workflow is many nodes; give retries to its tasks"):
        growth.twice.options(retries=1)


def test_wrong_inputs_of_a_section_are_told_at_the_line() -> None:
    growth, seen = grow(flows.several, flows.grow_twice, "g")
    with pytest.raises(WiringError, match=r"test_sections.py:\d+: workflow 'twice': input 'n'"):
        growth.twice("x")
    with pytest.raises(WiringError, match=r"test_sections.py:\d+: .*missing"):
        growth.twice()
    assert not seen.changes


RUNS: list[tuple[Any, dict[str, Any], Any]] = [
    (flows.several, {}, 8),
    (flows.several, {"n": 0}, 0),
    (flows.deeper, {}, {"name": "r", "squared": 25, "parts": [11, 7]}),
    (flows.few, {"n": 3}, [3, 5]),
    (flows.sparing, {}, [[0], [0, 1]]),
    (flows.recursive, {}, 0),
    (flows.chosen, {"n": 3}, 9),
    (flows.chosen, {"n": 12}, [145, 147]),
]


@pytest.mark.parametrize(("flow", "inputs", "result"), RUNS)
def test_it_runs_as_it_rehearses(flow: Any, inputs: dict[str, Any], result: Any) -> None:
    engine = Engine(flow, **inputs)
    assert engine.run() == result
    rehearsed = flow(**inputs)
    if flow is flows.deeper:
        assert rehearsed == flows.Report(**result)
    elif isinstance(rehearsed, tuple):
        assert list(rehearsed) == result
    else:
        assert rehearsed == result


def test_recursion_through_a_section_goes_as_deep_as_it_is_told() -> None:
    engine = Engine(flows.recursive, n=3)
    engine.run()
    assert engine.ids[-1] == "rounds.again" + 3 * ".rounds.again"
    assert all(horizon.exact for horizon in engine.horizons)


def test_a_promise_in_a_grown_workflow_is_kept_or_breaks_the_run() -> None:
    engine = Engine(flows.sparing, n=3)
    with pytest.raises(PromiseBroken, match="3 such nodes exist; it allows at most 2"):
        engine.run()


def test_the_order_of_sections_is_promised_by_the_names_of_their_rights() -> None:
    engine = Engine(flows.unordered)
    with pytest.raises(PromiseBroken, match="puts 'load' before 'twice'"):
        engine.run()
    (broken,) = (fact for fact in engine.facts if isinstance(fact, Broken))
    assert "shape = free(load, twice)" in broken.advice


def test_a_rehearsed_section_keeps_its_bounds() -> None:
    with pytest.raises(PromiseBroken, match="at most 3 sections"):
        flows.several(4)


@workflow
def careless(n: int) -> int:
    return square(n) if n else 0


class Careless(Grow):
    careless = may(careless)


@task(grows=Careless)
def grow_careless(grow: Careless, n: int) -> int:
    return grow.careless(n)


@workflow
def decides(n: int = 1) -> int:
    return grow_careless(n)


def test_a_body_that_decides_on_values_is_refused_at_registration() -> None:
    with pytest.raises(WiringError, match="'n' cannot be used as a condition"):
        decides.compile()


class Shapes(Grow):
    shaped = one(flows.shaped)


@task(grows=Shapes)
def grow_shaped(grow: Shapes, n: int) -> list[int]:
    return grow.shaped(n)


@workflow
def promises_growth(n: int = 1) -> list[int]:
    return grow_shaped(n)


def test_what_nodes_grow_is_not_promised_inside_what_is_grown() -> None:
    with pytest.raises(WiringError, match="workflow 'shaped' is grown while others run"):
        promises_growth.compile()


def test_many_sections_in_any_order_are_refused_for_their_edges_could_not_be_drawn() -> None:
    with pytest.raises(UserError, match=r"many\(twice\) inside free\(...\) is not available"):
        Engine(flows.groups)


def test_a_right_is_to_a_task_or_a_workflow() -> None:
    assert many(flows.twice, at_most=2)
    with pytest.raises(WiringError, match="options of a grown node are given when"):
        one(flows.twice.options(id="x"))
