"""A drawing that is wrong is found out, whatever is wrong with it; one that is right never is.

Each error is put into the drawings on purpose, after they were made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.errors import InputError, PromiseBroken, UserError
from foretell.graph.model import Edge, Node
from foretell.horizon.bounds import Left, left_of
from foretell.horizon.model import Horizon
from foretell.promises.language import Count, Vowed
from foretell.promises.selectors import TaskIs
from foretell.promises.shapes import ANYTHING, NOTHING, Alt, Leaf, Many, Par, Seq
from foretell_runtime.drawing import dot
from foretell_runtime.fuzzing import player, watching
from foretell_runtime.fuzzing.campaign import fuzz_graph
from foretell_runtime.machine import State, decide, horizon_of, register, replay
from foretell_runtime.machine import events as ev

TASKS = {
    "plan": TaskSpec("m:plan", Seq((Many(Leaf("work", "work"), 1, 3), Leaf("work", "last")))),
    "pick": TaskSpec("m:pick", Alt((Leaf("work", "left"), Many(Leaf("work", "right"), 1, 2)))),
    "deep": TaskSpec("m:deep", Par((Many(Leaf("deep", "again"), 0, 2), Leaf("work", "own")))),
    "work": TaskSpec("m:work", NOTHING),
}
NODES = (Node("p", "plan"), Node("c", "pick"), Node("d", "deep"), Node("end", "work"))
EDGES = (Edge("p", "end"), Edge("c", "end"), Edge("d", "end"))
GRAPH = Graph("g", 1, TASKS, NODES, EDGES)


def test_drawings_that_are_right_are_found_right() -> None:
    report = fuzz_graph(GRAPH, runs=60)
    assert report.ok, report.finding
    assert report.runs == 60
    assert len(report.stuck) < 4  # promises on the way may leave no legal end, seen only there
    assert report.coverage.graphs > 10
    assert not list(report.coverage.never())
    assert fuzz_graph(GRAPH, runs=60).as_json() == report.as_json()


def dropped_class(drawing: Horizon) -> Horizon:
    kept = tuple(c for c in drawing.classes if c.id != "p/work")
    edges = tuple(e for e in drawing.edges if "p/work" not in (e.source, e.target))
    return replace(drawing, classes=kept, edges=edges)


def too_low(drawing: Horizon) -> Horizon:
    classes = [replace(c, max=c.max - 1) if c.max else c for c in drawing.classes]
    return replace(drawing, classes=tuple(c for c in classes if c.max is None or c.min <= c.max))


def too_high(drawing: Horizon) -> Horizon:
    return replace(
        drawing,
        classes=tuple(
            replace(c, min=c.min + 1) if c.max is None or c.min < c.max else c
            for c in drawing.classes
        ),
    )


def missing_edge(drawing: Horizon) -> Horizon:
    return replace(drawing, edges=tuple(e for e in drawing.edges if e.target != "p/last"))


def wrong_edge(drawing: Horizon) -> Horizon:
    ends = ("p/last", "p/work")
    more = [
        replace(e, source=ends[0], target=ends[1])
        for e in drawing.edges
        if (e.target, e.source) == ends
    ]
    return replace(drawing, edges=(*drawing.edges, *more))


def wrong_group(drawing: Horizon) -> Horizon:
    return replace(
        drawing, groups=tuple(replace(g, branches=g.branches[:1]) for g in drawing.groups)
    )


def still_to_come(drawing: Horizon) -> Horizon:
    return drawing if drawing.status == "running" else replace(drawing, classes=FIRST.classes)


FIRST = horizon_of(register(GRAPH, {}, "", 0)[0])


@pytest.mark.parametrize(
    "error",
    [dropped_class, too_low, too_high, missing_edge, wrong_edge, wrong_group, still_to_come],
)
def test_a_drawing_that_is_wrong_is_found_out(
    error: Callable[[Horizon], Horizon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "horizon_of", lambda state: error(horizon_of(state)))
    report = fuzz_graph(GRAPH, runs=30)
    assert report.finding is not None
    assert report.runs <= 30
    again = fuzz_graph(GRAPH, runs=1, seed=report.finding.seed)
    assert again.finding == report.finding


def test_bounds_that_do_not_hold_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_too_low(drawing: Horizon) -> Left:
        left = left_of(drawing)
        return left if left.high is None else replace(left, high=left.high - 1)

    monkeypatch.setattr(watching, "left_of", one_too_low)
    bounded = replace(GRAPH, nodes=NODES[1:2], edges=())
    report = fuzz_graph(bounded, runs=30)
    assert report.finding is not None
    assert "were left, and it said" in report.finding.why


def test_text_that_loses_something_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "dot", lambda drawing, **how: dot(missing_edge(drawing), **how))
    finding = fuzz_graph(GRAPH, runs=5).finding
    assert finding is not None
    assert "DOT" in finding.why


def test_a_journal_that_reads_otherwise_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "replay", lambda facts: replay(facts[:-1]))
    graph = replace(GRAPH, nodes=(Node("p", "plan", options={"retries": 3}),), edges=())
    finding = fuzz_graph(graph, runs=200).finding
    assert finding is not None
    assert "journal" in finding.why


def test_a_machine_that_does_not_keep_its_word_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fickle(state: State, happening: ev.Happening, now: float) -> ev.Decision:
        decision = decide(state, happening, now)
        for i, told in enumerate(decision.instructions):
            if isinstance(told, ev.Tell) and len(state.judge.graph.nodes) > 6:
                decision.instructions[i] = replace(told, reply=replace(told.reply, ok=True))
        return decision

    monkeypatch.setattr(player, "decide", fickle)
    finding = fuzz_graph(GRAPH, runs=100).finding
    assert finding is not None
    assert "and then did not" in finding.why


def test_what_no_run_can_be_played_of_is_said_at_once() -> None:
    broken = replace(GRAPH, promises=(Vowed(Count(TaskIs("work"), max=0)),))
    with pytest.raises(PromiseBroken):
        fuzz_graph(broken)
    with pytest.raises(UserError, match="at least one run"):
        fuzz_graph(GRAPH, runs=0)
    with pytest.raises(InputError, match="unknown"):
        fuzz_graph(GRAPH, inputs={"size": 3})


def test_what_never_came_is_told_without_being_a_fault() -> None:
    stop = TaskSpec("m:any", ANYTHING)
    vow = Vowed(Count(TaskIs("work"), max=1))
    tasks = {**TASKS, "any": stop}
    report = fuzz_graph(Graph("g", 1, tasks, (Node("a", "any"),), promises=(vow,)), runs=1, steps=0)
    assert report.ok
    assert [seen.what for seen in report.coverage.never()] == ["a/*"]
    assert "never    a/*" in str(report)


def test_a_run_that_finds_no_end_proves_nothing_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(player, "TRIES", ())
    report = fuzz_graph(GRAPH, runs=2)
    assert report.ok
    assert report.stuck == [0, 1]
    assert report.coverage.graphs == 0
    assert "stuck" in str(report)
