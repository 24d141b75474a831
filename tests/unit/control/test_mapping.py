"""Mapping over a list that is not there yet."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import WiringError, each, workflow
from foretell.author.growth import live_growth
from foretell.promises import shapes as sh
from tests.engine import Engine
from tests.unit.author import flows as author_flows
from tests.unit.author.test_growth import Orchestrator
from tests.unit.control import flows

RUNS: list[tuple[Any, dict[str, Any], list[str]]] = [
    (flows.packs, {}, ["parcels.pack", "parcels.pack_2", "parcels.pack_3"]),
    (flows.packs, {"text": ""}, []),
    (flows.zips, {}, ["map.pack", "map.pack_2"]),
    (flows.mixed, {}, ["map.pack", "map.pack_2"]),
    (
        flows.maps_a_workflow,
        {"text": "tea"},
        [
            "sent.careful.flag",
            "sent.careful.packed",
            "sent.careful.when",
            "sent.careful.when.then.send",
        ],
    ),
    (flows.maps_in_a_branch, {}, ["split", "when.then.map"][1:]),
    (flows.maps_records, {}, ["map.cost", "map.cost_2"]),
]


@pytest.mark.parametrize(("flow", "inputs", "came"), RUNS)
def test_it_comes_to_what_plain_python_does(flow: Any, inputs: Any, came: list[str]) -> None:
    engine = Engine(flow, **inputs)
    registered = len(engine.graph.nodes)
    assert engine.run() == flow(**inputs)
    if flow is not flows.maps_in_a_branch:
        assert engine.ids[registered:] == came
    assert all(horizon.exact for horizon in engine.horizons)


def test_any_number_may_come_and_all_come_at_once() -> None:
    engine = Engine(flows.packs)
    assert engine.graph.tasks["map"].grows == sh.Many(sh.Leaf("pack", "pack.pack"))
    assert engine.graph.tasks["map"].output == {"type": "array", "items": {"type": "string"}}
    engine.run()
    changes = [fact for fact in engine.facts if fact.kind == "changed"]
    assert len(changes) == 1


def test_lists_of_different_length_fail_when_that_is_known() -> None:
    with pytest.raises(ValueError, match="must be equally long, not item: 3, amount: 2"):
        Engine(flows.mixed, text="a b c").run()


def test_in_a_running_task_a_list_that_is_not_there_cannot_be_mapped() -> None:
    growth: Any = live_growth(author_flows.grow_twice, Orchestrator("g"))
    growth.twice._hand._tasks = {}
    with pytest.raises(WiringError, match="give it to a task that holds the right to map over it"):
        each(_ref())


def _ref() -> Any:
    from foretell.author.refs import Origin, Ref

    return Ref(Origin(None, "xs", node="xs"))


@workflow
def stray(text: str) -> str:
    return flows.join(each(flows.split(text)))  # type: ignore[arg-type]


def test_the_mark_belongs_into_a_map() -> None:
    with pytest.raises(WiringError, match=r"belongs into .map"):
        stray.compile()
