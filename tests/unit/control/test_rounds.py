"""repeat and reduce, and comparisons: what comes one after the other, and how long."""

from __future__ import annotations

from typing import Any

import pytest

from foretell import WiringError
from foretell.control import repeat
from foretell.promises import shapes as sh
from tests.engine import Engine
from tests.unit.control import flows

ROUND = (".round.improve", ".round.good", ".round.repeat")
RUNS: list[tuple[Any, dict[str, Any], int]] = [
    (flows.polished, {"text": "tea"}, 9),
    (flows.polished, {"text": "teapot"}, 3),
    (flows.polished, {"text": ""}, 15),
    (flows.at_most_two, {"text": "tea"}, 6),
    (flows.endless, {"text": "tea"}, 8),
    (flows.repeats_in_each, {"text": "a bbbbb"}, 2 + 6 + 3),
    (flows.summed, {"n": 3}, 6),
    (flows.summed, {"n": 0}, 0),
    (flows.plainly, {"n": 3}, 3),
    (flows.of_known_items, {"n": 3}, 0),
    (flows.compares, {"n": 3}, 1),
    (flows.compares, {"n": 4}, 1),
    (flows.compares, {"n": 9}, 2),
]


@pytest.mark.parametrize(("flow", "inputs", "came"), RUNS)
def test_it_comes_to_what_plain_python_does(flow: Any, inputs: Any, came: int) -> None:
    engine = Engine(flow, **inputs)
    registered = len(engine.graph.nodes)
    assert engine.run() == flow(**inputs)
    assert len(engine.ids) - registered == came
    if flow is not flows.repeats_in_each:  # while more may come, whose promise counts is not known
        assert all(horizon.exact for horizon in engine.horizons)


def test_rounds_are_named_one_in_the_other() -> None:
    engine = Engine(flows.polished)
    engine.run()
    assert engine.ids[2:5] == ["better" + part for part in ROUND]
    assert engine.ids[5:8] == ["better.round.repeat" + part for part in ROUND]


def test_how_many_rounds_may_come_is_promised() -> None:
    classes = Engine(flows.polished).horizons[0].classes
    assert sorted((cls.min, cls.max or 0) for cls in classes) == 3 * [(0, 4)] + 3 * [(1, 1)]
    endless = Engine(flows.endless).horizons[0].classes
    assert None in {cls.max for cls in endless}


def test_the_rounds_of_reduce_lie_one_after_the_other() -> None:
    grows = flows.summed.compile().tasks["reduce"].grows
    assert isinstance(grows, sh.Loop)
    assert isinstance(grows.of, sh.Section)
    engine = Engine(flows.summed, n=2)
    engine.run()
    second = engine.state.judge.graph.nodes["total.round_2.add"]
    assert "total.round.add_2" in {before.id for before in second.into}


def test_a_bound_that_is_none_is_refused() -> None:
    with pytest.raises(WiringError, match="at_most must be a whole number from 1, not 0"):
        repeat(lambda n: n, 1, until=lambda n: True, at_most=0)
