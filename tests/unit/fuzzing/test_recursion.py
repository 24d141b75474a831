"""Growth that repeats itself is drawn folded: what is played then lies in the drawing all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.horizon.model import Horizon
from foretell.promises.shapes import NOTHING, Alt, Leaf, Loop, Many, Seq, Shape
from foretell_runtime.fuzzing import watching
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.fuzzing.report import Report
from foretell_runtime.machine.keeping import KeptHorizon

AGAIN, ROUNDS = Many(Leaf("b", "again"), 0, 1), Loop(Leaf("c", "round"), 1, 2)
SHAPES: dict[str, Shape] = {
    "before rounds": Seq((AGAIN, ROUNDS)),
    "after rounds": Seq((ROUNDS, AGAIN)),
    "within rounds": Loop(Seq((AGAIN, Leaf("c", "round"))), 0, 2),
}


def play(shape: Shape) -> Report:
    tasks = {"b": TaskSpec("m:b", shape), "c": TaskSpec("m:c", NOTHING)}
    return fuzz_graph(Graph("g", tasks=tasks, nodes=(Node("n", "b"),)), runs=20)


@pytest.mark.parametrize("name", SHAPES)
def test_rounds_of_each_level_of_folded_recursion_are_its_own(name: str) -> None:
    report = play(SHAPES[name])
    assert report.ok, report.finding and report.finding.why
    assert report.nodes > 30, "some of it was deep"


def test_rounds_below_folded_rounds_and_ways_that_come_to_nothing_are_drawn_in_a_loop() -> None:
    inner = Alt((Leaf("b", "f"), Alt((Leaf("c", "c"), NOTHING))))
    tasks = {
        "a": TaskSpec("m:a", Alt((Alt((Loop(Leaf("b", "e")), inner)), Loop(Leaf("b", "d.e"))))),
        "b": TaskSpec("m:b", Alt((NOTHING, Leaf("a", "e")))),
        "c": TaskSpec("m:c", NOTHING),
    }
    flow = Graph("g", 1, tasks, (Node("n0", "a"),), (Edge("n0", "n0", "loop"),))
    for seed in (397, 404):
        report = fuzz_graph(flow, runs=7, seed=seed, steps=15)
        assert report.ok, report.finding and report.finding.why


@pytest.mark.parametrize("name", ["before rounds", "within rounds"])
def test_a_drawing_without_edges_from_level_to_level_is_found_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(kept: KeptHorizon) -> Horizon:
        drawing = now(kept)
        edges = (e for e in drawing.edges if e.source != e.target or e.onward is not None)
        return replace(drawing, edges=tuple(edges))

    now = KeptHorizon.now
    monkeypatch.setattr(KeptHorizon, "now", wrong)
    monkeypatch.setattr(watching.Watch, "_of_now", lambda *_: None)
    report = play(SHAPES[name])
    assert report.finding is not None
    assert "is not drawn" in report.finding.why
